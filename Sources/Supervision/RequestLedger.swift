/// Which request is where, and what of its answer the client already has.
///
/// ```
///  add ─▶ queued ──assign──▶ running on E ──end──▶ (gone)
///            ▲                  │ E died
///            └──────────────────┤ first time, or not alone there: the answer's frames
///                               │ that were relayed are skipped when they come again
///                               ▼ again, and alone there: poisoned, (gone)
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

    /// What becomes of the requests of an engine that died.
    public struct Fallout: Equatable, Sendable {
        /// To be queued again, oldest first.
        public var requeued: [RequestKey] = []
        /// To be failed, and no longer in the ledger: an engine died of them alone, or too often.
        public var poisoned: [RequestKey] = []
    }

    private struct Entry: Sendable {
        var place = Place.queued
        var deadline: UInt64?
        /// The first death, and those while it ran alone.
        var deathCount = 0
        var deathCountInCompany = 0
        var relayedCount = 0
        var toSkipCount = 0
    }

    private var entries: [RequestKey: Entry] = [:]
    private var lastKey: UInt64 = 0

    /// An empty ledger.
    public init() {}

    /// Requests that are queued or running.
    public var count: Int { entries.count }

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

    /// Whether the request has run before and is now to be run again.
    public func hasRunBefore(_ key: RequestKey) -> Bool {
        (entries[key]?.deathCount ?? 0) > 0
    }

    /// Notes that a queued request was given to an engine.
    public mutating func assign(_ key: RequestKey, to engine: Int) {
        guard var entry = entries[key] else { return }
        precondition(entry.place == .queued, "request \(key) runs already")
        entry.place = .running(engine: engine)
        entry.toSkipCount = entry.relayedCount
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
        return .relay
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
    /// - Parameter hadOtherWork: whether the engine did something beside its requests, which may
    ///   be the cause as well.
    public mutating func engineDied(_ engine: Int, hadOtherWork: Bool = false) -> Fallout {
        var fallout = Fallout()
        let keys = keys(at: .running(engine: engine))
        let isAlone = keys.count == 1 && !hadOtherWork
        for key in keys {
            guard var entry = entries[key] else { continue }
            // The first death makes a suspect of everyone; later ones convict who was alone.
            if entry.deathCount == 0 || isAlone { entry.deathCount += 1 }
            if !isAlone { entry.deathCountInCompany += 1 }
            entry.place = .queued
            let isPoisoned =
                entry.deathCount >= Limits.engineDeathsPerRequest
                || entry.deathCountInCompany >= Limits.engineDeathsInCompany
            entries[key] = isPoisoned ? nil : entry
            if isPoisoned { fallout.poisoned.append(key) } else { fallout.requeued.append(key) }
        }
        return fallout
    }

    /// Requests whose deadline has passed, oldest first; they remain in the ledger.
    public func expired(now: UInt64) -> [RequestKey] {
        entries.filter { ($0.value.deadline ?? .max) <= now }.keys
            .sorted { $0.value < $1.value }
    }

    /// The earliest deadline; nil when no request has one.
    public var nextDeadline: UInt64? {
        entries.values.compactMap(\.deadline).min()
    }

    private func keys(at place: Place) -> [RequestKey] {
        entries.filter { $0.value.place == place }.keys.sorted { $0.value < $1.value }
    }
}
