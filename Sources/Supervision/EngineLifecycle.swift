/// The life of one engine: started, ready, dead, and when it is started again.
///
/// ```
///            start                didBecomeReady
///  idle ───────────────▶ starting ──────────────▶ ready
///                          ▲  │ died                │ died
///            it is time    │  ▼                     ▼
///                        backing off ◀──────────────┘      stop: from anywhere ─▶ stopped
///                                                        suspend: from anywhere ─▶ idle
/// ```
///
/// The first death in a while is answered at once, so that a client of a crashed request waits
/// as little as possible; each further one doubles a pause. Being ready for
/// ``Limits/stableMilliseconds`` starts the count anew.
public struct EngineLifecycle: Sendable {
    /// Where the engine is, for status reports.
    public enum Phase: String, Sendable {
        /// Not started: the model loads.
        case idle
        /// The process runs and has not yet said that it is ready.
        case starting
        /// Requests may be sent.
        case ready
        /// It died and waits for its restart.
        case backingOff = "backing off"
        /// It is not to run any more.
        case stopped
    }

    /// What the caller does about an event.
    public enum Action: Equatable, Sendable {
        /// Nothing.
        case none
        /// Start the process, and call ``checkTime(now:)`` at the given time.
        case spawn(checkAt: UInt64)
        /// Call ``checkTime(now:)`` at the given time.
        case wait(until: UInt64)
        /// End the process: it did not become ready in time. Report its death as usual.
        case kill
    }

    private enum State: Sendable {
        case idle
        case starting(deadline: UInt64)
        case ready(since: UInt64)
        case backingOff(until: UInt64)
        case stopped
    }

    private var state = State.idle
    private var recentDeathCount = 0
    /// How often the engine was started again.
    public private(set) var restartCount: UInt32 = 0

    /// An engine that was never started.
    public init() {}

    /// Where the engine is.
    public var phase: Phase {
        switch state {
        case .idle: .idle
        case .starting: .starting
        case .ready: .ready
        case .backingOff: .backingOff
        case .stopped: .stopped
        }
    }

    /// Starts the engine, now that there is a model to run.
    public mutating func start(now: UInt64) -> Action {
        guard case .idle = state else { return .none }
        return spawn(now: now)
    }

    /// Notes that the engine takes requests.
    public mutating func didBecomeReady(now: UInt64) {
        guard case .starting = state else { return }
        state = .ready(since: now)
    }

    /// Decides about a process that ended, or that could not be started.
    public mutating func didDie(now: UInt64) -> Action {
        switch state {
        case .idle, .stopped, .backingOff: return .none
        case .ready(let since) where now >= since + Limits.stableMilliseconds:
            recentDeathCount = 1
        case .ready, .starting:
            recentDeathCount += 1
        }
        restartCount += 1
        let pause = EngineLifecycle.backoff(afterDeaths: recentDeathCount)
        guard pause > 0 else { return spawn(now: now) }
        state = .backingOff(until: now + pause)
        return .wait(until: now + pause)
    }

    /// Decides what the passing of time means; early calls do no harm.
    public mutating func checkTime(now: UInt64) -> Action {
        switch state {
        case .backingOff(let until): now >= until ? spawn(now: now) : .wait(until: until)
        case .starting(let deadline): now >= deadline ? .kill : .wait(until: deadline)
        case .idle, .ready, .stopped: .none
        }
    }

    /// Notes that the engine is gone with the model, which has to be loaded again first.
    public mutating func suspend() {
        switch state {
        case .ready: restartCount += 1
        // A start that came to nothing has been counted, unless it was the first.
        case .starting, .backingOff, .idle: break
        case .stopped: return
        }
        recentDeathCount = 0
        state = .idle
    }

    /// Notes that the engine is not to be started again.
    public mutating func stop() {
        state = .stopped
    }

    private mutating func spawn(now: UInt64) -> Action {
        let deadline = now + Limits.engineStartMilliseconds
        state = .starting(deadline: deadline)
        return .spawn(checkAt: deadline)
    }

    /// 0, then the first pause doubled with each death, up to the longest.
    private static func backoff(afterDeaths count: Int) -> UInt64 {
        guard count > 1 else { return 0 }
        var pause = Limits.firstBackoffMilliseconds
        for _ in 2..<count where pause < Limits.longestBackoffMilliseconds { pause *= 2 }
        return min(pause, Limits.longestBackoffMilliseconds)
    }
}
