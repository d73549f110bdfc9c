internal import KernelTypes

/// What becomes of selected elements of a row.
public enum RowEdit: Sendable {
    /// They all become a number.
    case fill(Float)
    /// They are multiplied by a number.
    case scale(Float)
    /// A number is added.
    case add(Float)
    /// They are brought into low...high; a NaN stays.
    case clamp(low: Float, high: Float)
    /// Each becomes the number of its place.
    case fillEach([Float])
    /// The number of its place is added to each.
    case addEach([Float])

    fileprivate var operation: (ChangeOperation, first: Float, second: Float) {
        switch self {
        case .fill(let value): (.fill, value, 0)
        case .scale(let factor): (.scale, factor, 0)
        case .add(let value): (.add, value, 0)
        case .clamp(let low, let high): (.clamp, low, high)
        case .fillEach: (.fillEach, 0, 0)
        case .addEach: (.addEach, 0, 0)
        }
    }

    fileprivate var operands: [Float]? {
        switch self {
        case .fillEach(let values), .addEach(let values): values
        case .fill, .scale, .add, .clamp: nil
        }
    }
}

extension KernelSet {
    /// Changes selected columns of a row in place.
    ///
    /// - Parameter column: Column of the buffer that column 0 of the selection is.
    /// - Returns: The squared L2 norm of the change, added up in double precision in an order that
    ///   depends on the selection only.
    public func edit(
        _ buffer: RowBuffer, row: Int, at column: Int, _ columns: ColumnRuns, by edit: RowEdit
    ) -> Double {
        guard columns.count > 0 else { return 0 }
        let values = buffer.pointer(row, column..<column + columns.end)
        return columns.runs.withUnsafeBufferPointer { runs in
            change(values, runs, columns.count, edit)
        }
    }

    /// Changes consecutive columns of a row in place; returns the squared L2 norm of the change.
    public func edit(
        _ buffer: RowBuffer, row: Int, columns: Range<Int>, by edit: RowEdit
    ) -> Double {
        let values = buffer.pointer(row, columns)
        return withUnsafePointer(to: ColumnRun(column: 0, count: columns.count)) { run in
            change(values, UnsafeBufferPointer(start: run, count: 1), columns.count, edit)
        }
    }

    private func change(
        _ values: UnsafeMutablePointer<Float>, _ runs: UnsafeBufferPointer<ColumnRun>,
        _ count: Int, _ edit: RowEdit
    ) -> Double {
        let (operation, first, second) = edit.operation
        guard let operands = edit.operands else {
            return table.changeRow(
                RowChange(
                    values: values, runs: runs, operation: operation, first: first,
                    second: second, operands: nil))
        }
        precondition(operands.count == count, "there is one number for each column")
        return operands.withUnsafeBufferPointer { operands in
            table.changeRow(
                RowChange(
                    values: values, runs: runs, operation: operation, first: first,
                    second: second, operands: operands.baseAddress))
        }
    }
}
