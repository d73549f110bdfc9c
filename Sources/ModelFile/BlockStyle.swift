/// What the blocks of a family are made of, as far as families differ in more than numbers.
///
/// The default is a block of the Llama family.
public struct BlockStyle: Sendable, Equatable, Codable {
    /// How rows are normalized before a module reads them.
    public enum Norm: String, Sendable, Codable {
        /// By their root mean square, with a gain.
        case rms
        /// By mean and variance, with a gain and a bias.
        case layer
    }

    /// The function between the MLP's input and its output projection.
    public enum Activation: String, Sendable, Codable {
        /// x · sigmoid(x).
        case silu
        /// x · Φ(x) with the normal distribution by its tanh formula.
        case geluTanh = "gelu_tanh"
        /// x · Φ(x).
        case gelu
    }

    /// How the two modules of a block read and change the residual stream.
    public enum Residual: String, Sendable, Codable {
        /// The MLP reads what attention has changed.
        case sequential
        /// Both read the block's input, each through a norm of its own.
        case parallel
        /// Both read the block's input through one norm.
        case parallelSharedNorm = "parallel_shared_norm"
    }

    /// How positions come in.
    public enum Positions: String, Sendable, Codable {
        /// Dimensions i and i + half of queries and keys turn together.
        case rotaryHalfSplit = "rotary_half_split"
        /// Dimensions 2i and 2i + 1 of queries and keys turn together.
        case rotaryInterleaved = "rotary_interleaved"
        /// A learned vector of each position is added to the embedding.
        case learned
    }

    /// Which products add a bias.
    public struct Biases: Sendable, Equatable, Codable {
        /// The projections to queries, keys and values.
        public var queryKeyValue = false
        /// Attention's output projection.
        public var attentionOutput = false
        /// The projections into and out of the MLP.
        public var mlp = false
        /// The output head.
        public var head = false

        /// No biases.
        public init() {}
    }

    /// The kind of every norm but those of heads.
    public var norm = Norm.rms
    /// The MLP's activation function.
    public var activation = Activation.silu
    /// Whether the activation is multiplied by a linear branch.
    public var isGated = true
    /// How the modules are joined.
    public var residual = Residual.sequential
    /// How positions come in.
    public var positions = Positions.rotaryHalfSplit
    /// Which products add a bias.
    public var biases = Biases()
    /// Whether each head's query and key is normalized by its root mean square, before rotation.
    public var normalizesHeads = false

    /// A block of the Llama family.
    public init() {}
}

/// Layers whose attention reaches only the nearest positions.
public struct AttentionWindow: Sendable, Equatable, Codable {
    /// How many positions a row sees, its own among them.
    public var positions: Int
    /// The layers, nil for all of them; the others see everything.
    public var layers: [Int]?

    /// Takes the numbers as they are.
    public init(positions: Int, layers: [Int]?) {
        self.positions = positions
        self.layers = layers
    }
}

extension BlockStyle {
    /// What the GPT families share: LayerNorm, and an MLP without a gate and with biases.
    static func ungated(_ activation: Activation) -> BlockStyle {
        var block = BlockStyle()
        block.norm = .layer
        block.activation = activation
        block.isGated = false
        block.biases.mlp = true
        return block
    }
}
