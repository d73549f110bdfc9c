internal import KernelTypes

/// Rows of a buffer whose columns are added to sums: one sequence's part of a step.
public struct SummedRows: Sendable {
    /// Numbers of the rows, in the order in which they are added.
    let rows: [Int]
    let sums: SharedSums
    let parts: [Part]

    /// One sum for each selected column.
    public struct Part: Sendable {
        let reduction: ColumnReduction
        let first: Int

        /// - Parameter first: Place of the first column's sum; those of the others follow.
        public init(_ reduction: ColumnReduction, first: Int) {
            self.reduction = reduction
            self.first = first
        }
    }

    /// Records what is to be added; different parts have different places.
    public init(rows: [Int], sums: SharedSums, parts: [Part]) {
        self.rows = rows
        self.sums = sums
        self.parts = parts
    }
}

extension KernelSet {
    /// Adds selected columns of some rows of each sequence to that sequence's sums.
    ///
    /// Each sum is one chain in the order of its rows, whoever takes part: threads share columns
    /// and sequences.
    ///
    /// - Parameter column: Column of the buffer that column 0 of the selection is.
    public func accumulate(
        _ sequences: [SummedRows], of buffer: RowBuffer, at column: Int, _ columns: ColumnRuns,
        pool: ComputePool
    ) {
        var elements = 0
        for sequence in sequences {
            elements += sequence.rows.count * sequence.parts.count * columns.count
            for part in sequence.parts {
                // Checked here, once, for all tasks.
                _ = sequence.sums.pointer(part.first..<part.first + columns.count)
            }
        }
        let rows = sequences.flatMap(\.rows)
        guard let base = checkedBase(buffer, rows, column, columns) else { return }
        // Safety: tasks read rows that nobody writes until `run` returns.
        nonisolated(unsafe) let values = UnsafePointer(base)
        let (blocks, isSmall) = (columns.blocks.count, elements < Limits.sharedElements)
        pool.run(taskCount: sequences.count * blocks, alone: isSmall) { task in
            // Tasks add to the sums of different sequences or columns.
            add(
                sequences[task / blocks], values: values, stride: buffer.stride, columns,
                columns.blocks[task % blocks])
        }
    }

    /// Adds the columns of a block, a few rows at a time while they are in the cache.
    private func add(
        _ sequence: SummedRows, values: UnsafePointer<Float>, stride: Int, _ columns: ColumnRuns,
        _ block: ColumnRuns.Block
    ) {
        let count = sequence.rows.count
        sequence.rows.withUnsafeBufferPointer { rows in
            columns.runs.withUnsafeBufferPointer { runs in
                for start in Swift.stride(from: 0, to: count, by: Limits.rowsTogether) {
                    let some = start..<min(count, start + Limits.rowsTogether)
                    for part in sequence.parts {
                        let (operation, threshold) = part.reduction.operation
                        let first = part.first + block.first
                        table.accumulateColumns(
                            ColumnSums(
                                values: values, stride: stride,
                                rows: UnsafeBufferPointer(rebasing: rows[some]),
                                runs: UnsafeBufferPointer(rebasing: runs[block.runs]),
                                sums: sequence.sums.pointer(first..<first + 1),
                                operation: operation, threshold: threshold))
                    }
                }
            }
        }
    }
}
