import Foundation
public import Kernels
public import ModelFile
import Synchronization
import Tokenizer

extension WeightArena {
    /// Reads, converts and packs a whole model.
    ///
    /// - Parameters:
    ///   - source: an opened model file.
    ///   - form: what weights become in memory; Q8_0 sources become `int8` without loss.
    ///   - threads: how many convert at once.
    ///   - progress: told the fraction done, 0…1, from the calling thread.
    /// - Throws: `ModelFileError` for weights that are not finite or tensors that are missing,
    ///   `EngineError` without a tokenizer.
    public static func build(
        from source: ModelSource, form: WeightForm, threads: Int,
        progress: (Double) -> Void = { _ in }
    ) throws -> WeightArena {
        guard let tokenizer = source.tokenizer else {
            throw EngineError(
                .invalidArgument, "NO_TOKENIZER",
                "\(source.path): has no tokenizer (accepted: tokenizer.ggml.* keys in a GGUF "
                    + "file; tokenizer.json, tokenizer.model, or vocab.json with merges.txt in a "
                    + "directory)")
        }
        var plan = ArenaPlan(source.configuration, form: form)
        let tokenizerBytes = tokenizer.serialized()
        let tokenizerOffset = plan.reserve(tokenizerBytes.count)
        var manifest = ArenaManifest(
            configuration: source.configuration, form: form, digest: try source.digest(),
            sourceFormat: source.format, sourceType: source.sourceType,
            fileByteCount: source.fileByteCount, parameterCount: source.parameterCount,
            endOfSequenceIDs: source.endOfSequenceIDs, matrices: plan.matrices,
            vectors: plan.vectors,
            tokenizer: .init(byteOffset: tokenizerOffset, count: tokenizerBytes.count))
        // What packing costs is known when it is done; there is room for it.
        let room = try JSONEncoder().encode(manifest).count + ConversionLoss.encodedByteCount
        let manifestOffset = plan.reserve(room)

        let memory = try WeightMemory(byteCount: plan.byteCount, name: "neurond-weights")
        memory.write(tokenizerBytes, at: tokenizerOffset)
        let packer = try ArenaPacker(source: source, plan: plan, memory: memory, threads: threads)
        try packer.packAll(progress: progress)
        manifest.conversionLoss = packer.meter.result
        let json = Array(try JSONEncoder().encode(manifest))
        precondition(json.count <= room, "the manifest outgrew its room")
        memory.write(magic + bytes(manifestOffset) + bytes(json.count), at: 0)
        memory.write(json, at: manifestOffset)
        try memory.seal()
        return try WeightArena(memory: memory)
    }
}

/// Fills the tensors of an arena from a model file.
private final class ArenaPacker {
    private let source: ModelSource
    private let plan: ArenaPlan
    private let memory: WeightMemory
    private let pool: ComputePool
    private var packedBytes = 0
    private(set) var meter = ConversionMeter()

    init(
        source: ModelSource, plan: ArenaPlan, memory: WeightMemory, threads: Int
    ) throws(KernelError) {
        self.source = source
        self.plan = plan
        self.memory = memory
        pool = try ComputePool(threadCount: threads, pinned: false)
    }

    func packAll(progress: (Double) -> Void) throws {
        defer { pool.shutdown() }
        for tensor in plan.tensors {
            if tensor.form == nil {
                try packVector(tensor)
            } else {
                try packMatrix(tensor)
                progress(fractionDone)
            }
        }
    }

    private var fractionDone: Double { Double(packedBytes) / Double(memory.byteCount) }

    private func packVector(_ tensor: ArenaTensor) throws {
        guard let entry = plan.vectors[tensor.name] else { return }
        var values: [Float] = []
        for role in tensor.roles { values += try source.tensor(role).readAll() }
        memory.writeFloats(values, at: entry.byteOffset)
    }

    /// Stacks the rows of several tensors into one matrix.
    private func packMatrix(_ tensor: ArenaTensor) throws {
        guard let entry = plan.matrices[tensor.name] else { return }
        let packer = MatrixPacker(
            layout: entry.layout, memory: memory, byteOffset: entry.byteOffset)
        var base = 0
        for role in tensor.roles {
            let reader = try source.tensor(role)
            try packRows(of: reader, with: packer, form: entry.layout.form, base: base)
            base += reader.rows
        }
        packedBytes += entry.layout.byteCount
    }

    private func packRows(
        of reader: TensorReader, with packer: MatrixPacker, form: WeightForm, base: Int
    ) throws {
        let rowsPerTask = 64
        let failure = Mutex<(any Error)?>(nil)
        let lossless = form == .int8
        pool.run(taskCount: (reader.rows + rowsPerTask - 1) / rowsPerTask) { task, _ in
            var values: [Float] = []
            var quants: [Int8] = []
            var scales: [Float16] = []
            do {
                for row in task * rowsPerTask..<min(reader.rows, (task + 1) * rowsPerTask) {
                    if lossless, try reader.readQ8Row(row, quants: &quants, scales: &scales) {
                        packer.pack(row: base + row, quants: quants, scales: scales)
                    } else {
                        let largest = try reader.readRow(row, into: &values)
                        guard largest <= form.largestMagnitude else {
                            throw Self.tooLarge(reader, row, largest, form)
                        }
                        packer.pack(row: base + row, values: values)
                    }
                }
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        try meter.measure(reader, in: packer.matrix, base: base)
    }

    /// Packed, such a weight would be infinite.
    private static func tooLarge(
        _ reader: TensorReader, _ row: Int, _ largest: Float, _ form: WeightForm
    ) -> ModelFileError {
        .unsupported(
            .init(
                file: reader.file, field: "tensor \"\(reader.name)\", row \(row)",
                reason: "a weight of \(largest) with weights resident as \(form.rawValue)",
                accepted: "at most \(form.largestMagnitude), or weights resident as f32"))
    }
}
