/// Why the engine refused or ended a job.
public struct EngineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Whose fault it is and whether asking again can help; decides the status a client sees.
    public enum Kind: String, Sendable {
        /// The request can never be right, whatever the model.
        case invalidArgument
        /// A number is beyond what this model or build can do.
        case outOfRange
        /// Something named does not exist here.
        case notFound
        /// There is no room now; it may fit later.
        case resourceExhausted
        /// The job's time was up.
        case deadlineExceeded
        /// The client, or an engine that is shutting down, ended the job.
        case cancelled
        /// A bug or a failing machine.
        case failure
    }

    /// Class of the error, the part that a program branches on first.
    public let kind: Kind
    /// Machine-readable, upper case: `CONTEXT_TOO_LONG`.
    public let reason: String
    /// What was wrong, on what, and what is accepted.
    public let message: String
    /// The number that was asked for or found, where numbers were compared; nil otherwise.
    public let asked: Int?
    /// The largest number that would be accepted; nil where nothing was compared.
    public let limit: Int?

    /// Describes a refusal: its class, its upper-case reason, one sentence, and the numbers if any.
    public init(
        _ kind: Kind, _ reason: String, _ message: String, asked: Int? = nil, limit: Int? = nil
    ) {
        self.kind = kind
        self.reason = reason
        self.message = message
        self.asked = asked
        self.limit = limit
    }

    /// The message alone, without kind and reason, as people read it.
    public var description: String { message }
}
