/// Where a daemon listens: a unix socket's path, or a TCP host and port.
///
/// The text forms are `unix:PATH`, `tcp:HOST:PORT` and, for IPv6, `tcp:[::1]:PORT`.
public enum Address: Sendable, Equatable, Hashable, CustomStringConvertible {
    /// A unix stream socket at a path of at most 107 bytes.
    case unix(path: String)
    /// A TCP endpoint; port 0 means, for a listener, "any free one".
    case tcp(host: String, port: UInt16)

    /// Reads one of the text forms.
    ///
    /// - Parameter text: `unix:PATH`, `tcp:HOST:PORT` or `tcp:[IPV6]:PORT`.
    /// - Throws: ``LoopError/invalidAddress(text:reason:)``.
    public init(parsing text: String) throws(LoopError) {
        if text.hasPrefix("unix:") {
            self = .unix(path: try Address.path(in: text))
        } else if text.hasPrefix("tcp:") {
            self = try Address.endpoint(in: text)
        } else {
            throw .invalidAddress(text: text, reason: "it starts with neither unix: nor tcp:")
        }
    }

    /// The text form, which ``init(parsing:)`` reads back.
    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port):
            host.contains(":") ? "tcp:[\(host)]:\(port)" : "tcp:\(host):\(port)"
        }
    }

    /// Whether it is a TCP endpoint.
    public var isTCP: Bool {
        if case .tcp = self { true } else { false }
    }

    /// Whether only processes of this machine can reach the address.
    public var isLocal: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _):
            host == "localhost" || host == "::1" || Address.isLoopbackIPv4(host)
        }
    }

    private static func path(in text: String) throws(LoopError) -> String {
        let path = String(text.dropFirst("unix:".count))
        guard !path.isEmpty else { throw .invalidAddress(text: text, reason: "the path is empty") }
        guard !path.utf8.contains(0) else {
            throw .invalidAddress(text: text, reason: "the path contains a zero byte")
        }
        guard path.utf8.count <= Limits.unixPathByteCount else {
            let limit = Limits.unixPathByteCount
            throw .invalidAddress(
                text: text, reason: "the path has \(path.utf8.count) bytes, at most \(limit) fit")
        }
        return path
    }

    private static func endpoint(in text: String) throws(LoopError) -> Address {
        let rest = text.dropFirst("tcp:".count)
        guard let colon = rest.lastIndex(of: ":") else {
            throw .invalidAddress(text: text, reason: "the port is missing")
        }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw .invalidAddress(text: text, reason: "an IPv6 host must stand in brackets")
        }
        guard !host.isEmpty, !host.utf8.contains(0) else {
            throw .invalidAddress(text: text, reason: "the host is empty or has a zero byte")
        }
        let digits = rest[rest.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits)
        else {
            throw .invalidAddress(text: text, reason: "the port is not a number from 0 to 65535")
        }
        return .tcp(host: String(host), port: port)
    }

    /// Whether the host is a dotted quad in 127.0.0.0/8; a name such as "127.evil.org" is not.
    private static func isLoopbackIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
