/// Whether an engine that has something to do still does it.
///
/// ``tick()`` is called once a second while the engine has work, and never while it has none. Time
/// is counted in ticks, so that a supervisor that was itself stopped for a minute does not take
/// that for an engine's silence.
public struct EngineWatchdog: Sendable {
    /// What the caller does.
    public enum Action: Equatable, Sendable {
        /// Ask the engine for its report.
        case poll
        /// End it.
        case strike(Fault)
    }

    /// What is wrong with an engine.
    public enum Fault: Equatable, Sendable, CustomStringConvertible {
        /// It has not said a word.
        case silent(seconds: Int)
        /// One step of it does not end.
        case stuckStep(seconds: Double)

        /// The fault, for logs.
        public var description: String {
            switch self {
            case .silent(let seconds): "no answer for \(seconds) s"
            case .stuckStep(let seconds): "one step for \(seconds) s"
            }
        }
    }

    private let silenceSeconds: Int
    private let stepSeconds: Double
    private var silentTicks = 0
    private var runningStepSeconds = 0.0

    /// An engine that was just started.
    public init(silenceSeconds: Int, stepSeconds: Int) {
        self.silenceSeconds = silenceSeconds
        self.stepSeconds = Double(stepSeconds)
    }

    /// Notes that something came from the engine.
    public mutating func didHear() { silentTicks = 0 }

    /// Notes how long the step that runs has run.
    public mutating func didReport(runningStepSeconds seconds: Double) {
        runningStepSeconds = seconds
    }

    /// Notes that the engine has nothing to do.
    public mutating func rest() {
        silentTicks = 0
        runningStepSeconds = 0
    }

    /// Decides what a further second of work means.
    public mutating func tick() -> Action {
        guard runningStepSeconds < stepSeconds else {
            return .strike(.stuckStep(seconds: runningStepSeconds))
        }
        silentTicks += 1
        guard silentTicks <= silenceSeconds else {
            return .strike(.silent(seconds: silenceSeconds))
        }
        return .poll
    }
}
