/// Who is next, and on which engine.
///
/// ```
///  arrive ─▶ arrived ──nextToPrice──▶ priced ──didPrice──▶ waiting ──admit──▶ running ─▶ (gone)
///                                                             ▲                  │
///                                                         interrupted ◀──────────┤ engine died
///                                                             ▲                  ▼
///                                                             └──resume────── parked
/// ```
///
/// New requests wait for their price and then in two lanes, interactive before bulk; in each lane
/// the identities share as ``FairQueue`` says, and what goes beyond its identity's quota waits
/// while others pass. Requests that an engine's death interrupted go first; those of which one may
/// be the cause go as ``SuspectCohorts`` says.
public struct AdmissionQueue: Sendable {
    /// A request to run now.
    public struct Admission: Equatable, Sendable {
        /// Which request.
        public let key: RequestKey
        /// On which engine.
        public let engine: Int
    }

    /// Whose a request is, and what it says about itself.
    public struct Origin: Sendable {
        let identity: Identity
        let connection: UInt64
        let lane: Lane?

        /// A request of this identity, on this connection, that asks for this lane or for none.
        public init(identity: Identity, connection: UInt64 = 0, lane: Lane? = nil) {
            self.identity = identity
            self.connection = connection
            self.lane = lane
        }
    }

    struct Entry: Sendable {
        let origin: Origin
        var stage = RequestStanding.Stage.arrived
        var lane = Lane.bulk
        var price = Price(ofPayload: 0)
    }

    private let runningLimit: Int
    var limits: ServingLimits
    /// What the identities have and may have.
    public internal(set) var quotas: QuotaTable
    /// How fast engines work.
    public internal(set) var rate = WorkRate()
    var entries: [RequestKey: Entry] = [:]
    var unpriced = FairQueue()
    var lanes: [Lane: FairQueue] = [.interactive: FairQueue(), .bulk: FairQueue()]
    var interrupted: [RequestKey] = []
    var suspects = SuspectCohorts()
    /// Running requests of each lane.
    var running: [Lane: Int] = [:]
    /// Running requests of each engine that takes any.
    private var load: [Int: Int] = [:]
    /// Engines that run a single suspect, or soon will, and take nothing else until it ends.
    private var exclusive: Set<Int> = []

    /// An empty queue without engines.
    public init(
        runningPerEngine: Int = Limits.runningPerEngine, limits: ServingLimits = ServingLimits(),
        quotas: QuotaSettings = QuotaSettings()
    ) {
        runningLimit = runningPerEngine
        self.limits = limits
        self.quotas = QuotaTable(quotas)
    }

    /// Takes other bounds; what was taken under the old ones stays.
    public mutating func configure(limits: ServingLimits, quotas: QuotaSettings) {
        self.limits = limits
        self.quotas.settings = quotas
    }

    /// Requests that run, on engines that live.
    public var runningCount: Int { load.values.reduce(0, +) }

    /// Requests that run on this engine.
    public func runningCount(on engine: Int) -> Int { load[engine] ?? 0 }

    /// Whether this engine is kept for a single suspect.
    public func isExclusive(_ engine: Int) -> Bool { exclusive.contains(engine) }

    // MARK: Engines

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
        for (key, entry) in entries where entry.stage == .running(engine: engine) {
            stop(key, then: .interrupted)
        }
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

    /// Notes that a request got further than it ever was before it was interrupted.
    public mutating func didProgress(_ key: RequestKey) {
        suspects.release(key)
    }

    // MARK: Admission

    /// The next request to run, if an engine has room for it.
    public mutating func admit() -> Admission? {
        if let admission = admitSuspect() { return admission }
        guard let engine = enginesWithRoom.first else { return nil }
        if !interrupted.isEmpty { return start(interrupted.removeFirst(), on: engine) }
        for lane in laneOrder {
            let ticket = lanes[lane]?.next { ticket in
                guard let entry = entries[ticket.key] else { return false }
                return quotas.mayRun(entry.price, for: ticket.identity)
            }
            guard let ticket else { continue }
            let weight = quotas.quota(of: ticket.identity).weight
            lanes[lane]?.take(ticket, weight: weight)
            return start(ticket.key, on: engine)
        }
        return nil
    }

    /// Lanes in which a request may be admitted now: each leaves the other a portion of the
    /// places, bulk work always, interactive work while bulk work waits.
    private var laneOrder: [Lane] {
        let places = load.count * runningLimit
        let most = max(1, places - max(1, places / Limits.keptPortion))
        let isBulkWaiting = lanes[.bulk]?.count ?? 0 > 0
        var order: [Lane] = []
        if !isBulkWaiting || running[.interactive, default: 0] < most { order.append(.interactive) }
        if running[.bulk, default: 0] < most { order.append(.bulk) }
        return order
    }

    private mutating func start(_ key: RequestKey, on engine: Int) -> Admission {
        load[engine, default: 0] += 1
        if let entry = entries[key] {
            entries[key]?.stage = .running(engine: engine)
            running[entry.lane, default: 0] += 1
            quotas.run(entry.price, for: entry.origin.identity, isRunning: true)
        }
        return Admission(key: key, engine: engine)
    }

    /// Takes a running request's resources back.
    mutating func stop(_ key: RequestKey, then stage: RequestStanding.Stage) {
        guard let entry = entries[key], case .running = entry.stage else { return }
        entries[key]?.stage = stage
        running[entry.lane, default: 0] -= 1
        quotas.run(entry.price, for: entry.origin.identity, isRunning: false)
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
}
