import EventLoop
import Glibc
import TestSupport
import Testing

@Suite("Listener")
struct ListenerTests {
    @Test func `bytes written on a unix socket come back from an echo`() throws {
        try withSocketPath { path in try echo(over: .unix(path: path)) }
    }

    @Test func `bytes written on a TCP connection come back from an echo`() throws {
        try echo(over: .tcp(host: "127.0.0.1", port: 0))
        try echo(over: .tcp(host: "localhost", port: 0))
    }

    private func echo(over address: Address) throws {
        try withLoop { loop in
            var accepted: [ByteStream] = []
            let listener = try Listener(loop, address: address) { stream in
                accepted.append(stream)
                stream.onRead = { [unowned stream] in stream.write($0) }
                stream.onEnd = { [unowned stream] _ in stream.close() }
                stream.startReading()
            }
            // Far more than any socket buffer holds, so that writes are queued on both sides.
            let sent = patternBytes(count: 3_000_000)
            var received: [UInt8] = []
            ByteStream.connect(loop, to: listener.boundAddress) { result in
                guard case .success(let stream) = result else {
                    Issue.record("connect: \(result)")
                    return loop.stop()
                }
                stream.onRead = { bytes in
                    received += bytes
                    guard received.count == sent.count else { return }
                    stream.close()
                    listener.close()
                    loop.stop()
                }
                stream.startReading()
                stream.write(Array(sent[..<1_000]))
                stream.write(Array(sent[1_000...]))
            }
            loop.run()
            loop.runUntilClosed(accepted)
            #expect(received == sent)
        }
    }

    @Test func `a stale socket file is replaced`() throws {
        try withSocketPath { path in
            try leaveStaleSocket(at: path)
            try withLoop { loop in
                let listener = try Listener(loop, address: .unix(path: path)) { _ in }
                var status = stat()
                #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o660)
                listener.close()
            }
            #expect(!exists(path), "closing removes the socket file")
        }
    }

    @Test func `a live socket is refused and left alone`() throws {
        try withSocketPath { path in
            try withLoop { loop in
                let address = Address.unix(path: path)
                let listener = try Listener(loop, address: address) { $0.close() }
                #expect(throws: LoopError.addressInUse(address)) {
                    try Listener(loop, address: address) { _ in }
                }
                #expect(exists(path))
                listener.close()
            }
        }
    }

    @Test func `a file that is no socket is refused and left alone`() throws {
        try withSocketPath { path in
            let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
            closeDescriptor(descriptor)
            try withLoop { loop in
                #expect(throws: LoopError.notASocket(path: path)) {
                    try Listener(loop, address: .unix(path: path)) { _ in }
                }
            }
            #expect(exists(path))
        }
    }

    @Test func `a TCP port in use and a host that is a name are refused`() throws {
        try withLoop { loop in
            let first = try Listener(loop, address: .tcp(host: "127.0.0.1", port: 0)) { _ in }
            #expect(throws: LoopError.addressInUse(first.boundAddress)) {
                try Listener(loop, address: first.boundAddress) { _ in }
            }
            #expect(throws: LoopError.self) {
                try Listener(loop, address: .tcp(host: "example.org", port: 0)) { _ in }
            }
            first.close()
        }
    }

    @Test func `a unix peer is known by its user, group and process`() throws {
        try withSocketPath { path in
            try withLoop { loop in
                var credentials: PeerCredentials?
                let listener = try Listener(loop, address: .unix(path: path)) { stream in
                    credentials = stream.peerCredentials
                    stream.close()
                    loop.stop()
                }
                var client: ByteStream?
                ByteStream.connect(loop, to: listener.boundAddress) { client = try? $0.get() }
                loop.run()
                client?.close()
                listener.close()
                let peer = try #require(credentials)
                #expect(peer.userIdentifier == getuid())
                #expect(peer.groupIdentifier == getgid())
                #expect(peer.processIdentifier == getpid())
            }
        }
    }

    @Test func `connecting to nobody fails, later and once`() throws {
        try withSocketPath { path in
            try withLoop { loop in
                var errors: [LoopError] = []
                // The port of a listener that is gone is free, and nobody answers there.
                let gone = try Listener(loop, address: .tcp(host: "127.0.0.1", port: 0)) { _ in }
                let port = gone.boundAddress
                gone.close()
                for address in [.unix(path: path), port] {
                    ByteStream.connect(loop, to: address) { result in
                        if case .failure(let error) = result { errors.append(error) }
                        if errors.count == 2 { loop.stop() }
                    }
                }
                #expect(errors.isEmpty)
                loop.run()
                #expect(errors.count == 2)
                #expect(errors.allSatisfy { $0.isNobodyListening })
            }
        }
    }

    /// Leaves what a killed daemon leaves: a bound socket file without a listener.
    private func leaveStaleSocket(at path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { closeDescriptor(descriptor) }
        try #require(bindSocket(descriptor, to: path))
    }
}

extension Loop {
    /// Closes streams that a test accepted, if their peer's end has not yet done so.
    fileprivate func runUntilClosed(_ streams: [ByteStream]) {
        for stream in streams { stream.close() }
    }
}
