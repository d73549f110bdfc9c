/// Whose requests share a fair portion: a user of this machine, or a token's holder.
public enum Identity: Hashable, Sendable {
    /// The user at the other end of a unix socket.
    case user(UInt32)
    /// The holder of the token of this name.
    case token(String)
    /// Whoever connects over TCP without proving anything.
    case network
}

extension Identity: LosslessStringConvertible {
    /// The identity as it is written everywhere: `uid:1000`, `token:lab`.
    public var description: String {
        switch self {
        case .user(let identifier): "uid:\(identifier)"
        case .token(let name): "token:\(name)"
        case .network: "network"
        }
    }

    /// Reads what ``description`` writes; nil for anything else.
    public init?(_ description: String) {
        let parts = description.split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("uid", 2):
            guard parts[1].allSatisfy(\.isNumber), let identifier = UInt32(parts[1]) else {
                return nil
            }
            self = .user(identifier)
        case ("token", 2) where !parts[1].isEmpty: self = .token(String(parts[1]))
        case ("network", 1): self = .network
        default: return nil
        }
    }
}

extension Identity {
    /// A number for it that is the same in every process; two tokens may share one, seldom.
    public var share: UInt64 {
        switch self {
        case .user(let identifier): UInt64(identifier) + 1
        case .network: 1 << 62
        case .token(let name):
            // FNV-1a.
            name.utf8.reduce(14_695_981_039_346_656_037) { hash, byte in
                (hash ^ UInt64(byte)) &* 1_099_511_628_211
            } | 1 << 63
        }
    }
}
