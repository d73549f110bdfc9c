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
            values.withUnsafeBufferPointer { packGroups($0, row: row) }
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
        quants.withUnsafeBytes { quants in
            storeBlocks(quants, in: target + layout.offset(output: row, input: 0))
        }
        for (group, scale) in scales.enumerated() { store(target, row, group, scale) }
    }

    /// Stores quants that begin with a block, four at a time: a model has a billion of them.
    private func storeBlocks(
        _ quants: UnsafeRawBufferPointer, in target: UnsafeMutableRawPointer
    ) {
        let whole = quants.count / PanelShape.blockWidth
        for block in 0..<whole {
            let four = quants.loadUnaligned(
                fromByteOffset: block * PanelShape.blockWidth, as: UInt32.self)
            target.storeBytes(
                of: four ^ 0x8080_8080, toByteOffset: block * PanelShape.alignment,
                as: UInt32.self)
        }
        for index in (whole * PanelShape.blockWidth)..<quants.count {
            target.storeBytes(
                of: quants[index] ^ 0x80,
                toByteOffset: whole * PanelShape.alignment + index % PanelShape.blockWidth,
                as: UInt8.self)
        }
    }

    private func rowTarget(_ row: Int) -> UnsafeMutableRawPointer {
        precondition(row >= 0 && row < layout.outputs, "row lies outside the matrix")
        return memory.mutablePointer(byteOffset, layout.byteCount)
    }

    /// Packs a row in groups of 32, each with a scale.
    private func packGroups(_ values: UnsafeBufferPointer<Float>, row: Int) {
        let target = rowTarget(row)
        let blocks = target + layout.offset(output: row, input: 0)
        for group in 0..<layout.groupCount {
            let first = group * PanelShape.groupWidth
            let quantized = GroupQuantizer(values, from: first)
            store(target, row, group, quantized.scale)
            let count = min(PanelShape.groupWidth, values.count - first)
            withUnsafeBytes(of: quantized.quants) { quants in
                storeBlocks(
                    UnsafeRawBufferPointer(rebasing: quants[..<count]),
                    in: blocks + first / PanelShape.blockWidth * PanelShape.alignment)
            }
        }
    }

    // Safety: `rowTarget` checked the row and that the memory covers the whole layout.
    private func store(
        _ target: UnsafeMutableRawPointer, _ row: Int, _ group: Int, _ scale: Float16
    ) {
        let offset = layout.scaleOffset(output: row, group: group)
        target.storeBytes(of: scale, toByteOffset: offset, as: Float16.self)
    }
}
