// KernelTypes: what the kernel modules and their facade agree on.
//
// The module holds argument records, the panel shape and the table of entry points that each
// instruction-set module fills. It must never hold arithmetic: code here runs on every processor
// and is linked beside code that does not.
//
// Read first: `PanelShape`, `KernelTable`, `QuantizedProduct`.

/// The shape of packed weights, shared by the packer and every kernel.
///
/// A panel holds 16 output rows, so that one vector of 16 lanes is one input of all of them. An
/// int8 panel is, for each group of 32 inputs, 8 blocks of [16 rows x 4 inputs] unsigned bytes
/// (weight + 128); after all groups come their scales, [group][16 rows] in half precision. A panel
/// of floats is [input][16 rows]. Panels are padded to 64 bytes.
@frozen
public enum PanelShape {
    /// Output rows in one panel: the lanes of one vector.
    @inlinable public static var rows: Int { 16 }
    /// Inputs that share one scale.
    @inlinable public static var groupWidth: Int { 32 }
    /// Inputs that one dot instruction consumes.
    @inlinable public static var blockWidth: Int { 4 }
    /// Bytes of the weights of one group of one panel.
    @inlinable public static var groupQuantBytes: Int { rows * groupWidth }
    /// Bytes of the scales of one group of one panel.
    @inlinable public static var groupScaleBytes: Int { rows * 2 }
    /// Alignment of panels, prepared rows and scratch rows: one cache line, one vector.
    @inlinable public static var alignment: Int { 64 }
}

/// Where the quantized activations of some rows lie.
///
/// Rows come in tiles, so that everything a tile of a product reads for one group of inputs lies
/// side by side, at offsets that the compiler knows:
///
///     tile:  group, group, ...
///     group: 8 blocks of [row of the tile][4 activations], [row] scales, [row] offsets
///
/// All tiles have `tileRows` rows but the last, which has what is left and no gaps. A block of 4
/// activations is as wide as the instruction set wants it; scales are Float, offsets Int32.
@frozen
public struct ActivationTiles {
    /// The first tile.
    public let base: UnsafeMutableRawPointer
    /// Groups of 32 inputs in each row, the last filled up with zeros.
    public let groupCount: Int
    /// Rows in all tiles together.
    public let rowCount: Int

    /// Records the layout as given; the memory must have room for every row.
    public init(base: UnsafeMutableRawPointer, groupCount: Int, rowCount: Int) {
        self.base = base
        self.groupCount = groupCount
        self.rowCount = rowCount
    }
}

/// Rows to quantize: groups of 32 inputs, the last possibly short.
@frozen
public struct QuantizeRows {
    /// Row r's `count` values start at `values + r * stride`.
    public let values: UnsafePointer<Float>
    /// Floats from one row to the next.
    public let stride: Int
    /// Values to quantize of each row; the last group is filled up with zeros.
    public let count: Int
    /// The tiles that the rows belong to.
    public let tiles: ActivationTiles
    /// The rows to quantize now, out of those of the tiles.
    public let first: Int, end: Int

    /// Records rows as given; `count` must reach into the tiles' last group.
    public init(
        values: UnsafePointer<Float>, stride: Int, count: Int, tiles: ActivationTiles,
        rows: Range<Int>
    ) {
        self.values = values
        self.stride = stride
        self.count = count
        self.tiles = tiles
        first = rows.lowerBound
        end = rows.upperBound
    }
}

/// Where the outputs of a product go: row r, output o at `values[r * stride + o]`.
@frozen
public struct ProductOutput {
    /// Output 0 of row 0.
    public let values: UnsafeMutablePointer<Float>
    /// Floats from one row to the next, at least `outputCount`.
    public let stride: Int
    /// Rows to write: as many as are multiplied.
    public let rowCount: Int
    /// Outputs to write, counted from the first panel; the last panel may be short.
    public let outputCount: Int

    /// Records a target as given; all of its rows must lie in one buffer.
    public init(
        values: UnsafeMutablePointer<Float>, stride: Int, rowCount: Int, outputCount: Int
    ) {
        self.values = values
        self.stride = stride
        self.rowCount = rowCount
        self.outputCount = outputCount
    }
}

