internal import Hooks

/// The percentile bootstrap of a mean.
///
/// Source: B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
/// The draws are a function of the seed: draw d of resample r is word d mod 4 of the block of
/// ``CounterRandom`` at (d div 4, r, 0, 1), and chooses the item at the high half of its product
/// with the number of items.
package enum Bootstrap {
    /// The interval between the (1 − c)/2 and (1 + c)/2 quantiles of the means of resamples.
    ///
    /// - Parameters:
    ///   - values: One for each item; items are drawn with replacement, as many as there are.
    ///   - confidence: c, between 0 and 1.
    ///   - resamples: At most ``DataLimits/resampleCount``.
    ///   - seed: Of the draws.
    package static func meanInterval(
        of values: [Double], confidence: Double = 0.95, resamples: Int = 10_000, seed: UInt64
    ) -> ClosedRange<Double> {
        precondition((1...DataLimits.resampleCount).contains(resamples), "some resamples")
        guard let first = values.first else { return 0...0 }
        guard values.count > 1 else { return first...first }
        let means = (0..<resamples).map { mean(of: values, seed: seed, resample: $0) }.sorted()
        let tail = (1 - confidence) / 2
        return quantile(tail, of: means)...quantile(1 - tail, of: means)
    }

    private static func mean(of values: [Double], seed: UInt64, resample: Int) -> Double {
        let key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        let count = UInt64(values.count)
        var sum = 0.0
        var drawn = 0
        while drawn < values.count {
            let place = UInt32(truncatingIfNeeded: drawn / 4)
            let words = CounterRandom.block(
                key: key, counter: (place, UInt32(truncatingIfNeeded: resample), 0, 1))
            for word in [words.0, words.1, words.2, words.3].prefix(values.count - drawn) {
                sum += values[Int((UInt64(word) * count) >> 32)]
            }
            drawn += 4
        }
        return sum / Double(values.count)
    }

    /// Between neighbours in proportion, as NumPy's default has it.
    private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = min(max(Int(place), 0), sorted.count - 1)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
}

/// The mean difference of two values of each item, with its interval.
package struct PairedDifference: Sendable, Hashable {
    /// Of after − before.
    package let mean: Double
    package let interval: ClosedRange<Double>

    package init(
        before: [Double], after: [Double], confidence: Double = 0.95, resamples: Int = 10_000,
        seed: UInt64
    ) {
        precondition(before.count == after.count, "the same items before and after")
        let differences = zip(before, after).map { $1 - $0 }
        mean = differences.isEmpty ? 0 : differences.reduce(0, +) / Double(differences.count)
        interval = Bootstrap.meanInterval(
            of: differences, confidence: confidence, resamples: resamples, seed: seed)
    }

    /// Of accuracies: right counts 1 and wrong 0.
    package init(
        before: [Bool], after: [Bool], confidence: Double = 0.95, resamples: Int = 10_000,
        seed: UInt64
    ) {
        self.init(
            before: before.map { $0 ? 1 : 0 }, after: after.map { $0 ? 1 : 0 },
            confidence: confidence, resamples: resamples, seed: seed)
    }
}
