public import Kernels
public import ModelFile

/// What a weight arena holds and where: written into the arena itself, so that an engine process
/// needs nothing but the mapping.
public struct ArenaManifest: Codable, Sendable, Equatable {
    /// A packed weight matrix: its shape and where its panels begin.
    public struct Matrix: Codable, Sendable, Equatable {
        /// Shape (outputs, inputs) and form, from which every offset inside the matrix follows.
        public var layout: MatrixLayout
        /// Bytes from the arena's start to the first panel, a multiple of 64.
        public var byteOffset: Int
    }

    /// A run of plain data: a vector in f32, or the tokenizer's bytes.
    public struct Block: Codable, Sendable, Equatable {
        /// Bytes from the arena's start to the first element, a multiple of 64.
        public var byteOffset: Int
        /// Floats of a vector, bytes of the tokenizer.
        public var count: Int
    }

    /// Dimensions and constants of the model, as its file states them.
    public var configuration: ModelConfiguration
    /// Form of every matrix in memory; vectors are f32 in any form.
    public var form: WeightForm
    /// SHA-256 of the weights as they were on disk, 64 lower-case hexadecimal digits.
    ///
    /// It is `ModelSource.digest()`, so it does not depend on `form`.
    public var digest: String
    /// Kind of file that the weights came from, such as `GGUF v3` or `Hugging Face directory`.
    public var sourceFormat: String
    /// Type that most weights had in that file, such as `Q8_0`.
    public var sourceType: String
    /// Bytes of the weight files on disk, not of the arena.
    public var fileByteCount: Int
    /// Number of weights; a tied head counts once.
    public var parameterCount: Int
    /// Ids that end a generation; empty leaves the choice to the tokenizer.
    public var endOfSequenceIDs: [Int32]
    /// Matrices by name: `embedding`, `qkv.L`, `o.L`, `gate_up.L`, `down.L`, `head` unless tied.
    ///
    /// L is the 0-based layer. Products that read the same input are one matrix with stacked rows.
    public var matrices: [String: Matrix]
    /// Norm gains by name, (width) each: `attention_norm.L`, `mlp_norm.L` and `final_norm`.
    public var vectors: [String: Block]
    /// Where the serialized `TokenizerSpecification` lies; its `count` is in bytes.
    public var tokenizer: Block
    /// What it cost to bring the weights into `form`; nil if the file had all of them in it.
    public var conversionLoss: ConversionLoss?
}

/// Names of the arena's tensors.
///
/// Products that read the same input are one matrix: their rows are
/// stacked, so that each is one pass.
enum ArenaName {
    static let embedding = "embedding"
    static let head = "head"
    static let finalNorm = "final_norm"
    static func attentionNorm(_ layer: Int) -> String { "attention_norm.\(layer)" }
    /// Query, key and value rows stacked.
    static func queryKeyValue(_ layer: Int) -> String { "qkv.\(layer)" }
    static func attentionOutput(_ layer: Int) -> String { "o.\(layer)" }
    static func mlpNorm(_ layer: Int) -> String { "mlp_norm.\(layer)" }
    /// Gate and up rows stacked.
    static func gateUp(_ layer: Int) -> String { "gate_up.\(layer)" }
    static func down(_ layer: Int) -> String { "down.\(layer)" }
}

/// Lays tensors out one after another on 64-byte boundaries.
struct ArenaPlan {
    private(set) var matrices: [String: ArenaManifest.Matrix] = [:]
    private(set) var vectors: [String: ArenaManifest.Block] = [:]
    private(set) var byteCount = WeightArena.headerByteCount

    init(_ model: ModelConfiguration, form: WeightForm) {
        let width = model.width
        let headWidth = model.headCount * model.headDimension
        let keyWidth = model.keyValueHeadCount * model.headDimension
        addMatrix(ArenaName.embedding, form, model.vocabularyCount, width)
        for layer in 0..<model.layerCount {
            addVector(ArenaName.attentionNorm(layer), width)
            addMatrix(ArenaName.queryKeyValue(layer), form, headWidth + 2 * keyWidth, width)
            addMatrix(ArenaName.attentionOutput(layer), form, width, headWidth)
            addVector(ArenaName.mlpNorm(layer), width)
            addMatrix(ArenaName.gateUp(layer), form, 2 * model.neuronCount, width)
            addMatrix(ArenaName.down(layer), form, width, model.neuronCount)
        }
        addVector(ArenaName.finalNorm, width)
        if !model.tiedHead {
            addMatrix(ArenaName.head, form, model.vocabularyCount, width)
        }
    }

    /// Reserves `count` bytes and answers where they begin.
    mutating func reserve(_ count: Int) -> Int {
        defer { byteCount = (byteCount + count + 63) / 64 * 64 }
        return byteCount
    }

    private mutating func addMatrix(
        _ name: String, _ form: WeightForm, _ outputs: Int, _ inputs: Int
    ) {
        let layout = MatrixLayout(form: form, outputs: outputs, inputs: inputs)
        let offset = reserve(layout.byteCount)
        matrices[name] = ArenaManifest.Matrix(layout: layout, byteOffset: offset)
    }

    private mutating func addVector(_ name: String, _ count: Int) {
        let offset = reserve(count * MemoryLayout<Float>.size)
        vectors[name] = ArenaManifest.Block(byteOffset: offset, count: count)
    }
}
