internal import StrictJSON

/// Reads config.json; nothing in it is executed or ignored if it would matter.
struct HuggingFaceConfiguration {
    /// The path, for messages.
    let file: String

    /// The parsed file.
    let object: JSONObject

    /// What a family calls its numbers.
    struct Keys {
        var width = "hidden_size"
        var layers = "num_hidden_layers"
        var heads = "num_attention_heads"
        var neurons = "intermediate_size"
        var context = "max_position_embeddings"
        var epsilon = "rms_norm_eps"
        var rotaryBase = "rope_theta"
        var partialRotary = "partial_rotary_factor"
        /// The width of a head where the file does not say; else the width is divided.
        var defaultHeadDimension: Int?
        /// The rotated share of a head where the file does not say.
        var defaultPartialRotary = 1.0
        /// Whether heads may share keys.
        var hasKeyValueHeads = true
        /// Whether the neurons are four times the width where the file does not say.
        var hasDefaultNeurons = false

        static let llama = Keys()

        /// GPT-2's and GPT-J's.
        static let gpt: Keys = {
            var keys = Keys()
            keys.width = "n_embd"
            keys.layers = "n_layer"
            keys.heads = "n_head"
            keys.neurons = "n_inner"
            keys.context = "n_positions"
            keys.epsilon = "layer_norm_epsilon"
            keys.hasKeyValueHeads = false
            keys.hasDefaultNeurons = true
            return keys
        }()
    }

    /// Settings that ask for what no family serves, unless null, false or absent.
    private static let unservedSettings = [
        "quantization_config", "num_local_experts", "num_experts", "n_routed_experts",
        "attention_chunk_size", "no_rope_layers", "attn_logit_softcapping",
        "final_logit_softcapping", "embedding_multiplier", "residual_multiplier",
        "logits_scaling", "compression_config",
    ]

    /// The family, and the configuration as it reads it.
    ///
    /// - Throws: `unsupported` naming what is not served; `malformed` for missing or bad values.
    func decoder() throws(ModelFileError) -> (any ModelFamily, ModelConfiguration) {
        let family = try family()
        try refuse(Self.unservedSettings)
        return (family, try family.configuration(self))
    }

    private func family() throws(ModelFileError) -> any ModelFamily {
        let names = object["architectures"]?.arrayValue?.map { $0.stringValue?.string ?? "?" }
        let named = ModelFamilies.all.first { names == [$0.huggingFaceClass] }
        if let names, !names.isEmpty, named == nil {
            throw unsupported(
                "architectures", "the architecture \(quoted(names.joined(separator: ", ")))",
                accepted: ModelFamilies.servedDirectories)
        }
        guard let type = object["model_type"]?.stringValue?.string else {
            throw malformed(
                "model_type", "it is missing or no string",
                accepted: ModelFamilies.servedDirectories)
        }
        guard let typed = ModelFamilies.all.first(where: { $0.huggingFaceType == type }) else {
            throw unsupported(
                "model_type", "the architecture \(quoted(type))",
                accepted: ModelFamilies.servedDirectories)
        }
        if let named, named.huggingFaceType != type {
            throw malformed(
                "model_type", "\(quoted(type)) contradicts \(quoted(named.huggingFaceClass))",
                accepted: ModelFamilies.servedDirectories)
        }
        return typed
    }

