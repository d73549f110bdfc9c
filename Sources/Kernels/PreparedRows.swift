internal import KernelTypes

/// Rows in the form that a product reads.
///
/// Rows lie in tiles, which is why every row has to be prepared as one of the same number of rows:
/// quantized in groups of 32 for int8 weights (`ActivationTiles`), as they are for the float forms
/// (`FloatTiles`). Rows must be prepared and multiplied by the same `KernelSet`: its instructions
/// decide the layout.
public final class PreparedRows: @unchecked Sendable {
    // Sendable: the address never changes; rows follow the rule of `RowBuffer`.
    let base: UnsafeMutableRawPointer
    private let memory: ZeroedMemory

    /// Rows that can be prepared at once: 0..<rowCapacity.
    public let rowCapacity: Int
    /// Values of one row: the inputs of the matrix that it will meet.
    public let inputs: Int
    /// Form of that matrix; rows for f16 and f32 are alike, rows for int8 are not.
    public let form: WeightForm

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
        let rowBytes = form == .int8 ? groupCount * Self.widestGroupBytes : inputs * 4
        memory = ZeroedMemory(byteCount: rowCapacity * rowBytes)
        base = memory.base
    }

    /// The layout of the first rows, all prepared as of this number.
    func activationTiles(rowCount: Int) -> ActivationTiles {
        check(rowCount)
        return ActivationTiles(base: base, groupCount: groupCount, rowCount: rowCount)
    }

    /// The same for the float forms.
    func floatTiles(rowCount: Int) -> FloatTiles {
        check(rowCount)
        return FloatTiles(
            base: base.assumingMemoryBound(to: Float.self), inputCount: inputs,
            rowCount: rowCount)
    }

    private func check(_ rowCount: Int) {
        precondition(
            rowCount >= 0 && rowCount <= rowCapacity, "rows lie outside the prepared rows")
    }
}
