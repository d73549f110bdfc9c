internal import KernelTypes

/// Rows in the form that a product reads.
///
/// For int8 weights rows are quantized in groups of 32 and laid out in tiles (`ActivationTiles`),
/// which is why every row has to be prepared as one of the same number of rows; for the float
/// forms a row is an aligned copy. Rows must be prepared and multiplied by the same `KernelSet`:
/// int8 activations are laid out for its instructions.
public final class PreparedRows: @unchecked Sendable {
    // Sendable: the address never changes; rows follow the rule of `RowBuffer`.
    let base: UnsafeMutableRawPointer

    /// Rows that can be prepared at once: 0..<rowCapacity.
    public let rowCapacity: Int
    /// Values of one row: the inputs of the matrix that it will meet.
    public let inputs: Int
    /// Form of that matrix; rows for f16 and f32 are alike, rows for int8 are not.
    public let form: WeightForm

    /// Bytes from one row of floats to the next: an odd number of cache lines, so that the rows of
    /// a tile do not fall into the same cache sets.
    let rowBytes: Int
    /// Groups of 32 values in one row.
    let groupCount: Int

    /// Bytes of one row's share of a group in the widest form that any path uses: two for each
    /// activation, a scale and an offset.
    private static let widestGroupBytes = PanelShape.groupWidth * 2 + 8

    /// Allocates rows for products with matrices of this form and this number of inputs.
    public init(rowCapacity: Int, inputs: Int, form: WeightForm) {
        precondition(rowCapacity >= 0 && inputs > 0, "prepared rows need inputs")
        self.rowCapacity = rowCapacity
        self.inputs = inputs
        self.form = form
        groupCount = (inputs + PanelShape.groupWidth - 1) / PanelShape.groupWidth
        rowBytes =
            form == .int8
            ? groupCount * Self.widestGroupBytes
            : roundUp(inputs * 4, to: PanelShape.alignment) | PanelShape.alignment
        base = UnsafeMutableRawPointer(allocateZeroed(UInt8.self, count: rowCapacity * rowBytes))
    }

    deinit {
        base.deallocate()
    }

    /// The layout of the first rows, all prepared as of this number.
    func tiles(rowCount: Int) -> ActivationTiles {
        precondition(
            rowCount >= 0 && rowCount <= rowCapacity, "rows lie outside the prepared rows")
        return ActivationTiles(base: base, groupCount: groupCount, rowCount: rowCount)
    }
}
