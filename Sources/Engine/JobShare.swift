/// On whose account a job runs: jobs of the same share divide what it gets.
public struct JobShare: Sendable, Hashable {
    /// Whose work goes ahead.
    public enum Lane: Sendable, Hashable, CaseIterable {
        /// Somebody waits for the answer.
        case interactive
        /// Runs in what interactive work leaves, and in a small part of every step.
        case bulk
    }

    /// The share's number.
    public var identifier: UInt64
    /// What the share gets in proportion to others, at least 1.
    public var weight: Int
    /// Whether the job goes ahead of others or behind them.
    public var lane: Lane

    /// A share of weight 1 in the interactive lane unless told otherwise; weights below 1 are 1.
    public init(identifier: UInt64 = 1, weight: Int = 1, lane: Lane = .interactive) {
        self.identifier = identifier
        self.weight = max(1, weight)
        self.lane = lane
    }
}
