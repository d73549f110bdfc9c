import Glibc
import TestSupport
import Testing

@testable import EventLoop

@Suite("Inherited sockets")
struct InheritedSocketTests {
    /// A socket of a family, bound and, if so wished, listening.
    private func boundSocket(at path: String, listening: Bool) throws -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        try #require(bindSocket(descriptor, to: path))
        if listening { try #require(listen(descriptor, 4) == 0) }
        return descriptor
    }

    @Test func `clients of an inherited socket are accepted, and its file stays`() throws {
        try withSocketPath { path in
            let descriptor = try boundSocket(at: path, listening: true)
            try withLoop { loop in
                var accepted: [ByteStream] = []
                let listener = try Listener(loop, adopting: descriptor) { stream in
                    accepted.append(stream)
                    loop.stop()
                }
                #expect(listener.boundAddress == .unix(path: path))
                var client: ByteStream?
                ByteStream.connect(loop, to: .unix(path: path)) { client = try? $0.get() }
                while accepted.isEmpty || client == nil { loop.run() }
                #expect(accepted[0].peerCredentials?.userIdentifier == getuid())
                #expect(accepted[0].peerCredentials?.groups.contains(getgid()) == true)
                accepted[0].close()
                client?.close()
                listener.close()
            }
            #expect(exists(path))
        }
    }

    @Test func `what does not listen is refused`() throws {
        try withSocketPath { path in
            let descriptor = try boundSocket(at: path, listening: false)
            defer { closeDescriptor(descriptor) }
            #expect(!InheritedSockets.isListening(descriptor))
        }
        #expect(!InheritedSockets.isListening(0))
        #expect(!InheritedSockets.isListening(-1))
        #expect(try InheritedSockets.take(count: 0).isEmpty)
    }
}
