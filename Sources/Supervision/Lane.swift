/// Which of two queues a request waits in.
public enum Lane: Sendable, CaseIterable {
    /// Somebody waits for the answer; goes ahead.
    case interactive
    /// Work that takes its time.
    case bulk
}

/// Decides which lane a request belongs to.
public enum LanePolicy {
    /// The lane of a request.
    ///
    /// A client may say what it wants; who says nothing, asks for little and has little else open
    /// on its connection is taken for a person. Either way an identity has a few places in the
    /// interactive lane and no more: five hundred small requests at once are bulk work.
    ///
    /// - Parameters:
    ///   - asked: what the client wants; nil when it says nothing.
    ///   - price: what the request takes.
    ///   - rate: how fast engines work.
    ///   - open: other requests of its connection that wait or run.
    ///   - taken: places of the interactive lane that its identity has taken.
    ///   - limit: places that it may take, and other requests of its connection beside which one
    ///     that says nothing may still be a person's.
    public static func lane(
        asked: Lane?, price: Price, rate: WorkRate, open: Int, taken: Int, limit: Int
    ) -> Lane {
        guard taken < limit, asked != .bulk else { return .bulk }
        if asked == .interactive { return .interactive }
        let seconds = price.multiplyAdds / rate.multiplyAddsPerSecond
        let isLight =
            price.itemCount <= Limits.interactiveItems && seconds <= Limits.interactiveSeconds
        return isLight && open < limit ? .interactive : .bulk
    }
}
