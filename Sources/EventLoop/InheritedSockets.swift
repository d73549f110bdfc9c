import CLibuv
import Glibc

/// Listening sockets that a service manager opened for us.
public enum InheritedSockets {
    /// The first descriptor that systemd's protocol hands over.
    static let firstDescriptor: Int32 = 3

    /// Checks that descriptors are stream sockets that listen, and closes them on exec.
    ///
    /// - Parameter count: how many there are, from descriptor 3 on.
    /// - Returns: the descriptors.
    /// - Throws: ``LoopError/system(operation:subject:code:)`` for one that is something else.
    public static func take(count: Int) throws(LoopError) -> [Int32] {
        var descriptors: [Int32] = []
        for descriptor in firstDescriptor..<firstDescriptor + Int32(count) {
            let subject = "descriptor \(descriptor)"
            guard isListening(descriptor) else {
                throw .system(
                    operation: "listen on the inherited", subject: subject, code: -EINVAL)
            }
            guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
                throw .system(operation: "keep from children", subject: subject, code: -errno)
            }
            descriptors.append(descriptor)
        }
        return descriptors
    }

    static func isListening(_ descriptor: Int32) -> Bool {
        option(SO_ACCEPTCONN, of: descriptor) == 1
            && option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var byteCount = socklen_t(MemoryLayout<Int32>.size)
        let status = getsockopt(descriptor, SOL_SOCKET, name, &value, &byteCount)
        return status == 0 ? value : nil
    }

    /// The address of a listening socket; nil for a family that is none of ours.
    static func address(of descriptor: Int32) -> Address? {
        var storage = sockaddr_storage()
        var byteCount = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            // Safety: the storage is large enough for every family, and its size is passed.
            let raw = UnsafeMutableRawPointer(pointer)
            let address = raw.assumingMemoryBound(to: sockaddr.self)
            guard getsockname(descriptor, address, &byteCount) == 0 else { return nil }
            guard Int32(pointer.pointee.ss_family) == AF_UNIX else {
                return SocketAddress(copying: address, byteCount: Int(byteCount)).address
            }
            let unix = raw.assumingMemoryBound(to: sockaddr_un.self)
            let path = withUnsafeBytes(of: unix.pointee.sun_path) { Array($0.prefix { $0 != 0 }) }
            return .unix(path: String(decoding: path, as: UTF8.self))
        }
    }
}
