extension GGUFContainer {
    /// Where the architecture stands.
    static let architectureKey = "general.architecture"

    /// Keys that change the answers and are not served: refused unless they hold the value given.
    private static let unservedIntegers = [
        "expert_count", "expert_used_count", "leading_dense_block_count",
        "nextn_predict_layers",
    ]

    private static let unservedFloats: [(name: String, neutral: Double)] = [
        ("rope.scaling.attn_factor", 1), ("logit_scale", 1), ("embedding_scale", 1),
        ("residual_scale", 1), ("attn_logit_softcapping", 0), ("final_logit_softcapping", 0),
    ]

    private static let unservedNames = [
        "attention.clamp_kqv", "attention.max_alibi_bias", "attention.scale",
    ]

    /// A key of the file's architecture.
    func key(_ name: String) -> String {
        let architecture = (try? string(Self.architectureKey)) ?? ""
        return "\(architecture).\(name)"
    }

    /// The family, and the configuration as it reads it.
    ///
    /// - Throws: `unsupported` naming what is not served; `malformed` for missing or bad values.
    func decoder() throws(ModelFileError) -> (any ModelFamily, ModelConfiguration) {
        let family = try servedFamily()
        try refuseUnservedSettings(hasParallelResidual: family is GPTNeoXFamily)
        return (family, try family.configuration(self))
    }

    /// A decoder with this block and the file's numbers, not yet checked.
    func decoder(_ block: BlockStyle) throws(ModelFileError) -> ModelConfiguration {
        let width = try requiredInteger(key("embedding_length"))
        let headCount = try perLayerInteger(key("attention.head_count"))
        let headDimension = try headDimension(width: width, headCount: headCount)
        let keyValueKey = key("attention.head_count_kv")
        let rotaryDimension = try integer(key("rope.dimension_count")) ?? headDimension
        return ModelConfiguration(
            architecture: try string(Self.architectureKey) ?? "",
            layerCount: try requiredInteger(key("block_count")),
            width: width,
            headCount: headCount,
            keyValueHeadCount: values[keyValueKey] == nil
                ? headCount : try perLayerInteger(keyValueKey),
            headDimension: headDimension,
            neuronCount: try perLayerInteger(key("feed_forward_length")),
            vocabularyCount: try vocabularyCount(),
            contextLength: try requiredInteger(key("context_length")),
            normEpsilon: Float(try epsilon(of: block.norm)),
            rotaryBase: try float(key("rope.freq_base")) ?? 10_000,
            rotaryDimension: block.positions == .learned ? 0 : rotaryDimension,
            tiedHead: !tensors.contains { $0.name == TensorRole.head.ggufName },
            rotaryScaling: try rotaryScaling(), block: block)
    }

    /// The norm's epsilon; the other kind of norm's is refused.
    private func epsilon(of norm: BlockStyle.Norm) throws(ModelFileError) -> Double {
        let keys = [key("attention.layer_norm_rms_epsilon"), key("attention.layer_norm_epsilon")]
        let (own, other) = norm == .rms ? (keys[0], keys[1]) : (keys[1], keys[0])
        if values[other] != nil {
            throw bytes.unsupported(other, "this setting", accepted: "no such key")
        }
        guard let epsilon = try float(own) else { throw missing(own) }
        return epsilon
    }

    /// Refuses a window of attention.
    func refuseWindow() throws(ModelFileError) {
        let key = key("attention.sliding_window")
        guard let number = try integer(key), number != 0 else { return }
        throw bytes.unsupported(key, "the value \(number)", accepted: "0 or no such key")
    }

    /// Biases of a family where they depend on the model: those whose tensors the file has.
    var biases: BlockStyle.Biases {
        func has(_ role: TensorRole) -> Bool { tensors.contains { $0.name == role.ggufName } }
        var biases = BlockStyle.Biases()
        biases.queryKeyValue = has(.queryBias(0))
        biases.attentionOutput = has(.attentionOutputBias(0))
        biases.mlp = has(.gateBias(0))
        return biases
    }

    /// Refuses files that are no served model: other architectures, adapters, parts of a model.
    private func servedFamily() throws(ModelFileError) -> any ModelFamily {
        guard let architecture = try string(Self.architectureKey) else {
            throw missing(Self.architectureKey)
        }
        let family = ModelFamilies.all.first { $0.isInGGUF && $0.architecture == architecture }
        guard let family else {
            throw bytes.unsupported(
                Self.architectureKey, "the architecture \(quoted(architecture))",
                accepted: ModelFamilies.servedArchitectures)
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
        return family
    }

    private func refuseUnservedSettings(
        hasParallelResidual: Bool
    ) throws(ModelFileError) {
        for key in Self.unservedIntegers.map(key) {
            guard let number = try integer(key), number != 0 else { continue }
            throw bytes.unsupported(key, "the value \(number)", accepted: "0 or no such key")
        }
        for (name, neutral) in Self.unservedFloats {
            guard let number = try float(key(name)), number != neutral else { continue }
            throw bytes.unsupported(
                key(name), "the value \(number)", accepted: "\(neutral) or no such key")
        }
        for key in Self.unservedNames.map(key) + ["adapter.type"] where values[key] != nil {
            throw bytes.unsupported(key, "this setting", accepted: "no such key")
        }
        if !hasParallelResidual, try bool(key("use_parallel_residual")) == true {
            throw bytes.unsupported(
                key("use_parallel_residual"), "a parallel residual", accepted: "false")
        }
        if try bool(key("attention.causal")) == false {
            throw bytes.unsupported(
                key("attention.causal"), "attention to later positions", accepted: "true")
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
        let keyLength = try integer(key("attention.key_length"))
        if let valueLength = try integer(key("attention.value_length")),
            valueLength != keyLength ?? valueLength
        {
            throw bytes.unsupported(
                key("attention.value_length"), "a value length that is not the key length",
                accepted: "equal lengths")
        }
        let split = CheckedSize(width)?.dividedExactly(by: headCount)?.value
        if let valueLength = try integer(key("attention.value_length")), keyLength == nil,
            valueLength != split
        {
            throw bytes.unsupported(
                key("attention.value_length"), "a value length that is not width / heads",
                accepted: "equal lengths")
        }
        guard let dimension = keyLength ?? split else {
            throw bytes.malformed(
                key("attention.head_count"),
                "\(headCount) heads do not divide the width \(width)",
                accepted: "a divisor of \(key("embedding_length"))")
        }
        return dimension
    }

    /// The vocabulary's size: by its key, else by the token list, else by the embedding's rows.
    private func vocabularyCount() throws(ModelFileError) -> Int {
        if let count = try integer(key("vocab_size")) { return count }
        if case .array(let tokens)? = values[Self.tokensKey], tokens.elementType == .string {
            return tokens.count
        }
        let embedding = tensors.first { $0.name == TensorRole.embedding.ggufName }
        guard let embedding, embedding.dimensions.count == 2 else {
            throw missing(key("vocab_size"))
        }
        return embedding.dimensions[1]
    }
}
