public import Kernels
public import ModelFile

/// What a weight arena holds and where: written into the arena itself, so that an engine process
/// needs nothing but the mapping.
public struct ArenaManifest: Codable, Sendable, Equatable {
    public struct Matrix: Codable, Sendable, Equatable {
        public var layout: MatrixLayout
        public var byteOffset: Int
    }

    public struct Block: Codable, Sendable, Equatable {
        public var byteOffset: Int
        /// Floats of a vector, bytes of the tokenizer.
        public var count: Int
    }

    public var configuration: ModelConfiguration
    public var form: WeightForm
    public var digest: String
    public var sourceFormat: String
    public var sourceType: String
    public var fileByteCount: Int
    public var parameterCount: Int
    public var endOfSequenceIDs: [Int32]
    public var matrices: [String: Matrix]
    public var vectors: [String: Block]
    public var tokenizer: Block
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
