/// gRPC's canonical status codes, carried in the END message.
public enum StatusCode: UInt32, Sendable, CaseIterable {
    /// Done as asked.
    case ok = 0
    /// The client cancelled.
    case cancelled = 1
    /// An error without a better name.
    case unknown = 2
    /// The request can never be served as written.
    case invalidArgument = 3
    /// The deadline passed first.
    case deadlineExceeded = 4
    /// No such model, object or unit.
    case notFound = 5
    /// It exists already, with other content.
    case alreadyExists = 6
    /// The caller may not do this.
    case permissionDenied = 7
    /// Busy or over quota: retry as advised.
    case resourceExhausted = 8
    /// The daemon is in a state that forbids it.
    case failedPrecondition = 9
    /// Stopped half-way by a conflict.
    case aborted = 10
    /// Beyond what this model or daemon has.
    case outOfRange = 11
    /// No such method here.
    case unimplemented = 12
    /// A fault of ours.
    case `internal` = 13
    /// Not now; retry as advised.
    case unavailable = 14
    /// Data was lost or corrupted.
    case dataLoss = 15
    /// Who is asking is not known.
    case unauthenticated = 16
}
