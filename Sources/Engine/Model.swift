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
        /// Before attention.
        let attentionNorm: Norm
        /// Query, key and value rows stacked: ((heads + 2·kv_heads)·head_dim, width).
        let queryKeyValue: PackedMatrix
        /// Gains of the norms of each head's query and key, (head_dim) each.
        let headNorms: (query: [Float], key: [Float])?
        /// (width, heads·head_dim).
        let attentionOutput: PackedMatrix
        /// Before the MLP; attention's where both read one norm.
        let mlpNorm: Norm
        /// Gate and up rows stacked: (2·neurons, width); without a gate (neurons, width).
        let gateUp: PackedMatrix
        /// (width, neurons); column k is the value vector of neuron k.
        let down: PackedMatrix
        let biases: Biases
    }

    /// What products of a block add, as wide as their outputs; nil where they add nothing.
    struct Biases: Sendable {
        let queryKeyValue: [Float]?
        let attentionOutput: [Float]?
        let gateUp: [Float]?
        let down: [Float]?
    }

    /// Gain and bias of a norm, (width) each.
    struct Norm: Sendable {
        let gain: [Float]
        /// Nil for a norm by the root mean square.
        let bias: [Float]?
    }

    /// The packed weights, which every matrix of the model is a view of.
    public let arena: WeightArena
    /// Turns text into this model's token ids and back.
    public let tokenizer: TextTokenizer
    /// SHA-256 of the serialized tokenizer in hexadecimal, computed once when the model opens.
    public let tokenizerDigest: String
    let layers: [Layer]
    let valueNorms: ValueNorms
    /// (vocabulary, width); rows are looked up.
    let embedding: PackedMatrix
    /// (positions, width), where positions are learned.
    let positionEmbedding: PackedMatrix?
    let finalNorm: Norm
    /// (vocabulary, width); the embedding itself where the model ties them.
    let head: PackedMatrix
    /// (vocabulary).
    let headBias: [Float]?

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
        let configuration = arena.manifest.configuration
        positionEmbedding =
            configuration.block.positions == .learned
            ? try arena.matrix(ArenaName.positionEmbedding) : nil
        finalNorm = Norm(
            gain: try arena.vector(ArenaName.finalNorm),
            bias: try arena.optionalVector(ArenaName.finalNormBias))
        head = configuration.tiedHead ? embedding : try arena.matrix(ArenaName.head)
        headBias = try arena.optionalVector(ArenaName.headBias)
        layers = try (0..<configuration.layerCount).map { layer in
            try Layer(arena, layer, configuration.block)
        }
        valueNorms = ValueNorms(layers.map(\.down))
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
            vocabularyCount: configuration.vocabularyCount,
            absentSites: configuration.block.absentSites)
    }

    /// The rotation of query and key rows (Su et al., "RoFormer", arXiv 2104.09864).
    ///
    /// Dimension pair i turns by position · base^(−2i/rotary_dim). Rows are in the order of the
    /// family's Hugging Face files whatever the file's layout, because the file reader restores it.
    ///
    /// - Returns: nil where positions are learned.
    func makeRotaryTable() -> RotaryTable? {
        let layout: RotaryTable.Layout
        switch configuration.block.positions {
        case .rotaryHalfSplit: layout = .halfSplit
        case .rotaryInterleaved: layout = .interleaved
        case .learned: return nil
        }
        return RotaryTable(
            inverseFrequencies: configuration.rotaryFrequencies,
            positions: configuration.contextLength, layout: layout)
    }
}

extension Model.Layer {
    /// Finds a layer's tensors.
    fileprivate init(_ arena: WeightArena, _ layer: Int, _ block: BlockStyle) throws {
        attentionNorm = Model.Norm(
            gain: try arena.vector(ArenaName.attentionNorm(layer)),
            bias: try arena.optionalVector(ArenaName.attentionNormBias(layer)))
        mlpNorm =
            block.residual == .parallelSharedNorm
            ? attentionNorm
            : Model.Norm(
                gain: try arena.vector(ArenaName.mlpNorm(layer)),
                bias: try arena.optionalVector(ArenaName.mlpNormBias(layer)))
        queryKeyValue = try arena.matrix(ArenaName.queryKeyValue(layer))
        headNorms =
            block.normalizesHeads
            ? (
                try arena.vector(ArenaName.queryNorm(layer)),
                try arena.vector(ArenaName.keyNorm(layer))
            ) : nil
        attentionOutput = try arena.matrix(ArenaName.attentionOutput(layer))
        gateUp = try arena.matrix(ArenaName.gateUp(layer))
        down = try arena.matrix(ArenaName.down(layer))
        biases = Model.Biases(
            queryKeyValue: try arena.optionalVector(ArenaName.queryKeyValueBias(layer)),
            attentionOutput: try arena.optionalVector(ArenaName.attentionOutputBias(layer)),
            gateUp: try arena.optionalVector(ArenaName.gateUpBias(layer)),
            down: try arena.optionalVector(ArenaName.downBias(layer)))
    }
}

extension BlockStyle {
    /// The sites that blocks of this kind do not have, each with the reason.
    var absentSites: [SiteKind: String] {
        var sites: [SiteKind: String] = [:]
        if residual != .sequential {
            sites[.residMid] =
                "attention and MLP of this model read the same input, so nothing lies between them"
        }
        if !isGated {
            sites[.mlpUp] =
                "the MLP of this model has no gate: mlp.gate is what its activation function "
                + "reads, mlp.act what it gives"
        }
        return sites
    }
}
