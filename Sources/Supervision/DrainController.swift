/// How the daemon ends: finish what runs and take nothing new, or stop at once.
public struct DrainController: Sendable {
    /// Whether requests are taken.
    public enum Phase: String, Sendable {
        /// Requests are taken.
        case serving = "ready"
        /// Running requests are finished, new ones refused.
        case draining
        /// Everything is to end.
        case stopped
    }

    /// What the caller does about an event.
    public enum Action: Equatable, Sendable {
        /// Nothing.
        case none
        /// Stop listening, tell the clients, refuse new requests, and call
        /// ``DrainController/checkTime(now:)`` at the given time.
        case beginDrain(checkAt: UInt64)
        /// Close everything and exit; `isClean` says that no request was lost.
        case stop(isClean: Bool)
    }

    /// Where the daemon is.
    public private(set) var phase = Phase.serving
    /// Time that a drain may take; read when it begins.
    public var limitMilliseconds: UInt64
    private var activeCount = 0
    private var deadline = UInt64.max

    /// A daemon that serves; its drain may take this long.
    public init(limitMilliseconds: UInt64 = Limits.drainMilliseconds) {
        self.limitMilliseconds = limitMilliseconds
    }

    /// Decides about a request to end: the first one drains, the second one stops.
    public mutating func terminate(now: UInt64) -> [Action] {
        switch phase {
        case .serving:
            phase = .draining
            deadline = now + limitMilliseconds
            let begin = Action.beginDrain(checkAt: deadline)
            return activeCount == 0 ? [begin, stop(isClean: true)] : [begin]
        case .draining: return [stop(isClean: activeCount == 0)]
        case .stopped: return []
        }
    }

    /// Notes how many requests are queued or running, and answers that are not yet sent.
    public mutating func activeCountChanged(to count: Int) -> Action {
        activeCount = count
        guard phase == .draining, count == 0 else { return .none }
        return stop(isClean: true)
    }

    /// Decides what the passing of time means: a drain that takes too long loses what is left.
    public mutating func checkTime(now: UInt64) -> Action {
        guard phase == .draining, now >= deadline else { return .none }
        return stop(isClean: false)
    }

    private mutating func stop(isClean: Bool) -> Action {
        phase = .stopped
        return .stop(isClean: isClean)
    }
}
