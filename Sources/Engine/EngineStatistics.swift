public import Hooks
import Synchronization

/// What an engine has done since it began, and what it holds now.
public struct EngineStatistics: Sendable, Equatable {
    /// Actions of one kind at sites of one kind.
    public struct FiredHook: Hashable, Sendable {
        /// The site without its layer.
        public let site: SiteKind
        /// The operation's name in the hook language.
        public let action: String
    }

    /// Passes over the weights that were run to their end.
    public var steps = 0
    /// Seconds that the last step took.
    public var stepSeconds = 0.0
    /// Seconds that all steps took.
    public var stepsSeconds = 0.0
    /// Seconds since the running step began; 0 while none is.
    public var stepRunningSeconds = 0.0
    /// Rows of given tokens that were run.
    public var promptRows = 0
    /// Rows of generated tokens that were run.
    public var decodeRows = 0
    /// Rows of given tokens that were not run because their state was kept.
    public var reusedRows = 0
    /// Rows × layers that were run.
    public var layerEvaluations = 0
    /// Sequences that have their key-value blocks.
    public var running = 0
    /// Jobs that were submitted and do not run yet.
    public var waiting = 0
    /// Bytes of the key-value blocks of running sequences.
    public var keyValueBytes = 0
    /// Bytes of all key-value blocks that there can be.
    public var keyValueCapacity = 0
    /// Bytes of blocks that are kept for prefixes and given up as soon as a job needs them.
    public var prefixCacheBytes = 0
    /// Jobs that could have used kept blocks.
    public var prefixQueries = 0
    /// Jobs that did.
    public var prefixHits = 0
    /// Kept blocks that were given up.
    public var prefixEvictions = 0
    /// Bytes of captured values that jobs may hold which run or are not fully answered.
    public var captureBytes = 0
    /// Bytes of adapters that are kept or in use.
    public var adapterBytes = 0
    /// Rows that actions were applied to.
    public var fired: [FiredHook: Int] = [:]
}

/// The running totals of an engine: the engine's thread writes, any thread reads.
final class EngineCounters: Sendable {
    private struct State {
        var totals = EngineStatistics()
        /// When the running step began.
        var stepBegan: Double?
    }

    private let state: Mutex<State>

    init(keyValueCapacity: Int) {
        var totals = EngineStatistics()
        totals.keyValueCapacity = keyValueCapacity
        state = Mutex(State(totals: totals))
    }

    func snapshot(now: Double) -> EngineStatistics {
        state.withLock { state in
            var totals = state.totals
            totals.stepRunningSeconds = state.stepBegan.map { max(0, now - $0) } ?? 0
            return totals
        }
    }

    /// Changes the totals; called a few times a step at most.
    func update(_ change: (inout EngineStatistics) -> Void) {
        state.withLock { change(&$0.totals) }
    }

    func stepBegins(now: Double) {
        state.withLock { $0.stepBegan = now }
    }

    /// Rows of a step that was run to its end.
    struct StepCount {
        var promptRows: Int
        var decodeRows: Int
        var layers: Int
    }

    /// - Parameter count: nil for a step that was given up, which counts as none.
    func stepEnded(now: Double, _ count: StepCount?) {
        state.withLock { state in
            let seconds = state.stepBegan.map { max(0, now - $0) } ?? 0
            state.stepBegan = nil
            guard let count else { return }
            state.totals.steps += 1
            state.totals.stepSeconds = seconds
            state.totals.stepsSeconds += seconds
            state.totals.promptRows += count.promptRows
            state.totals.decodeRows += count.decodeRows
            state.totals.layerEvaluations += (count.promptRows + count.decodeRows) * count.layers
        }
    }
}
