import Crypto
import Supervision
import Wire

/// Decides who is at the other end of a connection that proves itself with a token.
///
/// Each connection gets a challenge of its own, so that a proof that somebody overheard is worth
/// nothing on another one (PROTOCOL.md §5.1).
struct Authenticator: Sendable {
    private struct Holder: Sendable {
        let name: String
        let role: Role
        let key: SymmetricKey
    }

    private let holders: [Holder]

    /// Knows the holders of these tokens.
    init(_ tokens: TokenFile) {
        holders = tokens.entries.map { entry in
            Holder(
                name: entry.name, role: entry.role,
                key: SymmetricKey(data: Array(entry.secret.utf8)))
        }
    }

    /// Whether anybody can prove anything.
    var isEmpty: Bool { holders.isEmpty }

    /// The bytes that one connection, and no other, is asked to prove a token over.
    ///
    /// From the system's generator; never all zero, which would mean that nothing is asked.
    static func makeChallenge() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        while true {
            let bytes = (0..<Hello.credentialByteCount).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            if bytes.contains(where: { $0 != 0 }) { return bytes }
        }
    }

    /// Whose token the proof was made with; nil for nobody's.
    ///
    /// Every token is tried and each comparison takes the same time, so that how long the answer
    /// takes says nothing about which token was nearly right.
    func holder(ofProof proof: [UInt8], over challenge: [UInt8]) -> (Identity, Role)? {
        let message = Array("neurond auth 1".utf8) + challenge
        var found: (Identity, Role)?
        for holder in holders {
            let isRight = HMAC<SHA256>.isValidAuthenticationCode(
                proof, authenticating: message, using: holder.key)
            if isRight { found = (.token(holder.name), holder.role) }
        }
        return found
    }

    /// The role of a holder by name; nil when the token is gone.
    func role(ofHolder name: String) -> Role? {
        holders.first { $0.name == name }?.role
    }
}
