import CLibuv
import Glibc

/// A numeric internet address in the C form.
struct SocketAddress {
    private var storage = sockaddr_storage()

    /// Reads a numeric IPv4 or IPv6 host, or `localhost`; nil for a name that needs a lookup.
    init?(host: String, port: UInt16) {
        let numeric = host == "localhost" ? "127.0.0.1" : host
        let isParsed = withUnsafeMutablePointer(to: &storage) { pointer in
            // Safety: sockaddr_storage is large and aligned enough for both families.
            let raw = UnsafeMutableRawPointer(pointer)
            return uv_ip4_addr(numeric, Int32(port), raw.assumingMemoryBound(to: sockaddr_in.self))
                == 0
                || uv_ip6_addr(
                    numeric, Int32(port), raw.assumingMemoryBound(to: sockaddr_in6.self)) == 0
        }
        guard isParsed else { return nil }
    }

    /// Copies what a name lookup or `getsockname` returned.
    init(copying address: UnsafePointer<sockaddr>, byteCount: Int) {
        withUnsafeMutableBytes(of: &storage) { bytes in
            let count = min(byteCount, bytes.count)
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: count))
        }
    }

    /// Lends the address to a C function.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            // Safety: every address structure begins with the fields of `sockaddr`.
            body(UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self))
        }
    }

    /// The address as host and port; nil for another family.
    var address: Address? {
        withPointer { pointer in
            let raw = UnsafeRawPointer(pointer)
            var name = [CChar](repeating: 0, count: Limits.hostNameByteCount)
            let port: UInt16
            let code: CInt
            // Safety: the family says which structure the storage holds.
            switch Int32(pointer.pointee.sa_family) {
            case AF_INET:
                let pointer = raw.assumingMemoryBound(to: sockaddr_in.self)
                port = UInt16(bigEndian: pointer.pointee.sin_port)
                code = uv_ip4_name(pointer, &name, name.count)
            case AF_INET6:
                let pointer = raw.assumingMemoryBound(to: sockaddr_in6.self)
                port = UInt16(bigEndian: pointer.pointee.sin6_port)
                code = uv_ip6_name(pointer, &name, name.count)
            default: return nil
            }
            guard code == 0 else { return nil }
            let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            return .tcp(host: String(decoding: bytes, as: UTF8.self), port: port)
        }
    }
}
