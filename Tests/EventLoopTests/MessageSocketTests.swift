import EventLoop
import Glibc
import Testing

@Suite("MessageSocket")
struct MessageSocketTests {
    private func withPair(_ body: (MessageSocket, MessageSocket) throws -> Void) throws {
        let (one, other) = try makeMessageSocketPair()
        defer {
            closeDescriptor(one)
            closeDescriptor(other)
        }
        try body(MessageSocket(descriptor: one), MessageSocket(descriptor: other))
    }

    @Test func `messages stay apart, in order`() throws {
        try withPair { one, other in
            try one.send([1])
            try one.send([2, 3])
            #expect(try other.receive(atMost: 2) == .message([1], descriptor: nil))
            #expect(try other.receive(atMost: 2) == .message([2, 3], descriptor: nil))
        }
    }

    @Test func `a descriptor that is attached is the receiver's own`() throws {
        try withPair { one, other in
            let (near, far) = try makeMessageSocketPair()
            try one.send([7], attaching: far)
            closeDescriptor(far)
            guard case .message([7], let received?) = try other.receive(atMost: 8) else {
                Issue.record("no descriptor came")
                return
            }
            #expect(fcntl(received, F_GETFD) & FD_CLOEXEC != 0)
            try MessageSocket(descriptor: received).send([9])
            #expect(
                try MessageSocket(descriptor: near).receive(atMost: 8)
                    == .message([9], descriptor: nil))
            closeDescriptor(received)
            closeDescriptor(near)
        }
    }

    @Test func `a message that is too long is refused, and the next one taken`() throws {
        try withPair { one, other in
            let (near, far) = try makeMessageSocketPair()
            try one.send([1, 2, 3], attaching: far)
            closeDescriptor(far)
            try one.send([4])
            #expect(throws: LoopError.messageTooLong(byteCount: 3, limit: 2)) {
                try other.receive(atMost: 2)
            }
            #expect(try other.receive(atMost: 2) == .message([4], descriptor: nil))
            // The descriptor that came with it is not kept: its other end is alone.
            #expect(try MessageSocket(descriptor: near).receive(atMost: 1) == .end)
            closeDescriptor(near)
        }
    }

    @Test func `what was sent before the end is taken, also if the sender left something unread`()
        throws
    {
        let (one, other) = try makeMessageSocketPair()
        defer { closeDescriptor(other) }
        let socket = MessageSocket(descriptor: other)
        try socket.send([1])
        try MessageSocket(descriptor: one).send([2])
        closeDescriptor(one)
        #expect(try socket.receive(atMost: 4) == .message([2], descriptor: nil))
        #expect(try socket.receive(atMost: 4) == .end)
        #expect(throws: LoopError.self) { try socket.send([3]) }
    }

    @Test func `it knows who made it, and what is none`() throws {
        try withPair { one, _ in
            #expect(one.isConnected && one.maker == getpid())
        }
        let (stream, end) = try makeSocketPair()
        #expect(!MessageSocket(descriptor: stream).isConnected)
        #expect(!MessageSocket(descriptor: -1).isConnected)
        closeDescriptor(stream)
        closeDescriptor(end)
    }

    @Test func `a watcher tells of messages and of the end`() throws {
        try withLoop { loop in
            let (one, other) = try makeMessageSocketPair()
            let socket = MessageSocket(descriptor: other)
            var received: [MessageSocket.Received] = []
            var watcher: DescriptorWatcher?
            watcher = try DescriptorWatcher(loop, descriptor: other) {
                while let next = try? socket.receive(atMost: 4), next != .nothing {
                    received.append(next)
                    guard next != .end else {
                        watcher?.close()
                        return loop.stop()
                    }
                }
                if received.count == 2 { closeDescriptor(one) }
            }
            try MessageSocket(descriptor: one).send([1])
            try MessageSocket(descriptor: one).send([2])
            loop.run()
            closeDescriptor(other)
            let messages = [[1], [2]].map {
                MessageSocket.Received.message($0, descriptor: nil)
            }
            #expect(received == messages + [.end])
        }
    }
}
