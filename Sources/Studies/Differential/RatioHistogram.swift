/// How the ratios of all neurons are distributed.
package struct RatioHistogram: Sendable, Equatable, Codable {
    /// Equal bins; the ratios below and above them are counted apart.
    package struct Bins: Sendable, Hashable, Codable {
        package var low: Double
        package var high: Double
        package var count: Int

        package init(low: Double = 0.5, high: Double = 2, count: Int = 75) {
            self.low = low
            self.high = high
            self.count = count
        }

        package var width: Double { (high - low) / Double(count) }
    }

    package var bins: Bins
    package var counts: [Int]
    package var below: Int
    package var above: Int
    package var median: Double

    package init(of ratios: [Double], bins: Bins = Bins()) {
        self.bins = bins
        counts = [Int](repeating: 0, count: bins.count)
        below = ratios.count { $0 < bins.low }
        above = ratios.count { $0 >= bins.high }
        median = Studies.median(ratios)
        for ratio in ratios where ratio >= bins.low && ratio < bins.high {
            // Rounding may put a ratio just under the upper bound one bin too far.
            counts[min(bins.count - 1, Int((ratio - bins.low) / bins.width))] += 1
        }
    }

    /// The middle of the fullest bin, of several the lowest; nil of nothing.
    package var peak: Double? {
        guard let most = counts.max(), most > 0, let index = counts.firstIndex(of: most) else {
            return nil
        }
        return bins.low + (Double(index) + 0.5) * bins.width
    }
}
