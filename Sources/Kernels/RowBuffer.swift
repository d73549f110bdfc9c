internal import KernelTypes

/// Scratch rows of single precision, each on a 64-byte boundary, zero at first.
///
/// Disjoint rows or columns may be written by different threads at once; an element that one
/// thread writes must not be read or written by another until both have been ordered.
public final class RowBuffer: @unchecked Sendable {
    // Sendable: the address never changes; its elements follow the rule above.
    private let base: UnsafeMutablePointer<Float>
    private let memory: ZeroedMemory

    /// Rows in the buffer: 0..<rowCapacity.
    public let rowCapacity: Int
    /// Floats of one row that can be used; the padding up to `stride` cannot.
    public let width: Int
    /// Floats from one row to the next: the width rounded up to a multiple of 16.
    public let stride: Int

    /// Allocates `rowCapacity` rows of `width` zeros.
    public init(rowCapacity: Int, width: Int) {
        precondition(rowCapacity >= 0 && width >= 0, "a buffer's shape is not negative")
        self.rowCapacity = rowCapacity
        self.width = width
        stride = roundUp(width, to: PanelShape.rows)
        memory = ZeroedMemory(byteCount: rowCapacity * stride * MemoryLayout<Float>.stride)
        base = memory.elements(of: Float.self)
    }

    /// One element.
    public subscript(row: Int, column: Int) -> Float {
        get { pointer(row, column..<column + 1).pointee }
        set { pointer(row, column..<column + 1).pointee = newValue }
    }

    /// Calls the body with a mutable view of some columns of a row.
    public func withRow<R>(
        _ row: Int, columns: Range<Int>, _ body: (inout MutableSpan<Float>) throws -> R
    ) rethrows -> R {
        // Safety: `pointer` checked the range; the span cannot outlive the call.
        let elements = UnsafeMutableBufferPointer(
            start: pointer(row, columns), count: columns.count)
        var span = elements.mutableSpan
        return try body(&span)
    }

    /// A copy of some columns of a row.
    public func copyRow(_ row: Int, columns: Range<Int>) -> [Float] {
        Array(UnsafeBufferPointer(start: pointer(row, columns), count: columns.count))
    }

    /// Appends selected columns of a row to an array, in selected order.
    ///
    /// - Parameter column: Column of the buffer that column 0 of the selection is.
    public func append(
        _ row: Int, at column: Int, _ columns: ColumnRuns, to values: inout [Float]
    ) {
        for run in columns.runs {
            let first = column + run.column
            let source = pointer(row, first..<first + run.count)
            values.append(contentsOf: UnsafeBufferPointer(start: source, count: run.count))
        }
    }

    /// Writes values into a row from a column on.
    public func setRow(_ row: Int, from values: [Float], at column: Int) {
        let target = pointer(row, column..<column + values.count)
        for (index, value) in values.enumerated() { target[index] = value }
    }

    /// Copies a whole row of a buffer of the same width, possibly this one, into row `target`.
    public func copyRow(from other: RowBuffer, row: Int, to target: Int) {
        precondition(other.width == width, "buffers differ in width")
        pointer(target, 0..<width).update(from: other.pointer(row, 0..<width), count: width)
    }

    /// The address of a checked range of columns of a row.
    func pointer(_ row: Int, _ columns: Range<Int>) -> UnsafeMutablePointer<Float> {
        precondition(row >= 0 && row < rowCapacity, "row lies outside the buffer")
        precondition(
            columns.lowerBound >= 0 && columns.upperBound <= width, "columns lie outside the row")
        return base + (row * stride + columns.lowerBound)
    }
}
