internal import KernelTypes

/// The same arithmetic in plain Swift: what the tests hold the kernels against.
///
/// Products are written in the kernels' order with fused multiply-adds, so that a path that has
/// the instruction agrees to the bit; everything else is computed in double precision.
public enum ReferenceKernels {
    /// One group of activations by the rule of `KernelSet.prepare`.
    public static func quantize(group: ArraySlice<Float>) -> (quants: [Int], scale: Float) {
        guard group.allSatisfy(\.isFinite) else {
            return (Array(repeating: 0, count: group.count), .nan)
        }
        let largest = group.reduce(0) { max($0, $1.magnitude) }
        guard largest >= 0x1p-120 else { return (Array(repeating: 0, count: group.count), 0) }
        let inverse = 127 / largest
        let quants = group.map { Int(($0 * inverse).rounded(.toNearestOrEven)) }
        return (quants, largest / 127)
    }

    /// One row times a whole matrix.
    public static func product(_ matrix: PackedMatrix, _ row: [Float]) -> [Float] {
        precondition(row.count == matrix.layout.inputs, "a row has as many values as inputs")
        let rounds = matrix.layout.form == .int8
        let groups = rounds ? quantized(row) : []
        var weights: [Float] = []
        return (0..<matrix.layout.outputs).map { output in
            guard rounds else {
                matrix.unpackRow(output, into: &weights)
                return chain(weights, row)
            }
            return groupChain(matrix, output, groups)
        }
    }

    private static func quantized(_ row: [Float]) -> [(quants: [Int], scale: Float)] {
        stride(from: 0, to: row.count, by: PanelShape.groupWidth).map {
            quantize(group: row[$0..<min($0 + PanelShape.groupWidth, row.count)])
        }
    }

    private static func chain(_ weights: [Float], _ row: [Float]) -> Float {
        var sum: Float = 0
        for (weight, value) in zip(weights, row) { sum.addProduct(weight, value) }
        return sum
    }

    private static func groupChain(
        _ matrix: PackedMatrix, _ output: Int, _ groups: [(quants: [Int], scale: Float)]
    ) -> Float {
        var sum: Float = 0
        for (index, group) in groups.enumerated() {
            let start = index * PanelShape.groupWidth
            var integer = 0
            for (offset, quant) in group.quants.enumerated() {
                integer += quant * matrix.quant(output: output, input: start + offset)
            }
            let scale = Float(matrix.scale(output: output, group: index))
            sum.addProduct(Float(integer) * group.scale, scale)
        }
        return sum
    }
}

extension PackedMatrix {
    /// One int8 weight as it is stored.
    public func quant(output: Int, input: Int) -> Int {
        checkElement(output, input)
        let offset = byteOffset + layout.offset(output: output, input: input)
        return Int(memory.pointer(offset, 1).load(as: UInt8.self)) - 128
    }

    /// The scale of 32 inputs of one output of an int8 matrix.
    public func scale(output: Int, group: Int) -> Float16 {
        checkElement(output, group * PanelShape.groupWidth)
        let offset = byteOffset + layout.scaleOffset(output: output, group: group)
        return memory.pointer(offset, 2).load(as: Float16.self)
    }

    private func checkElement(_ output: Int, _ input: Int) {
        precondition(layout.form == .int8, "only int8 weights have quants and scales")
        precondition(
            output >= 0 && output < layout.outputs && input >= 0 && input < layout.inputs,
            "element lies outside the matrix")
    }
}
