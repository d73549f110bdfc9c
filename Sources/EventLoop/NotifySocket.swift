import CLibuv
import Glibc

/// The datagram socket on which a service manager listens for news of a service.
public final class NotifySocket: Sendable {
    private let descriptor: Int32
    private let path: [UInt8]

    /// A socket for the manager at a path, or at an abstract name that begins with `@`.
    ///
    /// - Throws: ``LoopError`` for a path of another kind or length.
    public init(path text: String) throws(LoopError) {
        var path = Array(text.utf8)
        guard let first = path.first, [UInt8(ascii: "/"), UInt8(ascii: "@")].contains(first),
            path.count <= Limits.unixPathByteCount, !path.contains(0)
        else {
            throw .invalidAddress(
                text: text, reason: "NOTIFY_SOCKET must be an absolute path or an abstract name")
        }
        // The kernel writes abstract names with a zero byte in front.
        if first == UInt8(ascii: "@") { path[0] = 0 }
        self.path = path
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else {
            throw .system(operation: "make", subject: "a datagram socket", code: -errno)
        }
    }

    deinit { closeDescriptor(descriptor) }

    /// Sends lines of the form `NAME=value`, without waiting.
    ///
    /// - Returns: whether the manager's socket took them; nobody else can do anything about it.
    @discardableResult
    public func send(_ lines: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let offset = MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 2
        // A name's length counts; a path ends with a zero byte.
        let byteCount = offset + path.count + (path.first == 0 ? 0 : 1)
        let bytes = Array(lines.utf8)
        return withUnsafePointer(to: &address) { pointer in
            // Safety: sockaddr_un begins with the fields of sockaddr; the length lies within it.
            let raw = UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            let sent = sendto(
                descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), raw,
                socklen_t(byteCount))
            return sent == bytes.count
        }
    }
}
