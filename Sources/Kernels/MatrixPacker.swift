internal import KernelTypes

/// Writes rows of weights in the order that products read them.
///
/// Different rows may be packed from different threads: no two share an element. Rows that are
/// never packed must not be read.
public struct MatrixPacker: Sendable {
    private let layout: MatrixLayout
    private let memory: WeightMemory
    private let byteOffset: Int
    /// Rounding to half precision takes a library call where the instruction set has none; every
    /// path rounds alike.
    private let storeElements: StoreElements

    private typealias StoreElements =
        @Sendable (
            UnsafePointer<Float>, Int, UnsafeMutableRawPointer, Int, Bool
        ) -> Void

    /// A packer into writable memory, at an offset that is a multiple of 64.
    public init(layout: MatrixLayout, memory: WeightMemory, byteOffset: Int) {
        checkPlace(layout, memory, byteOffset)
        self.layout = layout
        self.memory = memory
        self.byteOffset = byteOffset
        storeElements = (KernelSet.available().last ?? .portable).makeTable().storeElements
    }

    /// What was packed, for reading it back.
    public var matrix: PackedMatrix {
        PackedMatrix(layout: layout, memory: memory, byteOffset: byteOffset)
    }

    /// Packs one row of `inputs` values.
    ///
    /// Int8 follows Q8_0: scale = f16(max|w| / 127) for each group of 32, q = round(w * 127 / max).
    /// A group that holds an infinity or a NaN, or whose scale overflows f16, gets a scale that
    /// makes its outputs NaN: a loader refuses such weights before it packs them.
    public func pack(row: Int, values: [Float]) {
        precondition(values.count == layout.inputs, "a row has as many values as inputs")
        switch layout.form {
        case .int8:
            let (quants, scales) = Self.quantized(values)
            pack(row: row, quants: quants, scales: scales)
        case .f16, .f32:
            let start = rowTarget(row) + layout.offset(output: row, input: 0)
            values.withUnsafeBufferPointer { values in
                guard let first = values.baseAddress else { return }
                storeElements(first, values.count, start, PanelShape.rows, layout.form == .f16)
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

    /// A row in groups of 32: its quants, and one scale for each group.
    private static func quantized(_ values: [Float]) -> (quants: [Int8], scales: [Float16]) {
        var quants = [Int8](repeating: 0, count: values.count)
        var scales: [Float16] = []
        for start in stride(from: 0, to: values.count, by: PanelShape.groupWidth) {
            let range = start..<min(start + PanelShape.groupWidth, values.count)
            let (scale, inverse) = groupScale(values[range])
            scales.append(scale)
            for input in range { quants[input] = quant(values[input] * inverse) }
        }
        return (quants, scales)
    }

    /// The nearest integer of -127...127, halves away from zero; 0 for NaN.
    ///
    /// `rounded()` is a library call on x86-64 before SSE 4.1.
    @inline(__always)
    private static func quant(_ value: Float) -> Int8 {
        guard value.magnitude <= 128 else { return value > 0 ? 127 : value < 0 ? -127 : 0 }
        let whole = Int32(value)
        let rest = value - Float(whole)
        let quant = whole + (rest >= 0.5 ? 1 : rest <= -0.5 ? -1 : 0)
        return Int8(truncatingIfNeeded: max(-127, min(127, quant)))
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
