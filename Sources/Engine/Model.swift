public import Hooks
public import Kernels
public import ModelFile
public import Tokenizer

/// A language model ready to run: immutable weights in an arena, and the tokenizer.
public final class Model: Sendable {
    /// One block's tensors.
    ///
    /// Shapes are (outputs, inputs).
    struct Layer: Sendable {
        /// Gain of the norm before attention: (width).
        let attentionNorm: [Float]
        /// Query, key and value rows stacked: ((heads + 2·kv_heads)·head_dim, width).
        let queryKeyValue: PackedMatrix
        /// (width, heads·head_dim).
        let attentionOutput: PackedMatrix
        /// Gain of the norm before the MLP: (width).
        let mlpNorm: [Float]
        /// Gate and up rows stacked: (2·neurons, width).
        let gateUp: PackedMatrix
        /// (width, neurons); column k is the value vector of neuron k.
        let down: PackedMatrix
    }

    /// The mapped weights, which every matrix of the model is a view of.
    public let arena: WeightArena
    /// Turns text into this model's token ids and back.
    public let tokenizer: TextTokenizer
    /// SHA-256 of the serialized tokenizer in hexadecimal, computed once when the model opens.
    public let tokenizerDigest: String
    let layers: [Layer]
    /// (vocabulary, width); rows are looked up.
    let embedding: PackedMatrix
    /// Gain of the final norm: (width).
    let finalNorm: [Float]
    /// (vocabulary, width); the embedding itself where the model ties them.
    let head: PackedMatrix

    /// Opens the arena's tokenizer and finds its tensors; matrices stay where they are.
    ///
    /// - Throws: `TokenizerError` for a damaged tokenizer, `EngineError` with reason `ARENA_LAYOUT`
    ///   for a tensor that is not there.
    public init(_ arena: WeightArena) throws {
        self.arena = arena
        let specification = try TokenizerSpecification(serialized: arena.tokenizerBytes)
        tokenizer = try TextTokenizer(specification)
        tokenizerDigest = specification.digest
        embedding = try arena.matrix(ArenaName.embedding)
        finalNorm = try arena.vector(ArenaName.finalNorm)
        let configuration = arena.manifest.configuration
        head = configuration.tiedHead ? embedding : try arena.matrix(ArenaName.head)
        layers = try (0..<configuration.layerCount).map { layer in
            Layer(
                attentionNorm: try arena.vector(ArenaName.attentionNorm(layer)),
                queryKeyValue: try arena.matrix(ArenaName.queryKeyValue(layer)),
                attentionOutput: try arena.matrix(ArenaName.attentionOutput(layer)),
                mlpNorm: try arena.vector(ArenaName.mlpNorm(layer)),
                gateUp: try arena.matrix(ArenaName.gateUp(layer)),
                down: try arena.matrix(ArenaName.down(layer)))
        }
    }

    /// Dimensions and constants of the decoder.
    public var configuration: ModelConfiguration { arena.manifest.configuration }
    /// Form of the matrices in memory.
    public var form: WeightForm { arena.manifest.form }
    /// SHA-256 of the weights as they were on disk, 64 lower-case hexadecimal digits.
    public var digest: String { arena.manifest.digest }

    /// Ids that end a generation: the model's own, else the tokenizer's.
    public var endOfSequenceIDs: [Int32] {
        arena.manifest.endOfSequenceIDs.isEmpty
            ? tokenizer.eosIDs : arena.manifest.endOfSequenceIDs
    }

    /// What hook plans are checked against.
    public var shape: ModelShape {
        ModelShape(
            layerCount: configuration.layerCount, width: configuration.width,
            headCount: configuration.headCount,
            keyValueHeadCount: configuration.keyValueHeadCount,
            headDimension: configuration.headDimension,
            neuronCount: configuration.neuronCount,
            vocabularyCount: configuration.vocabularyCount)
    }

    /// The rotation of query and key rows (Su et al., "RoFormer", arXiv 2104.09864).
    ///
    /// Dimension pair i turns by position · base^(−2i/rotary_dim). Rows are in half-split order
    /// whatever the file's layout, because the file reader restores it.
    func makeRotaryTable() -> RotaryTable {
        RotaryTable(
            inverseFrequencies: configuration.rotaryFrequencies,
            positions: configuration.contextLength,
            layout: .halfSplit)
    }
}