    /// A decoder with a block of the Llama family and this file's numbers, not yet checked.
    func decoder(
        _ architecture: String, _ keys: Keys
    ) throws(ModelFileError) -> ModelConfiguration {
        let width = try requiredInteger(keys.width)
        let headCount = try requiredInteger(keys.heads)
        let headDimension = try headDimension(width: width, headCount: headCount, keys)
        let sharing = keys.hasKeyValueHeads ? try integer("num_key_value_heads") : nil
        return ModelConfiguration(
            architecture: architecture,
            layerCount: try requiredInteger(keys.layers),
            width: width,
            headCount: headCount,
            keyValueHeadCount: sharing ?? headCount,
            headDimension: headDimension,
            neuronCount: try neuronCount(width: width, keys),
            vocabularyCount: try requiredInteger("vocab_size"),
            contextLength: try requiredInteger(keys.context),
            normEpsilon: Float(try requiredNumber(keys.epsilon)),
            rotaryBase: try rotaryBase(keys.rotaryBase),
            rotaryDimension: try rotaryDimension(headDimension, keys),
            tiedHead: try bool("tie_word_embeddings") ?? false,
            rotaryScaling: try rotaryScaling())
    }

    private func neuronCount(width: Int, _ keys: Keys) throws(ModelFileError) -> Int {
        guard keys.hasDefaultNeurons else { return try requiredInteger(keys.neurons) }
        let fourfold = CheckedSize(width)?.multiplied(by: 4)?.value ?? 0
        return try integer(keys.neurons) ?? fourfold
    }

    private func headDimension(
        width: Int, headCount: Int, _ keys: Keys
    ) throws(ModelFileError) -> Int {
        if keys.hasKeyValueHeads, let dimension = try integer("head_dim") { return dimension }
        if let dimension = keys.defaultHeadDimension { return dimension }
        guard let dimension = CheckedSize(width)?.dividedExactly(by: headCount)?.value else {
            throw malformed(
                keys.heads, "\(headCount) heads do not divide the width \(width)",
                accepted: "a divisor of \(keys.width)"
                    + (keys.hasKeyValueHeads ? ", or head_dim given" : ""))
        }
        return dimension
    }
}

extension HuggingFaceConfiguration {
    /// The end-of-sequence ids under `eos_token_id`: one, a list, or none.
    func endOfSequenceIDs(vocabularyCount: Int) throws(ModelFileError) -> [Int32] {
        guard let value = object["eos_token_id"], !value.isNull else { return [] }
        var ids: [Int32] = []
        for element in value.arrayValue ?? [value] {
            guard let number = element.integerValue, number >= 0, number < vocabularyCount else {
                throw malformed(
                    "eos_token_id", element.integerValue.map { "it is \($0)" } ?? element.kind,
                    accepted: "ids below the vocabulary size \(vocabularyCount)")
            }
            ids.append(Int32(number))
        }
        return ids
    }

    func integer(_ key: String) throws(ModelFileError) -> Int? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let number = value.integerValue else {
            throw malformed(key, "it is \(value.kind)", accepted: "an integer of 64 bits")
        }
        guard let size = CheckedSize(number)?.value else {
            throw malformed(key, "it is \(number)", accepted: "a number not below 0")
        }
        return size
    }

    func requiredInteger(_ key: String) throws(ModelFileError) -> Int {
        guard let number = try integer(key) else {
            throw malformed(key, "it is missing", accepted: "an integer")
        }
        return number
    }

    func number(_ key: String) throws(ModelFileError) -> Double? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let number = value.doubleValue else {
            throw malformed(key, "it is \(value.kind)", accepted: "a number")
        }
        return number
    }

    func requiredNumber(_ key: String) throws(ModelFileError) -> Double {
        guard let number = try number(key) else {
            throw malformed(key, "it is missing", accepted: "a number")
        }
        return number
    }

    func bool(_ key: String) throws(ModelFileError) -> Bool? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let flag = value.boolValue else {
            throw malformed(key, "it is \(value.kind)", accepted: "true or false")
        }
        return flag
    }

    func malformed(
        _ field: String, _ reason: String, accepted: String
    ) -> ModelFileError {
        .malformed(.init(file: file, field: field, reason: reason, accepted: accepted))
    }

    func unsupported(
        _ field: String, _ reason: String, accepted: String
    ) -> ModelFileError {
        .unsupported(.init(file: file, field: field, reason: reason, accepted: accepted))
    }
}
