/// The shape and the constants of a decoder, whatever file they came from.
public struct ModelConfiguration: Sendable, Equatable, Codable {
    /// The family of architectures, as GGUF names it where it has a name: `llama`.
    public var architecture: String

    /// How many layers (blocks) there are.
    public var layerCount: Int

    /// The width d of the residual stream.
    public var width: Int

    /// How many query heads each layer has.
    public var headCount: Int

    /// How many key and value heads each layer has; divides `headCount`.
    public var keyValueHeadCount: Int

    /// The width of one head.
    public var headDimension: Int

    /// How many FFN neurons each layer has.
    public var neuronCount: Int

    /// How many tokens the embedding has rows for.
    public var vocabularyCount: Int

    /// The longest sequence in tokens that the file claims to have been made for.
    public var contextLength: Int

    /// The epsilon of the norms.
    public var normEpsilon: Float

    /// The base (theta) of the rotary embedding's frequencies.
    public var rotaryBase: Double

    /// How many leading dimensions of a head are rotated; even, and 0 for learned positions.
    public var rotaryDimension: Int

    /// Whether the output head is the embedding.
    public var tiedHead: Bool

    /// How the rotary frequencies differ from the plain ones.
    public var rotaryScaling: RotaryScaling

    /// What a block is made of.
    public var block: BlockStyle

    /// Which layers see only the nearest positions; nil for none.
    public var window: AttentionWindow?

    /// Creates a configuration without checking it.
    public init(
        architecture: String, layerCount: Int, width: Int, headCount: Int,
        keyValueHeadCount: Int, headDimension: Int, neuronCount: Int, vocabularyCount: Int,
        contextLength: Int, normEpsilon: Float, rotaryBase: Double, rotaryDimension: Int,
        tiedHead: Bool, rotaryScaling: RotaryScaling = .none, block: BlockStyle = BlockStyle(),
        window: AttentionWindow? = nil
    ) {
        self.architecture = architecture
        self.layerCount = layerCount
        self.width = width
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount
        self.headDimension = headDimension
        self.neuronCount = neuronCount
        self.vocabularyCount = vocabularyCount
        self.contextLength = contextLength
        self.normEpsilon = normEpsilon
        self.rotaryBase = rotaryBase
        self.rotaryDimension = rotaryDimension
        self.tiedHead = tiedHead
        self.rotaryScaling = rotaryScaling
        self.block = block
        self.window = window
    }
}

extension ModelConfiguration {
    /// How many positions a row of a layer sees, its own among them; nil if it sees them all.
    public func window(ofLayer layer: Int) -> Int? {
        guard let window, window.positions < contextLength,
            window.layers?.contains(layer) ?? true
        else { return nil }
        return window.positions
    }

    /// The configuration, once it is checked.
    ///
    /// - Throws: `malformed` naming the first number that will not do.
    func validated(in file: String) throws(ModelFileError) -> ModelConfiguration {
        try validate(in: file)
        return self
    }

    /// Checks what holds for every source: ranges, divisibility, finiteness.
    ///
    /// - Parameter file: The file the numbers came from, for the error.
    /// - Throws: `malformed` naming the first number that will not do.
    func validate(in file: String) throws(ModelFileError) {
        try Self.check("layer count", layerCount, 1...Limits.layerCount, file)
        try Self.check("width", width, 1...Limits.dimension, file)
        try Self.check("head count", headCount, 1...Limits.dimension, file)
        try Self.check("key-value head count", keyValueHeadCount, 1...headCount, file)
        try Self.check("head dimension", headDimension, 2...Limits.dimension, file)
        try Self.check("neuron count", neuronCount, 1...Limits.dimension, file)
        try Self.check("vocabulary size", vocabularyCount, 1...Limits.vocabularyCount, file)
        try Self.check("context length", contextLength, 1...Limits.contextLength, file)
        if block.positions != .learned {
            try Self.check("rotary dimension", rotaryDimension, 2...headDimension, file)
        }
        try Self.require(
            rotaryDimension % 2 == 0, "rotary dimension", "\(rotaryDimension) is odd",
            accepted: "an even number", file)
        if let window {
            try Self.check("sliding window", window.positions, 1...Limits.contextLength, file)
        }
        try Self.require(
            headCount % keyValueHeadCount == 0, "key-value head count",
            "\(keyValueHeadCount) does not divide the head count \(headCount)",
            accepted: "a divisor of the head count", file)
        try Self.require(
            block.isGated || keyValueHeadCount == headCount, "key-value head count",
            "heads of \(architecture) do not share keys", accepted: "the head count", file)
        try Self.require(
            headCount * headDimension <= Limits.dimension, "head count × head dimension",
            "\(headCount) × \(headDimension) is too large",
            accepted: "at most \(Limits.dimension)", file)
        try Self.require(
            normEpsilon.isFinite && normEpsilon > 0, "norm epsilon", "it is \(normEpsilon)",
            accepted: "a finite number above 0", file)
        try Self.require(
            rotaryBase.isFinite && rotaryBase > 0, "rotary base", "it is \(rotaryBase)",
            accepted: "a finite number above 0", file)
        let fault = rotaryScaling.fault(pairCount: rotaryDimension / 2)
        try Self.require(
            fault == nil, "rotary scaling", fault ?? "",
            accepted: "finite factors above 0, low_freq_factor below high_freq_factor, "
                + "a divisor for each pair", file)
    }

    private static func check(
        _ field: String, _ value: Int, _ range: ClosedRange<Int>, _ file: String
    ) throws(ModelFileError) {
        try require(
            range.contains(value), field, "it is \(value)",
            accepted: "\(range.lowerBound) to \(range.upperBound)", file)
    }

    private static func require(
        _ condition: Bool, _ field: String, _ reason: String, accepted: String, _ file: String
    ) throws(ModelFileError) {
        guard condition else {
            throw .malformed(.init(file: file, field: field, reason: reason, accepted: accepted))
        }
    }
}
