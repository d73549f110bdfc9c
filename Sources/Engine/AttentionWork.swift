/// How the rows of a step are shared out for attention, alike in every layer.
///
/// Kept from one step to the next for the room of its lists.
struct AttentionWork: Sendable {
    private(set) var runs: [RowRun] = []
    /// What is rotated and stored.
    private(set) var store: [RunChunk] = []
    /// What attends, for each key head.
    private(set) var attend: [RunChunk] = []

    /// Rows that one task rotates, and rows of one key head that one task attends for: enough to
    /// be worth a task, few enough that threads end together.
    private static let storeRows = 16
    private static let attendRows = 24

    mutating func plan(_ rows: [StepRow], keyHeads: Int) {
        clear()
        RowRun.append(of: rows, to: &runs)
        RunChunk.append(of: runs, rows: Self.storeRows, heads: 1, to: &store)
        RunChunk.append(of: runs, rows: Self.attendRows, heads: keyHeads, to: &attend)
    }

    mutating func clear() {
        runs.removeAll(keepingCapacity: true)
        store.removeAll(keepingCapacity: true)
        attend.removeAll(keepingCapacity: true)
    }
}

/// Consecutive rows of a step that are consecutive positions of one sequence.
struct RowRun: Sendable {
    let rows: Range<Int>
    /// The first row's position.
    let position: Int
    /// The sequence's key-value blocks.
    let blocks: [Int32]

    func position(ofRow row: Int) -> Int { position + row - rows.lowerBound }

    /// Appends the runs of some rows, in order.
    static func append(of rows: [StepRow], to runs: inout [RowRun]) {
        var first = 0
        for index in rows.indices {
            let next = index + 1
            if next < rows.count, rows[next].sequence === rows[index].sequence,
                rows[next].position == rows[index].position + 1
            {
                continue
            }
            runs.append(
                RowRun(
                    rows: first..<next, position: rows[first].position,
                    blocks: rows[first].sequence.blocks))
            first = next
        }
    }
}

/// A part of a run that one task works on, for one of several heads.
struct RunChunk: Sendable {
    let run: Int
    let rows: Range<Int>
    let head: Int

    /// Appends chunks of at most `rows` rows of the runs, in order, for each head.
    static func append(
        of runs: [RowRun], rows: Int, heads: Int, to chunks: inout [RunChunk]
    ) {
        for (index, run) in runs.enumerated() {
            for first in stride(from: run.rows.lowerBound, to: run.rows.upperBound, by: rows) {
                let range = first..<min(first + rows, run.rows.upperBound)
                for head in 0..<heads {
                    chunks.append(RunChunk(run: index, rows: range, head: head))
                }
            }
        }
    }
}
