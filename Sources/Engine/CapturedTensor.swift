public import Hooks

/// Elements of a captured tensor in row-major order, in one of four number formats.
public enum TensorValues: Sendable, Equatable {
    /// Raw rows by default, and the values of `top_k`.
    case f32([Float])
    /// Raw rows captured in half precision, rounded from f32.
    case f16([Float16])
    /// Reductions: over positions, or one or more numbers a row.
    case f64([Double])
    /// Ranks, and the indices of `top_k`.
    case i32([Int32])

    /// Type of the elements.
    public var element: TensorElement {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .f64: .f64
        case .i32: .i32
        }
    }

    /// Number of elements: the product of the tensor's shape.
    public var count: Int {
        switch self {
        case .f32(let values): values.count
        case .f16(let values): values.count
        case .f64(let values): values.count
        case .i32(let values): values.count
        }
    }
}

/// One answered capture, labelled.
public struct CapturedTensor: Sendable, Equatable {
    /// Unique in its item: the site, then `:` and the reduction, then a counter if needed.
    public var name: String
    /// Where in the forward pass the rows were read.
    public var site: Site
    /// Index in the plan's captures.
    public var capture: Int
    /// Axes, outermost first, of the rows or of their reduction.
    ///
    /// Raw rows: (rows, elements); of attention patterns (rows, heads, source positions), padded
    /// with zeros to the longest row. Reductions over positions: (elements). Reductions of each
    /// row: (rows) or (rows, k).
    public var shape: [Int]
    /// Row-major elements, as many as the product of `shape`.
    public var values: TensorValues
    /// Absolute positions of the rows; empty for reductions over positions.
    public var positions: [Int]
    /// Input token of each row.
    public var tokens: [Int32]
    /// Units of the last axis; empty where the last axis is not units of the site.
    public var units: IndexRanges
    /// Positions that a reduction went over.
    public var reducedRows: Int

    /// Labels values; nothing checks that the shape, the labels and the values agree.
    public init(
        name: String, site: Site, capture: Int, shape: [Int], values: TensorValues,
        positions: [Int], tokens: [Int32], units: IndexRanges, reducedRows: Int
    ) {
        self.name = name
        self.site = site
        self.capture = capture
        self.shape = shape
        self.values = values
        self.positions = positions
        self.tokens = tokens
        self.units = units
        self.reducedRows = reducedRows
    }
}
