/// The life of the process that holds the weights: what its deaths mean.
///
/// ```
///          begin           didLoad
///  absent ───────▶ loading ────────▶ loaded
///                   ▲  │ died          │ died
///                   └──┴───────────────┘        too often, or in a way that will not
///                                               change: give up
/// ```
///
/// A model that crashes the process that reads it would do so each time, so the first crash of a
/// load is the last. A process that was killed is started again: whoever waits has time.
public struct WeightsLifecycle: Sendable {
    /// Where the weights are.
    public enum Phase: Equatable, Sendable {
        /// Nobody has begun.
        case absent
        /// They are being read and packed.
        case loading
        /// Engines can be started.
        case loaded(since: UInt64)
    }

    /// What the caller does about an event.
    public enum Action: Equatable, Sendable {
        /// Start the engines.
        case startEngines
        /// Start the process again.
        case load
        /// End the daemon.
        case giveUp(Reason)
    }

    /// Why there is no model to serve.
    public enum Reason: Equatable, Sendable {
        /// The process crashed while it read the model.
        case crashedWhileLoading
        /// It died this often in a row.
        case keptDying(count: Int)
        /// The second load gave another model than the first.
        case modelChanged
    }

    /// Where the weights are.
    public private(set) var phase = Phase.absent
    private var digest: String?
    private var recentDeathCount = 0

    /// Nothing has begun.
    public init() {}

    /// Whether engines can be started.
    public var isLoaded: Bool { if case .loaded = phase { true } else { false } }

    /// Notes that the process was started.
    public mutating func begin() { phase = .loading }

    /// Decides about weights that are there.
    ///
    /// Requests that were interrupted go on where their clients left off, and what clients know of
    /// the model holds for the daemon's life; so a second load must give the same weights.
    ///
    /// - Parameter digest: tells the model from any other.
    public mutating func didLoad(digest: String, now: UInt64) -> Action {
        guard self.digest == nil || self.digest == digest else { return .giveUp(.modelChanged) }
        self.digest = digest
        phase = .loaded(since: now)
        return .startEngines
    }

    /// Decides about the end of the process.
    ///
    /// - Parameter isCrash: whether it ended by itself, and not by somebody's signal.
    public mutating func didDie(isCrash: Bool, now: UInt64) -> Action {
        if case .loaded(let since) = phase {
            if now >= since + Limits.stableMilliseconds { recentDeathCount = 0 }
        } else if isCrash {
            return .giveUp(.crashedWhileLoading)
        }
        phase = .absent
        recentDeathCount += 1
        guard recentDeathCount < Limits.forkServerDeaths else {
            return .giveUp(.keptDying(count: recentDeathCount))
        }
        return .load
    }
}
