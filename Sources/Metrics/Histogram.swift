/// How many observations fell below each of some bounds, and their sum.
public struct Histogram: Equatable, Sendable {
    /// Seconds from a millisecond to ten minutes: requests and waits.
    public static let secondBounds: [Double] = [
        0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 600,
    ]

    /// Upper bounds, ascending; one more bucket without bound follows them.
    public let bounds: [Double]
    /// Observations in each bucket, not cumulated.
    public private(set) var counts: [UInt64]
    /// Sum of all observations.
    public private(set) var sum = 0.0

    /// An empty histogram.
    ///
    /// - Parameter bounds: ascending upper bounds.
    public init(bounds: [Double] = Histogram.secondBounds) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds ascend")
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    /// Counts one observation; what is no finite number is not counted.
    public mutating func observe(_ value: Double) {
        guard value.isFinite else { return }
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// How many there were.
    public var count: UInt64 { counts.reduce(0, +) }
}
