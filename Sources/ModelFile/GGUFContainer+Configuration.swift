extension GGUFContainer {
    /// Where the architecture stands.
    static let architectureKey = "general.architecture"

    /// Keys that change the answers and are not served: refused unless they hold the value given.
    private static let unservedIntegers = [
        "llama.expert_count", "llama.expert_used_count", "llama.attention.sliding_window",
        "llama.leading_dense_block_count", "llama.nextn_predict_layers",
    ]

    private static let unservedFloats: [(key: String, neutral: Double)] = [
        ("llama.rope.scaling.attn_factor", 1), ("llama.logit_scale", 1),
        ("llama.embedding_scale", 1), ("llama.residual_scale", 1),
        ("llama.attn_logit_softcapping", 0), ("llama.final_logit_softcapping", 0),
    ]

    private static let unservedKeys = [
        "llama.attention.clamp_kqv", "llama.attention.max_alibi_bias", "llama.attention.scale",
        "llama.attention.layer_norm_epsilon", "adapter.type",
    ]

    /// The configuration of a served decoder.
    ///
    /// - Throws: `unsupported` naming what is not served; `malformed` for missing or bad values.
    func configuration() throws(ModelFileError) -> ModelConfiguration {
        try requireServedKind()
        try refuseUnservedSettings()
        let width = try requiredInteger("llama.embedding_length")
        let headCount = try perLayerInteger("llama.attention.head_count")
        let headDimension = try headDimension(width: width, headCount: headCount)
        let epsilonKey = "llama.attention.layer_norm_rms_epsilon"
        guard let epsilon = try float(epsilonKey) else { throw missing(epsilonKey) }
        let keyValueKey = "llama.attention.head_count_kv"
        let configuration = ModelConfiguration(
            architecture: "llama",
            layerCount: try requiredInteger("llama.block_count"),
            width: width,
            headCount: headCount,
            keyValueHeadCount: values[keyValueKey] == nil
                ? headCount : try perLayerInteger(keyValueKey),
            headDimension: headDimension,
            neuronCount: try perLayerInteger("llama.feed_forward_length"),
            vocabularyCount: try vocabularyCount(),
            contextLength: try requiredInteger("llama.context_length"),
            normEpsilon: Float(epsilon),
            rotaryBase: try float("llama.rope.freq_base") ?? 10_000,
            rotaryDimension: try integer("llama.rope.dimension_count") ?? headDimension,
            tiedHead: !tensors.contains { $0.name == TensorRole.head.ggufName },
            rotaryScaling: try rotaryScaling())
        try configuration.validate(in: bytes.path)
        return configuration
    }

    /// Refuses files that are no llama model: other architectures, adapters, parts of a model.
    private func requireServedKind() throws(ModelFileError) {
        guard let architecture = try string(Self.architectureKey) else {
            throw missing(Self.architectureKey)
        }
        guard architecture == "llama" else {
            throw bytes.unsupported(
                Self.architectureKey, "the architecture \(quoted(architecture))",
                accepted: ModelConfiguration.servedArchitectures)
        }
        if let type = try string("general.type"), type != "model" {
            throw bytes.unsupported(
                "general.type", "a file of type \(quoted(type))", accepted: "\"model\"")
        }
        if let count = try integer(Self.splitCountKey), count > 1, parts.count == 1 {
            throw bytes.unsupported(
                Self.splitCountKey, "one of \(count) parts without the others",
                accepted: "the path of any part, with the others beside it")
        }
    }

    private func refuseUnservedSettings() throws(ModelFileError) {
        for key in Self.unservedIntegers {
            guard let number = try integer(key), number != 0 else { continue }
            throw bytes.unsupported(key, "the value \(number)", accepted: "0 or no such key")
        }
        for (key, neutral) in Self.unservedFloats {
            guard let number = try float(key), number != neutral else { continue }
            throw bytes.unsupported(
                key, "the value \(number)", accepted: "\(neutral) or no such key")
        }
        for key in Self.unservedKeys where values[key] != nil {
            throw bytes.unsupported(key, "this setting", accepted: "no such key")
        }
        if try bool("llama.use_parallel_residual") == true {
            throw bytes.unsupported(
                "llama.use_parallel_residual", "a parallel residual", accepted: "false")
        }
        if try bool("llama.attention.causal") == false {
            throw bytes.unsupported(
                "llama.attention.causal", "attention to later positions", accepted: "true")
        }
    }

    /// A number that some architectures give per layer; only one for all layers is served.
    private func perLayerInteger(_ key: String) throws(ModelFileError) -> Int {
        if case .array? = values[key] {
            throw bytes.unsupported(
                key, "a number per layer", accepted: "one number for all layers")
        }
        return try requiredInteger(key)
    }

    private func headDimension(width: Int, headCount: Int) throws(ModelFileError) -> Int {
        let keyLength = try integer("llama.attention.key_length")
        if let valueLength = try integer("llama.attention.value_length"),
            valueLength != keyLength ?? valueLength
        {
            throw bytes.unsupported(
                "llama.attention.value_length", "a value length that is not the key length",
                accepted: "equal lengths")
        }
        let split = CheckedSize(width)?.dividedExactly(by: headCount)?.value
        if let valueLength = try integer("llama.attention.value_length"), keyLength == nil,
            valueLength != split
        {
            throw bytes.unsupported(
                "llama.attention.value_length", "a value length that is not width / heads",
                accepted: "equal lengths")
        }
        guard let dimension = keyLength ?? split else {
            throw bytes.malformed(
                "llama.attention.head_count",
                "\(headCount) heads do not divide the width \(width)",
                accepted: "a divisor of llama.embedding_length")
        }
        return dimension
    }

    /// The vocabulary's size: by its key, else by the token list, else by the embedding's rows.
    private func vocabularyCount() throws(ModelFileError) -> Int {
        if let count = try integer("llama.vocab_size") { return count }
        if case .array(let tokens)? = values[Self.tokensKey], tokens.elementType == .string {
            return tokens.count
        }
        let embedding = tensors.first { $0.name == TensorRole.embedding.ggufName }
        guard let embedding, embedding.dimensions.count == 2 else {
            throw missing("llama.vocab_size")
        }
        return embedding.dimensions[1]
    }
}
