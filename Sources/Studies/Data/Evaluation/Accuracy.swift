internal import Foundation

/// Right answers among so many.
package struct Accuracy: Sendable, Hashable, Codable {
    package var correct: Int
    package var count: Int

    package init(correct: Int, count: Int) {
        precondition((0...max(0, count)).contains(correct), "no more right ones than there are")
        self.correct = correct
        self.count = count
    }

    /// The share that is right; 0 of none.
    package var value: Double { count == 0 ? 0 : Double(correct) / Double(count) }

    /// The score interval of Wilson (1927): the shares p for which (p̂ − p)² ≤ z²·p(1 − p)/n.
    ///
    /// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical
    /// inference", J. Amer. Statist. Assoc. 22 (1927) 209–212. Of none, it is [0, 1].
    package func interval(confidence: Double = 0.95) -> ClosedRange<Double> {
        guard count > 0 else { return 0...1 }
        let z = Normal.quantile((1 + confidence) / 2)
        let (n, share) = (Double(count), value)
        let centre = share + z * z / (2 * n)
        let spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        // At the ends the formula is exact but for rounding.
        let low = correct == 0 ? 0 : max(0, (centre - spread) / scale)
        let high = correct == count ? 1 : min(1, (centre + spread) / scale)
        return low...high
    }
}

/// Accuracies by group, and over all items.
package struct AccuracyTable: Sendable, Hashable {
    package struct Row: Sendable, Hashable {
        package var group: String
        package var accuracy: Accuracy
        /// The places of the group's items among all.
        package var items: [Int]
    }

    /// One for each group, in order of first occurrence.
    package private(set) var rows: [Row] = []
    /// Over all items, so that each counts the same: the micro average.
    package let total: Accuracy

    package init(outcomes: [Bool], groups: [String]) {
        precondition(outcomes.count == groups.count, "a group for each outcome")
        var places: [String: Int] = [:]
        for (item, (isCorrect, group)) in zip(outcomes, groups).enumerated() {
            let place = places[group] ?? rows.count
            if place == rows.count {
                places[group] = place
                let none = Accuracy(correct: 0, count: 0)
                rows.append(Row(group: group, accuracy: none, items: []))
            }
            rows[place].accuracy.count += 1
            rows[place].accuracy.correct += isCorrect ? 1 : 0
            rows[place].items.append(item)
        }
        total = Accuracy(correct: outcomes.count { $0 }, count: outcomes.count)
    }

    /// The mean of the groups' accuracies: the macro average.
    package var macro: Double {
        rows.isEmpty ? 0 : rows.reduce(0) { $0 + $1.accuracy.value } / Double(rows.count)
    }
}

/// The standard normal distribution.
package enum Normal {
    /// Φ(x) = ½·erfc(−x/√2).
    package static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

    /// The x with Φ(x) = p, by bisection of [−40, 40] down to neighbouring numbers.
    ///
    /// - Precondition: p lies between 0 and 1.
    package static func quantile(_ p: Double) -> Double {
        precondition(p > 0 && p < 1, "a probability strictly between 0 and 1")
        // The lower tail keeps its digits.
        if p > 0.5 { return -quantile(1 - p) }
        var (low, high) = (-40.0, 0.0)
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { return high }
            if cumulative(middle) < p { low = middle } else { high = middle }
        }
    }
}