/// Int8 panels times rows prepared by `KernelTable.quantize`.
@frozen
public struct QuantizedProduct {
    /// The first panel.
    public let panels: UnsafeRawPointer
    /// Bytes from one panel to the next.
    public let panelStride: Int
    /// The rows, all of which are multiplied; their groups are those of the panels.
    public let rows: ActivationTiles
    /// Where the products go, and how many outputs there are.
    public let output: ProductOutput

    /// Records a product as given; panels and rows must have been made for the same path.
    public init(
        panels: UnsafeRawPointer, panelStride: Int, rows: ActivationTiles, output: ProductOutput
    ) {
        self.panels = panels
        self.panelStride = panelStride
        self.rows = rows
        self.output = output
    }
}

/// Rows of floats for products, in tiles like `ActivationTiles`: [input][row of the tile].
@frozen
public struct FloatTiles {
    /// The first tile.
    public let base: UnsafeMutablePointer<Float>
    /// Values of each row.
    public let inputCount: Int
    /// Rows in all tiles together.
    public let rowCount: Int

    /// Records the layout as given; the memory must have room for every row.
    public init(base: UnsafeMutablePointer<Float>, inputCount: Int, rowCount: Int) {
        self.base = base
        self.inputCount = inputCount
        self.rowCount = rowCount
    }
}

/// Rows to put into tiles of floats.
@frozen
public struct TileRows {
    /// Row r's values start at `values + r * stride`.
    public let values: UnsafePointer<Float>
    /// Floats from one row to the next.
    public let stride: Int
    /// The tiles that the rows belong to.
    public let tiles: FloatTiles
    /// The rows to copy now, out of those of the tiles.
    public let first: Int, end: Int

    /// Records rows as given.
    public init(
        values: UnsafePointer<Float>, stride: Int, tiles: FloatTiles, rows: Range<Int>
    ) {
        self.values = values
        self.stride = stride
        self.tiles = tiles
        first = rows.lowerBound
        end = rows.upperBound
    }
}

/// Panels of floats, single or half precision, times rows of single precision.
@frozen
public struct FloatProduct {
    /// The first panel.
    public let panels: UnsafeRawPointer
    /// Bytes from one panel to the next.
    public let panelStride: Int
    /// The rows, all of which are multiplied; a panel has as many inputs.
    public let rows: FloatTiles
    /// Where the products go, and how many outputs there are.
    public let output: ProductOutput

    /// Records a product as given; the entry called decides how the panels' bytes are read.
    public init(
        panels: UnsafeRawPointer, panelStride: Int, rows: FloatTiles, output: ProductOutput
    ) {
        self.panels = panels
        self.panelStride = panelStride
        self.rows = rows
        self.output = output
    }
}

/// One row to be normalized by its mean and variance.
@frozen
public struct CentredRow {
    /// The row.
    public let values: UnsafePointer<Float>
    /// Gain and bias of each column.
    public let weight: UnsafePointer<Float>, bias: UnsafePointer<Float>
    /// Columns of the row.
    public let count: Int
    /// What is added to the variance.
    public let epsilon: Float
    /// Where the result goes.
    public let target: UnsafeMutablePointer<Float>

    /// Records the arguments as given.
    public init(
        values: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
        count: Int, epsilon: Float, target: UnsafeMutablePointer<Float>
    ) {
        self.values = values
        self.weight = weight
        self.bias = bias
        self.count = count
        self.epsilon = epsilon
        self.target = target
    }
}

/// Panels of single precision times rows of single precision as they lie.
@frozen
public struct RowProduct {
    /// The first panel.
    public let panels: UnsafeRawPointer
    /// Bytes from one panel to the next.
    public let panelStride: Int
    /// Row r's values start at `values + r * valueStride`.
    public let values: UnsafePointer<Float>
    /// Floats from one row of values to the next.
    public let valueStride: Int
    /// Values of each row; a panel has as many inputs.
    public let inputCount: Int
    /// Whether sums begin with what is at their place, or with zero.
    public let adds: Bool
    /// Where the products go, and how many rows and outputs there are.
    public let output: ProductOutput

    /// Records a product as given; values and output must not overlap.
    public init(
        panels: UnsafeRawPointer, panelStride: Int, values: UnsafePointer<Float>,
        valueStride: Int, inputCount: Int, adds: Bool, output: ProductOutput
    ) {
        self.panels = panels
        self.panelStride = panelStride
        self.values = values
        self.valueStride = valueStride
        self.inputCount = inputCount
        self.adds = adds
        self.output = output
    }
}
