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
    /// A client may say what it wants; who says nothing and asks for little is taken for a person.
    /// Either way an identity has a few places in the interactive lane and no more: five hundred
    /// small requests at once are bulk work, whatever they say.
    ///
    /// - Parameters:
    ///   - asked: what the client wants; nil when it says nothing.
    ///   - price: what the request takes.
    ///   - rate: how fast engines work.
    ///   - taken: places of the interactive lane that its identity has taken.
    ///   - limit: places that it may take.
    public static func lane(
        asked: Lane?, price: Price, rate: WorkRate, taken: Int, limit: Int
    ) -> Lane {
        guard taken < limit, asked != .bulk else { return .bulk }
        if asked == .interactive { return .interactive }
        let seconds = price.multiplyAdds / rate.multiplyAddsPerSecond
        let isLight =
            price.itemCount <= Limits.interactiveItems && seconds <= Limits.interactiveSeconds
        return isLight ? .interactive : .bulk
    }
}
