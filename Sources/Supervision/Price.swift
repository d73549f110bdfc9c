/// What a request will take at most, known before it is queued.
public struct Price: Equatable, Sendable {
    /// Multiply-adds of all its passes, hooks included.
    public var multiplyAdds: Double
    /// Attention state while it runs.
    public var keyValueByteCount: Int
    /// Captured values while it runs.
    public var captureByteCount: Int
    /// Items that it is a list of.
    public var itemCount: Int

    /// What an engine's explanation says.
    public init(
        multiplyAdds: Double, keyValueByteCount: Int, captureByteCount: Int, itemCount: Int = 1
    ) {
        self.multiplyAdds = multiplyAdds
        self.keyValueByteCount = keyValueByteCount
        self.captureByteCount = captureByteCount
        self.itemCount = itemCount
    }

    /// The price of a request that runs no pass: a little, and something for each byte of it.
    public init(ofPayload byteCount: Int) {
        self.init(
            multiplyAdds: Limits.multiplyAddsPerRequest
                + Double(byteCount) * Limits.multiplyAddsPerByte,
            keyValueByteCount: 0, captureByteCount: 0)
    }
}

/// How fast engines work, as seen from outside: the price of what ended over the time that passed
/// while anything ran.
public struct WorkRate: Sendable {
    private var multiplyAdds = 0.0
    private var seconds = 0.0
    private var busySince: UInt64?

    /// Nothing was seen yet.
    public init() {}

    /// Multiply-adds in a second; a guess until something was seen.
    public var multiplyAddsPerSecond: Double {
        guard seconds > 0.05, multiplyAdds > 0 else { return Limits.multiplyAddsPerSecond }
        return multiplyAdds / seconds
    }

    /// Notes whether anything runs from now on.
    public mutating func runningChanged(isBusy: Bool, now: UInt64) {
        if let busySince { seconds += Double(now - min(now, busySince)) / 1_000 }
        busySince = isBusy ? now : nil
    }

    /// Notes that a request ended which was whole.
    public mutating func didFinish(_ price: Price) {
        multiplyAdds += price.multiplyAdds
        guard seconds > Limits.rateSeconds else { return }
        // What is long ago counts for less and less.
        multiplyAdds /= 2
        seconds /= 2
    }

    /// When whoever is refused should try again: when what waits now will have run.
    public func retryAfterMilliseconds(waiting: Double) -> UInt32 {
        let milliseconds = waiting / multiplyAddsPerSecond * 1_000
        let range = Limits.shortestRetryMilliseconds...Limits.longestRetryMilliseconds
        return UInt32(min(max(milliseconds, Double(range.lowerBound)), Double(range.upperBound)))
    }
}
