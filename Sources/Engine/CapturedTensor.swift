public import Hooks

/// Values of a captured tensor.
public enum TensorValues: Sendable, Equatable {
    case f32([Float])
    case f16([Float16])
    case f64([Double])
    case i32([Int32])

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
    public var site: Site
    /// Index in the plan's captures.
    public var capture: Int
    public var shape: [Int]
    public var values: TensorValues
    /// Absolute positions of the rows; empty for reductions over positions.
    public var positions: [Int]
    /// Input token of each row.
    public var tokens: [Int32]
    /// Units of the last axis; empty where the last axis is not units of the site.
    public var units: IndexRanges
    /// Positions that a reduction went over.
    public var reducedRows: Int

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
