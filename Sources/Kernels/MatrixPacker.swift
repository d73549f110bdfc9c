internal import KernelTypes

/// Writes rows of weights in the order that products read them.
///
/// Different rows may be packed from different threads: no two share an element. Rows that are
/// never packed must not be read.
public struct MatrixPacker: Sendable {
    private let layout: MatrixLayout
    private let memory: WeightMemory
    private let byteOffset: Int

    /// A packer into writable memory, at an offset that is a multiple of 64.
    public init(layout: MatrixLayout, memory: WeightMemory, byteOffset: Int) {
        checkPlace(layout, memory, byteOffset)
        self.layout = layout
        self.memory = memory
        self.byteOffset = byteOffset
    }

    /// Packs one row of `inputs` values.
    ///
    /// Int8 follows Q8_0: scale = f16(max|w| / 127) for each group of 32, q = round(w * 127 / max).
    /// A group that holds an infinity or a NaN, or whose scale overflows f16, gets a scale that
    /// makes its outputs NaN: a loader refuses such weights before it packs them.
    public func pack(row: Int, values: [Float]) {
        precondition(values.count == layout.inputs, "a row has as many values as inputs")
        let target = rowTarget(row)
        switch layout.form {
        case .int8:
            for group in 0..<layout.groupCount {
                packGroup(target, row, group, values)
            }
        case .f16:
            for (input, value) in values.enumerated() {
                let offset = layout.offset(output: row, input: input)
                target.storeBytes(of: Float16(value), toByteOffset: offset, as: Float16.self)
            }
        case .f32:
            for (input, value) in values.enumerated() {
                let offset = layout.offset(output: row, input: input)
                target.storeBytes(of: value, toByteOffset: offset, as: Float.self)
            }
        }
    }

    /// Packs one row of Q8_0 blocks as they are: `inputs` quants and one scale for each 32 of them.
    public func pack(row: Int, quants: [Int8], scales: [Float16]) {
        precondition(layout.form == .int8, "quants go into an int8 matrix")
        precondition(quants.count == layout.inputs, "a row has as many quants as inputs")
        precondition(scales.count == layout.groupCount, "a row has one scale for each 32 inputs")
        let target = rowTarget(row)
        storeBlocks(quants, in: target + layout.offset(output: row, input: 0))
        let whole = quants.count / PanelShape.blockWidth * PanelShape.blockWidth
        for input in whole..<quants.count { store(target, row, input, quants[input]) }
        for (group, scale) in scales.enumerated() { store(target, row, group, scale) }
    }

    /// Stores whole blocks of a row, four quants at a time: a model has a billion of them.
    private func storeBlocks(_ quants: [Int8], in target: UnsafeMutableRawPointer) {
        quants.withUnsafeBytes { quants in
            for block in 0..<quants.count / PanelShape.blockWidth {
                let four = quants.loadUnaligned(
                    fromByteOffset: block * PanelShape.blockWidth, as: UInt32.self)
                target.storeBytes(
                    of: four ^ 0x8080_8080, toByteOffset: block * PanelShape.alignment,
                    as: UInt32.self)
            }
        }
    }

    private func rowTarget(_ row: Int) -> UnsafeMutableRawPointer {
        precondition(row >= 0 && row < layout.outputs, "row lies outside the matrix")
        return memory.mutablePointer(byteOffset, layout.byteCount)
    }

    private func packGroup(
        _ target: UnsafeMutableRawPointer, _ row: Int, _ group: Int, _ values: [Float]
    ) {
        let start = group * PanelShape.groupWidth
        let range = start..<min(start + PanelShape.groupWidth, values.count)
        let (scale, inverse) = Self.groupScale(values[range])
        store(target, row, group, scale)
        for input in range {
            let quant = (values[input] * inverse).rounded()
            store(target, row, input, quant.isNaN ? 0 : Int8(max(-127, min(127, quant))))
        }
    }

    /// The stored scale of a group and the factor that maps its values to -127...127.
    static func groupScale(_ values: ArraySlice<Float>) -> (scale: Float16, inverse: Float) {
        var largest: Float = 0
        for value in values {
            guard value.isFinite else { return (.nan, 0) }
            largest = max(largest, value.magnitude)
        }
        let inverse = 127 / largest
        // Zero, or so small that its scale is zero in half precision anyway.
        guard inverse.isFinite else { return (0, 0) }
        return (Float16(largest / 127), inverse)
    }

    // Safety: `rowTarget` checked the row and that the memory covers the whole layout.
    private func store(
        _ target: UnsafeMutableRawPointer, _ row: Int, _ input: Int, _ quant: Int8
    ) {
        let offset = layout.offset(output: row, input: input)
        let stored = UInt8(bitPattern: quant) ^ 0x80
        target.storeBytes(of: stored, toByteOffset: offset, as: UInt8.self)
    }

    private func store(
        _ target: UnsafeMutableRawPointer, _ row: Int, _ group: Int, _ scale: Float16
    ) {
        let offset = layout.scaleOffset(output: row, group: group)
        target.storeBytes(of: scale, toByteOffset: offset, as: Float16.self)
    }
}
