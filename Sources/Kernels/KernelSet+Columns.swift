internal import KernelTypes

/// What a column of some rows is reduced to, in double precision and in the order of the rows.
public enum ColumnReduction: Sendable {
    /// Sums of x, of |x| and of x^2.
    case sum, magnitude, square
    /// The largest x, or the largest |x|; NaN if any is.
    case largest, largestMagnitude
    /// How many x are above a threshold.
    case countAbove(Float)

    var operation: (ColumnOperation, threshold: Float) {
        switch self {
        case .sum: (.sum, 0)
        case .magnitude: (.magnitude, 0)
        case .square: (.square, 0)
        case .largest: (.largest, 0)
        case .largestMagnitude: (.largestMagnitude, 0)
        case .countAbove(let threshold): (.countAbove, threshold)
        }
    }
}

extension KernelSet {
    /// Adds selected columns of some rows to their sums, one a column.
    ///
    /// Each sum is one chain in the order of the rows, whoever takes part: threads share columns.
    ///
    /// - Parameters:
    ///   - rows: Numbers of rows of the buffer, in the order in which they are added.
    ///   - column: Column of the buffer that column 0 of the selection is.
    ///   - sums: As many as selected columns.
    public func accumulate(
        _ reduction: ColumnReduction, of buffer: RowBuffer, rows: [Int], at column: Int,
        _ columns: ColumnRuns, into sums: inout [Double], pool: ComputePool
    ) {
        precondition(sums.count == columns.count, "there is one sum for each column")
        guard let values = checkedBase(buffer, rows, column, columns) else { return }
        let (operation, threshold) = reduction.operation
        let isSmall = rows.count * columns.count < Limits.sharedElements
        rows.withUnsafeBufferPointer { rows in
            columns.runs.withUnsafeBufferPointer { runs in
                sums.withUnsafeMutableBufferPointer { sums in
                    guard let first = sums.baseAddress else { return }
                    // Safety: tasks add to the sums of different columns, until `run` returns.
                    nonisolated(unsafe) let whole = ColumnSums(
                        values: values, stride: buffer.stride, rows: rows, runs: runs,
                        sums: first, operation: operation, threshold: threshold)
                    pool.run(taskCount: columns.blocks.count, alone: isSmall) { task in
                        table.accumulateColumns(whole.part(columns.blocks[task]))
                    }
                }
            }
        }
    }

    /// Appends selected columns of some rows, row after row, each row's in selected order.
    ///
    /// - Parameters:
    ///   - rows: Numbers of rows of the buffer.
    ///   - column: Column of the buffer that column 0 of the selection is.
    public func appendRows(
        of buffer: RowBuffer, rows: [Int], at column: Int, _ columns: ColumnRuns,
        to values: inout [Float], pool: ComputePool
    ) {
        values.append(addingCapacity: rows.count * columns.count) { output in
            output.withUnsafeMutableBufferPointer { free, count in
                count += copyRows(
                    of: buffer, rows: rows, at: column, columns,
                    to: UnsafeMutableRawBufferPointer(free), half: false, pool: pool)
            }
        }
    }

    /// Appends selected columns of some rows in half precision, rounded to nearest even.
    public func appendRows(
        of buffer: RowBuffer, rows: [Int], at column: Int, _ columns: ColumnRuns,
        to values: inout [Float16], pool: ComputePool
    ) {
        values.append(addingCapacity: rows.count * columns.count) { output in
            output.withUnsafeMutableBufferPointer { free, count in
                count += copyRows(
                    of: buffer, rows: rows, at: column, columns,
                    to: UnsafeMutableRawBufferPointer(free), half: true, pool: pool)
            }
        }
    }

    /// Fills memory with the selected elements of some rows and returns how many they are.
    private func copyRows(
        of buffer: RowBuffer, rows: [Int], at column: Int, _ columns: ColumnRuns,
        to target: UnsafeMutableRawBufferPointer, half: Bool, pool: ComputePool
    ) -> Int {
        guard let values = checkedBase(buffer, rows, column, columns) else { return 0 }
        let (size, count) = (half ? 2 : 4, rows.count * columns.count)
        guard let base = target.baseAddress, target.count >= count * size else {
            preconditionFailure("rows do not fit into their target")
        }
        columns.runs.withUnsafeBufferPointer { runs in
            // Safety: tasks write the elements of different rows, until `run` returns.
            nonisolated(unsafe) let first = ColumnCopy(
                values: values, runs: runs, target: base, half: half)
            pool.run(taskCount: rows.count, alone: count < Limits.sharedElements) { task in
                table.copyColumns(
                    ColumnCopy(
                        values: first.values + rows[task] * buffer.stride, runs: first.runs,
                        target: first.target + task * columns.count * size, half: half))
            }
        }
        return count
    }

    /// Column `column` of row 0, once it is known that all selected elements lie in the buffer.
    func checkedBase(
        _ buffer: RowBuffer, _ rows: [Int], _ column: Int, _ columns: ColumnRuns
    ) -> UnsafeMutablePointer<Float>? {
        guard columns.count > 0, !rows.isEmpty else { return nil }
        precondition(
            rows.allSatisfy { $0 >= 0 && $0 < buffer.rowCapacity }, "row lies outside the buffer")
        return buffer.pointer(0, column..<column + columns.end)
    }
}

extension ColumnSums {
    /// The part of some runs.
    fileprivate func part(_ block: ColumnRuns.Block) -> ColumnSums {
        ColumnSums(
            values: values, stride: stride, rows: rows,
            runs: UnsafeBufferPointer(rebasing: runs[block.runs]), sums: sums + block.first,
            operation: operation, threshold: threshold)
    }
}

extension ComputePool {
    /// Runs tasks on all threads, or on this one where waking others takes longer than the work.
    func run(taskCount: Int, alone: Bool, _ body: @Sendable (Int) -> Void) {
        if alone {
            for task in 0..<taskCount { body(task) }
        } else {
            run(taskCount: taskCount) { task, _ in body(task) }
        }
    }
}
