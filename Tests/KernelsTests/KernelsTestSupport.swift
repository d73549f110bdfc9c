import Kernels
import Testing

/// Errors allowed against the reference, each with its reason.
enum Tolerance {
    /// Single-precision sums of some thousand terms in another order or unfused, against the size
    /// of the terms.
    static let sum: Double = 1e-5
    /// exp and everything made of a few roundings around it.
    static let elementwise: Double = 1e-6
    /// Half-precision keys and values: 11 bits of mantissa.
    static let half: Double = 2e-3
}

/// A fixed sequence of floats that look random (SplitMix64).
struct Noise {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Values of -bound...bound.
    mutating func floats(_ count: Int, bound: Float = 1) -> [Float] {
        (0..<count).map { _ in bound * (Float(next() >> 40) * 0x1p-23 - 1) }
    }
}

/// Every kernel set that this machine runs.
func allKernels() throws -> [KernelSet] {
    try KernelSet.available().map { try KernelSet(path: $0) }
}

/// A packed matrix of noise.
func noiseMatrix(_ form: WeightForm, outputs: Int, inputs: Int, seed: UInt64) throws
    -> PackedMatrix
{
    var noise = Noise(seed: seed)
    let rows = (0..<outputs).map { _ in noise.floats(inputs) }
    return try packed(form, rows)
}

/// A packed matrix of some rows.
func packed(_ form: WeightForm, _ rows: [[Float]]) throws -> PackedMatrix {
    let layout = MatrixLayout(form: form, outputs: rows.count, inputs: rows[0].count)
    let memory = try WeightMemory(byteCount: layout.byteCount, name: "test")
    let packer = MatrixPacker(layout: layout, memory: memory, byteOffset: 0)
    for (index, row) in rows.enumerated() { packer.pack(row: index, values: row) }
    return PackedMatrix(layout: layout, memory: memory, byteOffset: 0)
}

/// A buffer that holds some rows.
func buffer(_ rows: [[Float]]) -> RowBuffer {
    let buffer = RowBuffer(rowCapacity: rows.count, width: rows[0].count)
    for (index, row) in rows.enumerated() { buffer.setRow(index, from: row, at: 0) }
    return buffer
}

/// The product of rows with a matrix, in the given pieces.
func product(
    _ kernels: KernelSet, _ matrix: PackedMatrix, _ rows: [[Float]], rowStep: Int = 1000,
    panelStep: Int = 1000
) -> [[Float]] {
    let layout = matrix.layout
    var found: [[Float]] = []
    for row in stride(from: 0, to: rows.count, by: rowStep) {
        let batch = Array(rows[row..<min(row + rowStep, rows.count)])
        let prepared = PreparedRows(
            rowCapacity: batch.count, inputs: layout.inputs, form: layout.form)
        let output = RowBuffer(rowCapacity: batch.count, width: layout.outputs)
        kernels.prepare(
            buffer(batch), columns: 0..<layout.inputs, rows: 0..<batch.count, of: batch.count,
            into: prepared)
        for panel in stride(from: 0, to: layout.panelCount, by: panelStep) {
            let panels = panel..<min(panel + panelStep, layout.panelCount)
            kernels.product(
                matrix, prepared, rowCount: batch.count, panels: panels, into: output, at: 0)
        }
        found += (0..<batch.count).map { output.copyRow($0, columns: 0..<layout.outputs) }
    }
    return found
}

/// Bit patterns, so that equality tells zeros and NaNs apart.
func bits(_ rows: [[Float]]) -> [[UInt32]] { rows.map { $0.map(\.bitPattern) } }

/// The largest difference, over the larger of `floor` and the largest expected magnitude.
func relativeError(_ found: [Float], _ expected: [Float], floor: Double = 1e-30) -> Double {
    let scale = expected.reduce(floor) { max($0, Double($1.magnitude)) }
    return zip(found, expected).reduce(0) {
        let difference = abs(Double($1.0) - Double($1.1))
        return max($0, difference.isNaN ? .infinity : difference / scale)
    }
}

/// The largest difference of each element relative to itself.
func elementError(_ found: [Float], _ expected: [Float]) -> Double {
    zip(found, expected).reduce(0) {
        let (found, expected) = (Double($1.0), Double($1.1))
        if found == expected { return $0 }
        let error = abs(found - expected) / max(abs(expected), 0x1p-126)
        return max($0, error.isNaN ? .infinity : error)
    }
}
