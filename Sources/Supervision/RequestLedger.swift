/// Which request is where, and what of its answer the client already has.
///
/// ```
///  add ─▶ queued ──assign──▶ running on E ──end──▶ (gone)
///            ▲                  │ E died
///            └──────────────────┤ the answer's frames that were relayed are skipped when
///            ▲                  │ they come again
///            └──resume── parked ◀┘ its client does not read
/// ```
///
/// Answers are deterministic, frame by frame, so a client cannot tell a request that was run
/// again from one that was not.
public struct RequestLedger: Sendable {
    /// Where a request is.
    public enum Place: Equatable, Sendable {
        /// It waits for an engine.
        case queued
        /// An engine works on it.
        case running(engine: Int)
        /// It waits for its client to read on.
        case parked
    }

    /// What to do with a frame of an answer.
    public enum Delivery: Equatable, Sendable {
        /// The client gets it.
        case relay
        /// The client has it from an earlier run.
        case skip
        /// The request is gone; nobody wants it.
        case discard
    }

    private struct Entry: Sendable {
        var place = Place.queued
        var deadline: UInt64?
        var runCount = 0
        /// Engines that were killed in a row while it ran and got no further.
        var idleKillCount = 0
        var relayedCount = 0
        var toSkipCount = 0
    }

    private var entries: [RequestKey: Entry] = [:]
    private var lastKey: UInt64 = 0

    /// An empty ledger.
    public init() {}

    /// Requests that are queued or running.
    public var count: Int { entries.count }

    /// The newest name that was given, whether or not its request is open.
    public var newest: RequestKey { RequestKey(lastKey) }

    /// The oldest request that is queued, running or parked.
    public var oldest: RequestKey? { entries.keys.min { $0.value < $1.value } }

    /// Takes up a request.
    ///
    /// - Parameter deadline: when it is to be ended, on the caller's clock; nil is never.
    /// - Returns: its name from now on.
    public mutating func add(deadline: UInt64?) -> RequestKey {
        lastKey += 1
        let key = RequestKey(lastKey)
        entries[key] = Entry(deadline: deadline)
        return key
    }

    /// Where a request is; nil when it is gone.
    public func place(of key: RequestKey) -> Place? {
        entries[key]?.place
    }

    /// Whether the request was interrupted and runs again, or will.
    public func wasInterrupted(_ key: RequestKey) -> Bool {
        guard let entry = entries[key] else { return false }
        if case .running = entry.place { return entry.runCount > 1 }
        return entry.runCount > 0
    }

    /// Notes that a queued request was given to an engine.
    public mutating func assign(_ key: RequestKey, to engine: Int) {
        guard var entry = entries[key] else { return }
        precondition(entry.place == .queued, "request \(key) runs already")
        entry.place = .running(engine: engine)
        entry.toSkipCount = entry.relayedCount
        entry.runCount += 1
        entries[key] = entry
    }

    /// Decides about the next frame of an answer, END excepted.
    public mutating func didReceiveFrame(of key: RequestKey, from engine: Int) -> Delivery {
        guard var entry = entries[key], entry.place == .running(engine: engine) else {
            return .discard
        }
        defer { entries[key] = entry }
        if entry.toSkipCount > 0 {
            entry.toSkipCount -= 1
            return .skip
        }
        entry.relayedCount += 1
        entry.idleKillCount = 0
        return .relay
    }

    /// Notes that a running request was taken from its engine, since its client does not read.
    ///
    /// - Parameter count: of the frames that were relayed, how many the client will not get before
    ///   they come again.
    public mutating func park(_ key: RequestKey, takenBack count: Int) {
        guard var entry = entries[key], case .running = entry.place else { return }
        precondition(count <= entry.relayedCount, "more frames taken back than were relayed")
        entry.place = .parked
        entry.relayedCount -= count
        entries[key] = entry
    }

    /// Notes that a parked request is to be run again.
    public mutating func resume(_ key: RequestKey) {
        guard entries[key]?.place == .parked else { return }
        entries[key]?.place = .queued
    }

    /// Notes that a request is over, for whatever reason.
    ///
    /// - Returns: where it was; nil if it was gone already.
    @discardableResult
    public mutating func end(_ key: RequestKey) -> Place? {
        entries.removeValue(forKey: key)?.place
    }

    /// Notes the death of an engine.
    ///
    /// - Returns: what it ran, oldest first, which is queued from now on.
    public mutating func engineDied(_ engine: Int) -> [RequestKey] {
        let keys = keys(at: .running(engine: engine))
        for key in keys { entries[key]?.place = .queued }
        return keys
    }

    /// Notes that the death of an engine that ran these came from outside.
    ///
    /// The kernel's way out of memory looks like that, so a request over which engines are killed
    /// again and again is not tried for ever.
    ///
    /// - Returns: those that are to be failed.
    public mutating func countKill(of keys: [RequestKey]) -> [RequestKey] {
        keys.filter { key in
            entries[key]?.idleKillCount += 1
            return (entries[key]?.idleKillCount ?? 0) >= Limits.engineKillsPerRequest
        }
    }

    /// Requests whose deadline has passed, oldest first; they remain in the ledger.
    public func expired(now: UInt64) -> [RequestKey] {
        entries.filter { ($0.value.deadline ?? .max) <= now }.keys
            .sorted { $0.value < $1.value }
    }

    /// When a request is to be ended; nil is never.
    public func deadline(of key: RequestKey) -> UInt64? { entries[key]?.deadline }

    /// The earliest deadline; nil when no request has one.
    public var nextDeadline: UInt64? {
        entries.values.compactMap(\.deadline).min()
    }

    private func keys(at place: Place) -> [RequestKey] {
        entries.filter { $0.value.place == place }.keys.sorted { $0.value < $1.value }
    }
}
