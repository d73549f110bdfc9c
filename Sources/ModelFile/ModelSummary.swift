internal import Tokenizer

/// What a path holds, for people: the answer of `neurond inspect`.
public struct ModelSummary: Codable, Sendable, Equatable {
    /// What was found.
    public enum Kind: String, Codable, Sendable {
        /// A whole model that can be served.
        case model
        /// A GGUF file with a vocabulary and no weights.
        case vocabulary
        /// A sound GGUF file that claims to be no model (it names no architecture).
        case container
    }

    /// What was found.
    public var kind: Kind

    /// The path that was read.
    public var path: String

    /// The kind of file, such as `GGUF v3`.
    public var format: String

    /// The architecture as the file names it.
    public var architecture: String?

    /// The model's name, if the file has one.
    public var name: String?

    /// The decoder's shape, for a model.
    public var configuration: ModelConfiguration?

    /// The type that most weights are stored in, for a model.
    public var sourceType: String?

    /// How many tensors of each type there are.
    public var tensorTypes: [String: Int]

    /// How many weights there are, for a model.
    public var parameterCount: Int?

    /// The size of the weight files (or the file) in bytes.
    public var fileByteCount: Int

    /// How many tokens the tokenizer has, if the file has one.
    public var tokenCount: Int?

    /// The ids after which generation stops.
    public var endOfSequenceIDs: [Int32]

    /// The SHA-256 by which the weights are known, for a model.
    public var digest: String?

    /// One sentence or two, fit to be printed.
    public var summary: String

    /// Reads and validates the whole of a path: tables, settings, tokenizer and every weight.
    ///
    /// - Throws: `ModelFileError` saying why the path is refused.
    public static func inspect(_ path: String) throws(ModelFileError) -> ModelSummary {
        guard !isDirectory(path) else {
            return try summary(of: try ModelSource.open(path), name: nil)
        }
        let container = try GGUFContainer.open(path)
        guard container.values[GGUFContainer.architectureKey] != nil else {
            return try containerSummary(of: container)
        }
        if container.tensors.isEmpty, container.values[GGUFContainer.tokensKey] != nil {
            return try vocabularySummary(of: container)
        }
        return try summary(
            of: try ModelSource.open(path), name: try container.string("general.name"))
    }

    private static func summary(
        of source: ModelSource, name: String?
    ) throws(ModelFileError) -> ModelSummary {
        try readAllWeights(of: source)
        var types: [String: Int] = [:]
        // Several roles may share a tensor.
        let stored = source.readers.values.map { ($0.name, $0.sourceType) }
        for type in Dictionary(stored, uniquingKeysWith: { first, _ in first }).values {
            types[type.rawValue, default: 0] += 1
        }
        let shape = source.configuration
        let description =
            "\(source.format): a \(shape.architecture) model with \(shape.layerCount) layers, "
            + "width \(shape.width), \(shape.headCount) heads "
            + "(\(shape.keyValueHeadCount) for keys and values), \(shape.neuronCount) neurons per "
            + "layer, \(shape.vocabularyCount) tokens, \(source.parameterCount) weights, mostly "
            + "\(source.sourceType)" + (source.tokenizer == nil ? "; no tokenizer" : "")
        return ModelSummary(
            kind: .model, path: source.path, format: source.format,
            architecture: shape.architecture, name: name, configuration: shape,
            sourceType: source.sourceType, tensorTypes: types,
            parameterCount: source.parameterCount, fileByteCount: source.fileByteCount,
            tokenCount: source.tokenizer?.vocabularyCount,
            endOfSequenceIDs: source.endOfSequenceIDs, digest: try source.digest(),
            summary: description)
    }

    /// Decodes every row, which refuses weights that are NaN or infinite.
    private static func readAllWeights(of source: ModelSource) throws(ModelFileError) {
        var row: [Float] = []
        for role in TensorRole.all(in: source.configuration) {
            let reader = try source.tensor(role)
            for index in 0..<reader.rows { try reader.readRow(index, into: &row) }
        }
    }

    private static func vocabularySummary(
        of container: GGUFContainer
    ) throws(ModelFileError) -> ModelSummary {
        let tokenizer = try container.tokenizer()
        let count = tokenizer?.vocabularyCount ?? 0
        let architecture = try container.string(GGUFContainer.architectureKey)
        return ModelSummary(
            kind: .vocabulary, path: container.bytes.path, format: container.format,
            architecture: architecture, name: try container.string("general.name"),
            tensorTypes: [:], fileByteCount: container.bytes.count, tokenCount: count,
            endOfSequenceIDs: try container.endOfSequenceIDs(vocabularyCount: count),
            summary: "\(container.format): a vocabulary of \(count) tokens "
                + "(architecture \(quoted(architecture ?? "none"))), no weights")
    }

    /// A file without an architecture; its data may be left out whole, never in part.
    private static func containerSummary(
        of container: GGUFContainer
    ) throws(ModelFileError) -> ModelSummary {
        let hasData = container.bytes.count > container.dataStart || container.parts.count > 1
        if hasData { try container.requireData() }
        var types: [String: Int] = [:]
        for tensor in container.tensors { types[tensor.type.name, default: 0] += 1 }
        let isBare = !hasData && !container.tensors.isEmpty
        return ModelSummary(
            kind: .container, path: container.bytes.path, format: container.format,
            tensorTypes: types, fileByteCount: container.bytes.count, endOfSequenceIDs: [],
            summary: "\(container.format): a sound container with \(container.values.count) keys "
                + "and \(container.tensors.count) tensors"
                + (isBare ? " (the table only, no data)" : "")
                + "; it names no architecture, so it is no model")
    }
}
