/// A LoRA adapter (Hu et al., arXiv 2106.09685) in one safetensors file, checked against a model.
///
/// The tensors are those of PEFT's `adapter_model.safetensors`; the text of `adapter_config.json`
/// is the string `adapter_config` of `__metadata__`, so that one content hash covers both.
public struct AdapterFile: Sendable {
    /// The key of `__metadata__` that makes a safetensors file an adapter.
    public static let metadataKey = "adapter_config"

    /// The largest rank of a module's adapter.
    public static let largestRank = Limits.adapterRank

    /// One changed matrix: W + scale · up · down.
    public struct Target: Sendable {
        /// Which matrix.
        public let role: TensorRole

        /// The layer that it is in.
        public let layer: Int

        /// Rows of `down` and columns of `up`.
        public let rank: Int

        /// Columns of `down`.
        public let inputs: Int

        /// Rows of `up`.
        public let outputs: Int

        /// Alpha over the rank, or over its root.
        public let scale: Float

        /// The tensor of shape (rank, inputs), PEFT's `lora_A`.
        let down: String

        /// The tensor of shape (outputs, rank), PEFT's `lora_B`.
        let up: String
    }

    /// The changed matrices in order of layer and role.
    public let targets: [Target]

    private let file: SafetensorsFile

    /// Finds out which matrices of a model the adapter changes; no weight is read yet.
    ///
    /// - Throws: `malformed` or `unsupported`, naming the setting or the tensor, for what is not an
    ///   adapter, is one of a kind that is not served, or is one for another model.
    public init(
        _ file: SafetensorsFile, for model: ModelConfiguration
    ) throws(ModelFileError) {
        guard let text = file.metadata[Self.metadataKey] else {
            throw .malformed(
                .init(
                    file: file.path, field: "__metadata__", reason: "it has no adapter_config",
                    accepted: "the text of the adapter's adapter_config.json under that key"))
        }
        let configuration = try AdapterConfiguration(text, file: file.path)
        var names = AdapterNames(file: file.path, model: model)
        for tensor in file.tensors { try names.add(tensor.name) }
        self.file = file
        var targets: [Target] = []
        for pair in try names.pairs() {
            targets.append(try Self.target(pair, file, configuration, model))
        }
        guard !targets.isEmpty else {
            throw .malformed(
                .init(
                    file: file.path, field: "tensors", reason: "there are none",
                    accepted: "lora_A and lora_B of one module at least"))
        }
        self.targets = targets
    }

    private static func target(
        _ pair: AdapterNames.Pair, _ file: SafetensorsFile,
        _ configuration: AdapterConfiguration, _ model: ModelConfiguration
    ) throws(ModelFileError) -> Target {
        guard configuration.targets(pair.module) else {
            throw .malformed(
                .init(
                    file: file.path, field: "tensor \(quoted(pair.down))",
                    reason: "adapter_config.target_modules does not name its module",
                    accepted: "tensors of target modules"))
        }
        let rank = configuration.rank(of: pair.module)
        let shape = pair.role.shape(in: model)
        try check(file, pair.down, [rank, shape[1]])
        try check(file, pair.up, [shape[0], rank])
        return Target(
            role: pair.role, layer: pair.layer, rank: rank, inputs: shape[1], outputs: shape[0],
            scale: configuration.scale(of: pair.module), down: pair.down, up: pair.up)
    }

    private static func check(
        _ file: SafetensorsFile, _ name: String, _ expected: [Int]
    ) throws(ModelFileError) {
        guard let tensor = file.tensor(named: name), tensor.shape != expected else { return }
        throw .malformed(
            .init(
                file: file.path, field: "tensor \(quoted(name))",
                reason: "its shape is \(tensor.shape)",
                accepted: "\(expected), by the adapter's rank and this model's shape"))
    }

    /// The weights of shape (rank, inputs), row-major.
    ///
    /// - Throws: `nonFiniteWeight`, `unsupported` for a type that is not read.
    public func down(of target: Target) throws(ModelFileError) -> [Float] {
        try finite(file.floats(named: target.down), target.down, columns: target.inputs)
    }

    /// The weights of shape (outputs, rank), row-major, times the scale.
    ///
    /// - Throws: `nonFiniteWeight`, `unsupported` for a type that is not read.
    public func up(of target: Target) throws(ModelFileError) -> [Float] {
        let values = try file.floats(named: target.up).map { $0 * target.scale }
        return try finite(values, target.up, columns: target.rank)
    }

    private func finite(
        _ values: [Float], _ name: String, columns: Int
    ) throws(ModelFileError) -> [Float] {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return values }
        throw .nonFiniteWeight(
            file: file.path, tensor: name, row: index / columns, column: index % columns)
    }
}
