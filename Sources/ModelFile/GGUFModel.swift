internal import Tokenizer

/// A GGUF container understood as a decoder: configuration, tokenizer and tensors by role.
struct GGUFModel {
    let configuration: ModelConfiguration
    let tokenizer: TokenizerSpecification?
    let endOfSequenceIDs: [Int32]
    let readers: [TensorRole: TensorReader]

    /// Checks everything about the container but the values of the weights.
    init(_ container: GGUFContainer) throws(ModelFileError) {
        let (family, configuration) = try container.decoder()
        guard !container.tensors.isEmpty else {
            throw container.bytes.unsupported(
                "tensor count", "a file that holds a vocabulary and no weights",
                accepted: "a model with weights")
        }
        try container.requireData()
        readers = try Self.table(container, family, configuration)
            .readers(for: Self.stored(container))
        tokenizer = try container.tokenizer()
        if case .array(let tokens)? = container.values[GGUFContainer.tokensKey],
            tokens.count != configuration.vocabularyCount
        {
            throw container.bytes.malformed(
                GGUFContainer.tokensKey,
                "\(tokens.count) tokens for \(configuration.vocabularyCount) embedding rows",
                accepted: "one token per row")
        }
        endOfSequenceIDs = try container.endOfSequenceIDs(
            vocabularyCount: configuration.vocabularyCount)
        self.configuration = configuration
    }

    private static func table(
        _ container: GGUFContainer, _ family: any ModelFamily, _ configuration: ModelConfiguration
    ) -> TensorTable {
        TensorTable(
            path: container.bytes.path, configuration: configuration,
            place: { family.ggufPlace(of: $0, in: configuration) },
            // The configuration has read it.
            isIgnorable: { $0 == GGUFContainer.rotaryDivisors })
    }

    /// The tensor table with shapes turned to rows first.
    private static func stored(_ container: GGUFContainer) -> [String: StoredTensor] {
        var result: [String: StoredTensor] = [:]
        for tensor in container.tensors {
            let (bytes, start) = container.place(of: tensor)
            result[tensor.name] = StoredTensor(
                name: tensor.name, shape: tensor.dimensions.reversed(),
                typeName: tensor.type.name, bytes: bytes, start: start)
        }
        return result
    }
}

extension GGUFContainer {
    /// The format's name with its version, and in how many parts the model lies.
    var format: String {
        "GGUF v\(version)" + (parts.count > 1 ? " in \(parts.count) parts" : "")
    }
}
