/// Who is next, and on which engine.
///
/// Every identity has a queue of its own, first come first served; the identities take turns, so
/// that a thousand requests of one user delay another's single request by one turn. Requests that
/// an engine's death interrupted go first; those of which one may be the cause go as
/// ``SuspectCohorts`` says.
public struct AdmissionQueue: Sendable {
    /// Why a request is not queued.
    public enum Refusal: Equatable, Sendable {
        /// Too many requests wait.
        case full(waiting: Int, limit: Int)
        /// Too many requests of this identity wait.
        case identityFull(waiting: Int, limit: Int)
    }

    /// A request to run now.
    public struct Admission: Equatable, Sendable {
        /// Which request.
        public let key: RequestKey
        /// On which engine.
        public let engine: Int
    }

    private let runningLimit: Int
    private let queuedLimit: Int
    private let identityLimit: Int
    private var interrupted: [RequestKey] = []
    private var suspects = SuspectCohorts()
    private var waiting: [Identity: [RequestKey]] = [:]
    /// Identities that wait, in the order of their turns.
    private var turns: [Identity] = []
    private var owner: [RequestKey: Identity] = [:]
    /// Running requests of each engine that takes any.
    private var load: [Int: Int] = [:]
    /// Engines that run a single suspect, or soon will, and take nothing else until it ends.
    private var exclusive: Set<Int> = []

    /// An empty queue without engines.
    public init(
        runningPerEngine: Int = Limits.runningPerEngine, queued: Int = Limits.queuedRequests,
        queuedPerIdentity: Int = Limits.queuedRequestsPerIdentity
    ) {
        runningLimit = runningPerEngine
        queuedLimit = queued
        identityLimit = queuedPerIdentity
    }

    /// Requests that wait.
    public var queuedCount: Int { owner.count + interrupted.count + suspects.waitingCount }

    /// Requests that run, on engines that live.
    public var runningCount: Int { load.values.reduce(0, +) }

    /// Requests that run on this engine.
    public func runningCount(on engine: Int) -> Int { load[engine] ?? 0 }

    /// Queues a new request behind its identity's others.
    ///
    /// - Returns: why it was refused, or nil.
    public mutating func enqueue(_ key: RequestKey, for identity: Identity) -> Refusal? {
        guard queuedCount < queuedLimit else {
            return .full(waiting: queuedCount, limit: queuedLimit)
        }
        let own = waiting[identity]?.count ?? 0
        guard own < identityLimit else {
            return .identityFull(waiting: own, limit: identityLimit)
        }
        if own == 0 { turns.append(identity) }
        waiting[identity, default: []].append(key)
        owner[key] = identity
        return nil
    }

    /// Queues what a dead engine ran before all others; nothing of it is refused.
    ///
    /// - Parameters:
    ///   - keys: the requests that it ran.
    ///   - isCrash: whether one of them may be the cause.
    ///   - hadOtherWork: whether something else may be the cause as well.
    /// - Returns: those that are convicted, and not queued.
    public mutating func requeue(
        _ keys: [RequestKey], isCrash: Bool, hadOtherWork: Bool = false
    ) -> [RequestKey] {
        let verdict =
            isCrash
            ? suspects.engineCrashed(running: keys, hadOtherWork: hadOtherWork)
            : suspects.engineWasKilled(running: keys)
        interrupted += verdict.bystanders
        return verdict.convicted
    }

    /// Notes that a request got further than it ever was before it was interrupted.
    public mutating func didProgress(_ key: RequestKey) {
        suspects.release(key)
    }

    /// Forgets a request that is over, and takes it out of the queue.
    ///
    /// - Returns: whether it waited.
    @discardableResult
    public mutating func remove(_ key: RequestKey) -> Bool {
        if suspects.forget(key) { return true }
        if let index = interrupted.firstIndex(of: key) {
            interrupted.remove(at: index)
            return true
        }
        guard let identity = owner.removeValue(forKey: key) else { return false }
        waiting[identity]?.removeAll { $0 == key }
        if waiting[identity]?.isEmpty == true { retire(identity) }
        return true
    }

    /// Notes that an engine takes requests.
    public mutating func engineBecameReady(_ engine: Int) {
        load[engine] = 0
        exclusive.remove(engine)
    }

    /// Notes that an engine is gone, with whatever it ran.
    public mutating func engineIsGone(_ engine: Int) {
        load[engine] = nil
        exclusive.remove(engine)
        suspects.engineIsGone(engine)
    }

    /// Notes that a request that was admitted to this engine no longer runs there.
    public mutating func didFinish(on engine: Int) {
        guard let count = load[engine] else { return }
        precondition(count > 0, "engine \(engine) finished a request that it did not run")
        load[engine] = count - 1
        if count == 1 { exclusive.remove(engine) }
    }

    /// Notes that a request on this engine waits for its client: the engine need not be its alone.
    public mutating func didStall(_ key: RequestKey, on engine: Int) {
        exclusive.remove(engine)
        suspects.release(key)
    }

    /// The next request to run, if an engine has room for it.
    public mutating func admit() -> Admission? {
        if let admission = admitSuspect() { return admission }
        guard let engine = enginesWithRoom.first,
            let key = interrupted.isEmpty ? takeNext() : interrupted.removeFirst()
        else { return nil }
        return start(key, on: engine)
    }

    private mutating func start(_ key: RequestKey, on engine: Int) -> Admission {
        load[engine, default: 0] += 1
        return Admission(key: key, engine: engine)
    }

    private mutating func admitSuspect() -> Admission? {
        guard suspects.waitingCount > 0 else { return nil }
        for engine in enginesWithRoom {
            guard let suspect = suspects.next(on: engine) else { continue }
            if suspect.needsEngineAlone {
                // One engine at a time is kept free of new work for such a one.
                guard exclusive.isEmpty else { continue }
                exclusive.insert(engine)
                guard load[engine] == 0 else { continue }
            }
            return suspects.take(on: engine).map { start($0, on: engine) }
        }
        return nil
    }

    /// Engines that take requests, the least loaded one first.
    private var enginesWithRoom: [Int] {
        load.filter { $0.value < runningLimit && !exclusive.contains($0.key) }
            .sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    }

    private mutating func takeNext() -> RequestKey? {
        guard let identity = turns.first, let key = waiting[identity]?.removeFirst() else {
            return nil
        }
        owner[key] = nil
        turns.removeFirst()
        if waiting[identity]?.isEmpty == true {
            waiting[identity] = nil
        } else {
            turns.append(identity)
        }
        return key
    }

    private mutating func retire(_ identity: Identity) {
        waiting[identity] = nil
        turns.removeAll { $0 == identity }
    }
}
