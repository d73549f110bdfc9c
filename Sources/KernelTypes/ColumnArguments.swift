/// Consecutive columns of a row.
@frozen
public struct ColumnRun: Sendable {
    /// The first one.
    public let column: Int
    /// How many there are.
    public let count: Int

    /// Records the columns as given.
    public init(column: Int, count: Int) {
        self.column = column
        self.count = count
    }
}

/// How the values of a column are added up.
@frozen
public enum ColumnOperation: Sendable {
    /// sum + x, sum + |x| and sum + x^2.
    case sum, magnitude, square
    /// The larger of sum and x, or of sum and |x|; NaN once either is.
    case largest, largestMagnitude
    /// sum + 1 where x is above a threshold.
    case countAbove
}

/// Some columns of some rows, to be added to one sum a column in the order of the rows.
@frozen
public struct ColumnSums {
    /// Column c of row r is `values[r * stride + c]`.
    public let values: UnsafePointer<Float>
    /// Floats from one row to the next.
    public let stride: Int
    /// Numbers of the rows, in order.
    public let rows: UnsafeBufferPointer<Int>
    /// The columns.
    public let runs: UnsafeBufferPointer<ColumnRun>
    /// One for each column of the runs, one run after the other.
    public let sums: UnsafeMutablePointer<Double>
    /// What is added.
    public let operation: ColumnOperation
    /// What `countAbove` compares with.
    public let threshold: Float

    /// Records a reduction as given; the facade has checked that all columns lie in their rows.
    public init(
        values: UnsafePointer<Float>, stride: Int, rows: UnsafeBufferPointer<Int>,
        runs: UnsafeBufferPointer<ColumnRun>, sums: UnsafeMutablePointer<Double>,
        operation: ColumnOperation, threshold: Float
    ) {
        self.values = values
        self.stride = stride
        self.rows = rows
        self.runs = runs
        self.sums = sums
        self.operation = operation
        self.threshold = threshold
    }
}

/// What becomes of a value.
@frozen
public enum ChangeOperation: Sendable {
    /// It becomes `first`, is multiplied by it, has it added, or is brought into `first...second`.
    case fill, scale, add, clamp
    /// It becomes the operand of its place, or has it added.
    case fillEach, addEach
}

/// Some columns of a row, to be changed in place.
@frozen
public struct RowChange {
    /// Column c is `values[c]`.
    public let values: UnsafeMutablePointer<Float>
    /// The columns.
    public let runs: UnsafeBufferPointer<ColumnRun>
    /// What becomes of them.
    public let operation: ChangeOperation
    /// Numbers of the operation.
    public let first: Float, second: Float
    /// One for each column of the runs, one run after the other; for the operations on each.
    public let operands: UnsafePointer<Float>?

    /// Records a change as given; the facade has checked that all columns lie in the row.
    public init(
        values: UnsafeMutablePointer<Float>, runs: UnsafeBufferPointer<ColumnRun>,
        operation: ChangeOperation, first: Float, second: Float, operands: UnsafePointer<Float>?
    ) {
        self.values = values
        self.runs = runs
        self.operation = operation
        self.first = first
        self.second = second
        self.operands = operands
    }
}

/// Some columns of a row, to be copied side by side.
@frozen
public struct ColumnCopy {
    /// Column c is `values[c]`.
    public let values: UnsafePointer<Float>
    /// The columns.
    public let runs: UnsafeBufferPointer<ColumnRun>
    /// Room for all of them, as Float or, if `half`, as Float16 rounded to nearest even.
    public let target: UnsafeMutableRawPointer
    /// Whether they are stored in half precision.
    public let half: Bool

    /// Records a copy as given; the facade has checked both ends.
    public init(
        values: UnsafePointer<Float>, runs: UnsafeBufferPointer<ColumnRun>,
        target: UnsafeMutableRawPointer, half: Bool
    ) {
        self.values = values
        self.runs = runs
        self.target = target
        self.half = half
    }
}
