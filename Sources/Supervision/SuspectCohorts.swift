/// Finds the request that engines crash of, while everybody else goes on.
///
/// ```
///            crash                       crash                 crash, alone
///  64 run ──────────▶ cohorts of 32, 32 ───────▶ 16, 16 … 1 ────────────────▶ convicted
///                        │ ended, or further than it ever was
///                        ▼
///                     at large
/// ```
///
/// Whatever runs on an engine that crashes is suspect, unless some of it was suspect before: then
/// only that is. Suspects run again in two halves, one half at a time on an engine, beside new
/// requests, which are nobody's suspects as long as a half is there to blame. Nobody is convicted
/// for a crash in company: a single suspect of one has an engine to itself the next time.
///
/// A death that came from outside, a kill, makes nobody suspect.
public struct SuspectCohorts: Sendable {
    /// What becomes of the requests of an engine that died.
    public struct Verdict: Equatable, Sendable {
        /// To be run again like any other.
        public var bystanders: [RequestKey] = []
        /// To be failed: engines crash of them.
        public var convicted: [RequestKey] = []
    }

    /// A suspect to run now.
    struct Suspect {
        let key: RequestKey
        let needsEngineAlone: Bool
    }

    private struct Cohort: Sendable {
        var members: [RequestKey]
        /// Whether the next crash must find it alone.
        var needsEngineAlone = false
    }

    private struct Record: Sendable {
        /// The first crash, and those while it ran alone.
        var crashCount = 1
        /// Further ones while it was the only suspect, and not alone.
        var crashCountInCompany = 0
    }

    private var records: [RequestKey: Record] = [:]
    private var waiting: [Cohort] = []
    /// Members that an engine runs and that have not been further than they ever were.
    private var unproven: [Int: Set<RequestKey>] = [:]
    /// Of a cohort that began to run, the members that do not yet.
    private var remaining: [Int: Cohort] = [:]

    /// Nobody is suspect.
    public init() {}

    /// Suspects that wait.
    var waitingCount: Int {
        waiting.reduce(0) { $0 + $1.members.count }
            + remaining.values.reduce(0) { $0 + $1.members.count }
    }

    // MARK: Running

    /// Whether a suspect may run on this engine now, and needs it alone.
    func next(on engine: Int) -> Suspect? {
        guard let cohort = remaining[engine] ?? (isFree(engine) ? waiting.first : nil),
            let key = cohort.members.first
        else { return nil }
        return Suspect(key: key, needsEngineAlone: cohort.needsEngineAlone)
    }

    /// Takes the suspect that ``next(on:)`` named.
    mutating func take(on engine: Int) -> RequestKey? {
        if remaining[engine] == nil, isFree(engine), !waiting.isEmpty {
            remaining[engine] = waiting.removeFirst()
        }
        guard let key = remaining[engine]?.members.removeFirst() else { return nil }
        if remaining[engine]?.members.isEmpty == true { remaining[engine] = nil }
        unproven[engine, default: []].insert(key)
        return key
    }

    private func isFree(_ engine: Int) -> Bool { unproven[engine]?.isEmpty ?? true }

    /// Notes that a request got further than it ever was, or no longer runs.
    mutating func release(_ key: RequestKey) {
        for engine in unproven.keys where unproven[engine]?.remove(key) != nil {
            if isFree(engine) { unproven[engine] = nil }
        }
    }

    /// Forgets a request, which is over.
    ///
    /// - Returns: whether it waited here.
    mutating func forget(_ key: RequestKey) -> Bool {
        guard records.removeValue(forKey: key) != nil else { return false }
        release(key)
        let count = waitingCount
        for index in waiting.indices { waiting[index].members.removeAll { $0 == key } }
        for engine in remaining.keys { remaining[engine]?.members.removeAll { $0 == key } }
        waiting.removeAll(where: \.members.isEmpty)
        remaining = remaining.filter { !$0.value.members.isEmpty }
        return waitingCount < count
    }

    /// Notes that an engine is gone: what of a cohort had not begun there waits again.
    mutating func engineIsGone(_ engine: Int) {
        unproven[engine] = nil
        if let cohort = remaining.removeValue(forKey: engine) { waiting.insert(cohort, at: 0) }
    }

    // MARK: Judging

    /// Notes a death from outside: suspects remain suspect, nobody else becomes it.
    mutating func engineWasKilled(running keys: [RequestKey]) -> Verdict {
        let suspects = keys.filter { records[$0] != nil }
        if !suspects.isEmpty { waiting.insert(Cohort(members: suspects), at: 0) }
        return Verdict(bystanders: keys.filter { records[$0] == nil })
    }

    /// Notes a crash.
    ///
    /// - Parameters:
    ///   - keys: what ran on the engine.
    ///   - hadOtherWork: whether it did something else, which may be the cause as well.
    mutating func engineCrashed(running keys: [RequestKey], hadOtherWork: Bool) -> Verdict {
        let known = keys.filter { records[$0] != nil }
        let suspects = known.isEmpty ? keys : known
        var verdict = Verdict(bystanders: known.isEmpty ? [] : keys.filter { records[$0] == nil })
        if suspects.count == 1 {
            judge(suspects[0], isAlone: keys.count == 1 && !hadOtherWork, &verdict)
        } else if !suspects.isEmpty {
            for key in known.isEmpty ? keys : [] { records[key] = Record() }
            let half = (suspects.count + 1) / 2
            waiting.append(Cohort(members: Array(suspects.prefix(half))))
            waiting.append(Cohort(members: Array(suspects.dropFirst(half))))
        }
        return verdict
    }

    private mutating func judge(_ key: RequestKey, isAlone: Bool, _ verdict: inout Verdict) {
        guard var record = records[key] else {
            records[key] = Record()
            return waiting.append(Cohort(members: [key]))
        }
        if isAlone { record.crashCount += 1 } else { record.crashCountInCompany += 1 }
        guard record.crashCount < Limits.engineDeathsPerRequest,
            record.crashCountInCompany < Limits.engineDeathsInCompany
        else {
            records[key] = nil
            return verdict.convicted.append(key)
        }
        records[key] = record
        waiting.append(Cohort(members: [key], needsEngineAlone: true))
    }
}
