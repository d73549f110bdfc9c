/// Spearman's correlation of ranks.
package enum RankCorrelation {
    /// Pearson's correlation of the ranks, equal values sharing the mean of theirs.
    ///
    /// - Returns: nil of fewer than two pairs, or where one side is constant.
    package static func spearman(_ first: [Double], _ second: [Double]) -> Double? {
        precondition(first.count == second.count, "values come in pairs")
        return pearson(ranks(first), ranks(second))
    }

    /// Ranks from 1, equal values sharing the mean of theirs.
    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
            start = end
        }
        return ranks
    }

    private static func pearson(_ first: [Double], _ second: [Double]) -> Double? {
        guard first.count > 1 else { return nil }
        let count = Double(first.count)
        let means = (first.reduce(0, +) / count, second.reduce(0, +) / count)
        var sums = (cross: 0.0, first: 0.0, second: 0.0)
        for (one, other) in zip(first, second) {
            let parts = (one - means.0, other - means.1)
            sums.cross += parts.0 * parts.1
            sums.first += parts.0 * parts.0
            sums.second += parts.1 * parts.1
        }
        let scale = (sums.first * sums.second).squareRoot()
        return scale > 0 ? sums.cross / scale : nil
    }
}
