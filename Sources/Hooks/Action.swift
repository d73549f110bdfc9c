/// A scalar, a vector of one value per element, or a tensor of a stored object.
public enum HookValue: Sendable, Hashable {
    /// The same number for every selected element.
    case scalar(Float)
    /// As long as the selection's elements in one layer (a head has head-dimension elements).
    case vector([Float])
    /// A named tensor in a stored safetensors object.
    case object(ContentHash, tensor: String)
}

/// How large noise is.
public enum NoiseScale: String, Sendable, Hashable, Codable {
    /// Mean and standard deviation are in the site's own units.
    case absolute
    /// Both are multiples of the unit's root mean square: for `noise`, over the elements of the
    /// unit in that row (of a neuron: |m|); for `value-noise`, over the neuron's value vector.
    case relative
}

/// Normally distributed noise, a pure function of its coordinates (see `CounterRandom`).
public struct NoiseShape: Sendable, Hashable {
    /// Centre μ of the distribution, in the units that `scale` sets.
    public var mean: Float
    /// Spread σ, at least 0, in the units that `scale` sets; 0 gives the constant μ.
    public var standardDeviation: Float
    /// Key of the generator: the same seed at the same coordinates is always the same number.
    public var seed: UInt64
    /// Whether μ and σ are absolute or multiples of the unit's root mean square.
    public var scale: NoiseScale

    /// Describes ε = μ + σ·n with n standard normal; `HookPlan.validate` refuses σ < 0.
    public init(mean: Float, standardDeviation: Float, seed: UInt64, scale: NoiseScale) {
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.seed = seed
        self.scale = scale
    }
}

/// What is done to the selected units.
public enum Operation: Sendable, Hashable {
    /// x := 0
    case zero
    /// x := factor · x
    case scale(Float)
    /// x := value
    case set(HookValue)
    /// x := x + value
    case add(HookValue)
    /// x := min(max(x, low), high)
    case clamp(low: Float, high: Float)
    /// x := x + ε with ε a function of (seed, site, layer, position, unit, element).
    case noise(NoiseShape)
    /// Perturbs the neurons' value vectors: adds Σ m_k·e_k to `mlp.out`, with e_k a function of
    /// (seed, layer, neuron, dimension). Only for neurons (`mlp.act`).
    case valueNoise(NoiseShape)
    /// x := the stored table's value: tensor named by the canonical site, one value per element.
    case mean(ContentHash)
    /// x := the stored activation at the same position: tensor named by the canonical site, of
    /// shape (rows, elements); the row is found by its position label.
    case patch(ContentHash)
    /// Zeroes every unit of the site in `layers` that is *not* selected. `.none` means the layers
    /// that the target names.
    case keepOnly(layers: IndexRanges?)
}

/// One intervention: an operation on the units of a target at some positions.
public struct HookAction: Sendable, Hashable {
    /// What is done to each selected element.
    public var operation: Operation
    /// Which units it is done to: the union of selections and stored sets.
    public var target: Target
    /// At which positions of the sequence it is done.
    public var positions: Positions

    /// Describes an intervention at every position unless told otherwise; nothing is checked yet.
    ///
    /// `HookPlan.validate` refuses pairs of operation and site that have no meaning.
    public init(_ operation: Operation, _ target: Target, positions: Positions = .all) {
        self.operation = operation
        self.target = target
        self.positions = positions
    }
}
