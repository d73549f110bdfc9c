import CLibuv
import Glibc

extension Listener {
    /// Removes a socket file that a dead process left behind.
    ///
    /// Whether somebody lives behind it is asked by connecting: the kernel refuses at once if
    /// nobody listens. A path that does not exist is fine.
    ///
    /// - Throws: ``LoopError/notASocket(path:)`` or ``LoopError/addressInUse(_:)``.
    static func removeStaleSocket(at path: String) throws(LoopError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw .system(operation: "inspect", subject: "unix:\(path)", code: -errno)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        switch probe(path) {
        case ECONNREFUSED:
            guard unlink(path) == 0 || errno == ENOENT else {
                throw .system(
                    operation: "remove the stale socket", subject: "unix:\(path)", code: -errno)
            }
        case ENOENT: return
        // Connected, or its queue of connections is full: somebody lives there.
        case 0, EAGAIN, EINPROGRESS: throw .addressInUse(.unix(path: path))
        case let code:
            throw .system(operation: "probe", subject: "unix:\(path)", code: -code)
        }
    }

    /// Connects without waiting; returns 0 or the errno.
    private static func probe(_ path: String) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { return errno }
        defer { closeDescriptor(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count <= Limits.unixPathByteCount else { return ENAMETOOLONG }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let code = withUnsafePointer(to: &address) { pointer in
            // Safety: sockaddr_un begins with the fields of sockaddr, and its size is passed.
            let raw = UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            return connect(descriptor, raw, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
        return code == 0 ? 0 : errno
    }
}
