import Dispatch

/// Repeated measurements of one thing.
struct Samples: Encodable, Sendable {
    private(set) var values: [Double] = []

    mutating func add(_ value: Double) { values.append(value) }

    /// The middle one, or the mean of the middle two; NaN without any.
    var median: Double {
        let sorted = values.sorted()
        guard let last = sorted.last else { return .nan }
        let middle = sorted.count / 2
        if sorted.count % 2 == 1 { return sorted[middle] }
        return middle == 0 ? last : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The median of the ratios of pairs that were measured right after each other.
    ///
    /// Drift of the machine hits both of a pair alike, so this is steadier than a ratio of medians.
    func medianRatio(to other: Samples) -> Double {
        var ratios = Samples()
        for (value, reference) in zip(values, other.values) { ratios.add(value / reference) }
        return ratios.median
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }
}

/// The monotonic clock in seconds.
enum Clock {
    static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

    /// How long `body` takes, and what it answers.
    static func time<Result>(_ body: () throws -> Result) rethrows -> (Double, Result) {
        let start = now
        let result = try body()
        return (now - start, result)
    }
}

/// Lets several ways of doing the same thing take turns.
///
/// Each repetition runs all of them, and begins one further on, so that neither drift of the
/// machine nor the place in the order favours any.
struct Turns {
    let count: Int
    let repetitions: Int

    func forEach(_ body: (_ repetition: Int, _ index: Int) throws -> Void) rethrows {
        for repetition in 0..<repetitions {
            for step in 0..<count { try body(repetition, (step + repetition) % count) }
        }
    }
}
