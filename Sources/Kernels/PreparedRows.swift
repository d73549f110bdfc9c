internal import KernelTypes

/// Rows in the form that a product reads.
///
/// For int8 weights a row is groups of 32 quantized activations, each with a scale and an offset;
/// for the float forms it is an aligned copy. Rows must be prepared and multiplied by the same
/// `KernelSet`: int8 activations are laid out for its instructions.
public final class PreparedRows: @unchecked Sendable {
    // Sendable: addresses never change; rows follow the rule of `RowBuffer`.
    let blocks: UnsafeMutableRawPointer
    let scales: UnsafeMutablePointer<Float>
    let offsets: UnsafeMutablePointer<Int32>

    /// Rows that can be prepared at once: 0..<rowCapacity.
    public let rowCapacity: Int
    /// Values of one row: the inputs of the matrix that it will meet.
    public let inputs: Int
    /// Form of that matrix; rows for f16 and f32 are alike, rows for int8 are not.
    public let form: WeightForm

    /// Bytes from one row's activations to the next: an odd number of cache lines, so that the
    /// rows of a tile do not fall into the same cache sets.
    let rowBytes: Int
    /// Scales and offsets from one row to the next.
    let groupCount: Int

    /// Allocates rows for products with matrices of this form and this number of inputs.
    public init(rowCapacity: Int, inputs: Int, form: WeightForm) {
        precondition(rowCapacity >= 0 && inputs > 0, "prepared rows need inputs")
        self.rowCapacity = rowCapacity
        self.inputs = inputs
        self.form = form
        groupCount = (inputs + PanelShape.groupWidth - 1) / PanelShape.groupWidth
        // Two bytes for each int8 activation: the widest form that any path uses.
        let bytes = form == .int8 ? groupCount * PanelShape.groupWidth * 2 : inputs * 4
        rowBytes = roundUp(bytes, to: PanelShape.alignment) | PanelShape.alignment
        blocks = UnsafeMutableRawPointer(allocateZeroed(UInt8.self, count: rowCapacity * rowBytes))
        let groups = form == .int8 ? rowCapacity * groupCount : 0
        scales = allocateZeroed(Float.self, count: groups)
        offsets = allocateZeroed(Int32.self, count: groups)
    }

    deinit {
        blocks.deallocate()
        scales.deallocate()
        offsets.deallocate()
    }
}
