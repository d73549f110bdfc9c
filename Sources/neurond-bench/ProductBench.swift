import Kernels

/// One product that is measured.
struct ProductCase: Hashable {
    let form: WeightForm
    let inputs: Int
    let outputs: Int
    let rows: Int
}

/// A product's rate in one kernel path.
struct ProductReport: Encodable {
    let path: String
    let form: String
    let inputs: Int
    let outputs: Int
    let rows: Int
    let threads: Int
    /// Median; each multiplication and addition counted.
    let gigaoperations: Double
    /// Over the path's own peak: bytes for int8, floats for the others.
    let overPeak: Double
    /// Over the portable path, which any processor runs; nil if that was not measured.
    let overPortable: Double?
    let weightGigabytesPerSecond: Double
    let overBandwidth: Double
}

/// The weights of one shape in one form: as many copies as no cache holds, used in turn.
///
/// A model's layers pass by in the same way: no step finds the weights of the last one in a cache.
struct ProductWeights {
    let matrices: [PackedMatrix]

    init(_ layout: MatrixLayout, totalBytes: Int) throws {
        let count = max(1, totalBytes / layout.byteCount)
        let memory = try WeightMemory(
            byteCount: count * layout.byteCount, name: "neurond-bench")
        let packer = MatrixPacker(layout: layout, memory: memory, byteOffset: 0)
        var random = SplitMix(key: UInt64(layout.outputs))
        for row in 0..<layout.outputs {
            packer.pack(
                row: row,
                values: (0..<layout.inputs).map { _ in Float(random.next() >> 40) * 0x1p-24 - 0.5 })
        }
        let bytes = memory.readBytes(at: 0, count: layout.byteCount)
        for copy in 1..<max(1, count) { memory.write(bytes, at: copy * layout.byteCount) }
        matrices = (0..<count).map {
            PackedMatrix(layout: layout, memory: memory, byteOffset: $0 * layout.byteCount)
        }
    }
}

/// Multiplies prepared rows by one matrix after another, panels shared among threads as the
/// engine shares them.
struct ProductBench {
    private let kernels: KernelSet
    private let pool: ComputePool
    private let weights: ProductWeights
    private let rows: Int
    private let prepared: PreparedRows
    private let output: RowBuffer

    init(_ kernels: KernelSet, _ pool: ComputePool, _ weights: ProductWeights, rows: Int) {
        let layout = weights.matrices[0].layout
        self.kernels = kernels
        self.pool = pool
        self.weights = weights
        self.rows = rows
        let input = RowBuffer(rowCapacity: rows, width: layout.inputs)
        var random = SplitMix(key: UInt64(rows))
        for row in 0..<rows {
            for column in 0..<layout.inputs {
                input[row, column] = Float(random.next() >> 40) * 0x1p-23 - 1
            }
        }
        prepared = PreparedRows(rowCapacity: rows, inputs: layout.inputs, form: layout.form)
        kernels.prepare(
            input, columns: 0..<layout.inputs, rows: 0..<rows, of: rows, into: prepared)
        output = RowBuffer(rowCapacity: rows, width: layout.outputs)
    }

    /// Seconds of one product, over as many products as last so long.
    func secondsPerProduct(lasting least: Double) -> Double {
        var count = 0
        let start = Clock.now
        var seconds = 0.0
        repeat {
            multiply(weights.matrices[count % weights.matrices.count])
            count += 1
            seconds = Clock.now - start
        } while seconds < least
        return seconds / Double(count)
    }

    private func multiply(_ matrix: PackedMatrix) {
        let panels = matrix.layout.panelCount
        let perTask = max(1, panels / (pool.threadCount * 4))
        pool.run(taskCount: (panels + perTask - 1) / perTask) { task, _ in
            let range = (task * perTask)..<min(panels, (task + 1) * perTask)
            kernels.product(
                matrix, prepared, rowCount: rows, panels: range, into: output, at: 0)
        }
    }
}
