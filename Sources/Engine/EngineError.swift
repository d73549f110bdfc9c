/// Why the engine refused or ended a job.
public struct EngineError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        /// The request can never be right, whatever the model.
        case invalidArgument
        /// A number is beyond what this model or build can do.
        case outOfRange
        /// Something named does not exist here.
        case notFound
        /// There is no room now; it may fit later.
        case resourceExhausted
        case cancelled
        /// A bug or a failing machine.
        case failure
    }

    public let kind: Kind
    /// Machine-readable, upper case: `CONTEXT_TOO_LONG`.
    public let reason: String
    /// What was wrong, on what, and what is accepted.
    public let message: String
    /// What was asked and the limit, where numbers were compared.
    public let asked: Int?
    public let limit: Int?

    public init(
        _ kind: Kind, _ reason: String, _ message: String, asked: Int? = nil, limit: Int? = nil
    ) {
        self.kind = kind
        self.reason = reason
        self.message = message
        self.asked = asked
        self.limit = limit
    }

    public var description: String { message }
}
