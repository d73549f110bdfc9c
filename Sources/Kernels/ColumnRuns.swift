internal import KernelTypes

/// Selected columns of a row, in runs: worked out once, used for many rows.
public struct ColumnRuns: Sendable {
    /// How many columns are selected.
    public let count: Int
    /// The runs, none of them longer than what one task takes.
    let runs: [ColumnRun]
    /// Runs that one task takes when columns are shared out.
    let blocks: [Block]
    /// One past the last column.
    let end: Int

    /// Some consecutive runs.
    struct Block: Sendable {
        let runs: Range<Int>
        /// Place of their first column among all selected ones.
        let first: Int
    }

    /// Selects disjoint ranges of columns.
    ///
    /// Values that go with columns (sums, operands) are in the order of the ranges.
    public init(_ ranges: some Sequence<Range<Int>>) {
        var runs: [ColumnRun] = []
        var blocks: [Block] = []
        var (firstRun, first, next, end) = (0, 0, 0, 0)
        for range in ranges {
            precondition(range.lowerBound >= 0, "columns are not negative")
            end = max(end, range.upperBound)
            for column in stride(from: range.lowerBound, to: range.upperBound, by: Limits.columns) {
                let count = min(Limits.columns, range.upperBound - column)
                if next + count - first > Limits.columns {
                    blocks.append(Block(runs: firstRun..<runs.count, first: first))
                    (firstRun, first) = (runs.count, next)
                }
                runs.append(ColumnRun(column: column, count: count))
                next += count
            }
        }
        if firstRun < runs.count {
            blocks.append(Block(runs: firstRun..<runs.count, first: first))
        }
        self.runs = runs
        self.blocks = blocks
        self.end = end
        count = next
    }
}
