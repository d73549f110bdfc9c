import EventLoop
import Glibc
import TestSupport
import Testing

/// What a service manager would hear.
final class NewsSocket {
    private let descriptor: Int32

    /// Binds a datagram socket to a path.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        // A daemon that says nothing fails the test and does not hang it.
        var patience = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience,
            socklen_t(MemoryLayout<timeval>.size))
        try #require(bindSocket(descriptor, to: path))
    }

    deinit { closeDescriptor(descriptor) }

    /// The next message.
    func next() throws -> String {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        try #require(count > 0, "no news within five minutes")
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// The next message that says this on its first line; others are passed over.
    @discardableResult
    func wait(for line: String) throws -> String {
        let end = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < end {
            let message = try next()
            if message.split(separator: "\n").first == line[...] { return message }
        }
        throw DaemonFixture.Stuck()
    }
}
