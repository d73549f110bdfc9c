internal import KernelTypes

/// Packed weights that products read.
public struct PackedMatrix: Sendable {
    /// The matrix's shape and form: (outputs, inputs).
    public let layout: MatrixLayout
    let memory: WeightMemory
    let byteOffset: Int

    /// A view of weights that lie, or will be packed, at an offset that is a multiple of 64.
    public init(layout: MatrixLayout, memory: WeightMemory, byteOffset: Int) {
        checkPlace(layout, memory, byteOffset)
        self.layout = layout
        self.memory = memory
        self.byteOffset = byteOffset
    }

    /// The first byte of a panel.
    func panel(_ index: Int) -> UnsafeRawPointer {
        let size = layout.panelByteCount
        return memory.pointer(byteOffset + index * size, (layout.panelCount - index) * size)
    }

    /// Writes the dequantized weights of one output into `row`, which becomes `inputs` long.
    public func unpackRow(_ output: Int, into row: inout [Float]) {
        precondition(output >= 0 && output < layout.outputs, "output lies outside the matrix")
        let source = memory.pointer(byteOffset, layout.byteCount)
        row.removeAll(keepingCapacity: true)
        row.reserveCapacity(layout.inputs)
        for input in 0..<layout.inputs {
            row.append(element(source, output, input))
        }
    }

    /// The dequantized weights of one input, `outputs` values.
    public func unpackColumn(_ input: Int) -> [Float] {
        precondition(input >= 0 && input < layout.inputs, "input lies outside the matrix")
        let source = memory.pointer(byteOffset, layout.byteCount)
        return (0..<layout.outputs).map { element(source, $0, input) }
    }

    // Safety: `source` covers the whole layout, whose offsets are in range and aligned.
    private func element(_ source: UnsafeRawPointer, _ output: Int, _ input: Int) -> Float {
        let offset = layout.offset(output: output, input: input)
        switch layout.form {
        case .int8:
            let group = input / PanelShape.groupWidth
            let place = layout.scaleOffset(output: output, group: group)
            let scale = Float(source.load(fromByteOffset: place, as: Float16.self))
            let quant = Int(source.load(fromByteOffset: offset, as: UInt8.self)) - 128
            return Float(quant) * scale
        case .f16: return Float(source.load(fromByteOffset: offset, as: Float16.self))
        case .f32: return source.load(fromByteOffset: offset, as: Float.self)
        }
    }
}

/// Checks that a layout fits a memory at an offset.
func checkPlace(_ layout: MatrixLayout, _ memory: WeightMemory, _ byteOffset: Int) {
    precondition(byteOffset >= 0 && byteOffset % PanelShape.alignment == 0, "offset not aligned")
    precondition(
        byteOffset <= memory.byteCount && layout.byteCount <= memory.byteCount - byteOffset,
        "matrix does not fit the weight memory")
}
