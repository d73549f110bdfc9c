// Supervision: what a supervisor decides, without what it does.
//
// What it is: the state machines behind `neurond serve`: when an engine is started again, which
// request runs where and what of its answer the client already has, who is next, which objects
// are kept, when a peer counts as gone, how a drain ends. Each is a struct; time is an argument,
// in milliseconds of a monotonic clock that the caller owns.
//
// What it must never know: processes, sockets, frames, messages, clocks. It decides by numbers
// and names; the caller acts.
//
// Read first: `RequestLedger` (the life of a request across engine deaths), `AdmissionQueue`
// (fairness and bounds), `EngineLifecycle` (restart and backoff).

/// Names one request for as long as the supervisor runs; never reused.
public struct RequestKey: Hashable, Sendable, CustomStringConvertible {
    /// The number, counted from 1.
    public let value: UInt64

    /// Wraps a number.
    public init(_ value: UInt64) { self.value = value }

    /// The number, for logs.
    public var description: String { "\(value)" }
}
