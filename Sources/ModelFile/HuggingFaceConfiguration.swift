internal import StrictJSON

/// Reads config.json of a llama model; nothing in it is executed or ignored if it would matter.
struct HuggingFaceConfiguration {
    /// The path, for messages.
    let file: String

    /// The parsed file.
    let object: JSONObject

    /// Settings that ask for what is not served, unless null, false or absent.
    private static let unservedSettings = [
        "quantization_config", "attention_bias", "mlp_bias", "sliding_window",
        "num_local_experts", "num_experts", "n_routed_experts", "attention_chunk_size",
        "layer_types", "no_rope_layers", "attn_logit_softcapping", "final_logit_softcapping",
        "embedding_multiplier", "residual_multiplier", "logits_scaling", "compression_config",
    ]

    /// The configuration.
    ///
    /// - Throws: `unsupported` naming what is not served; `malformed` for missing or bad values.
    func configuration() throws(ModelFileError) -> ModelConfiguration {
        try requireServedArchitecture()
        try refuseUnservedSettings()
        let width = try requiredInteger("hidden_size")
        let headCount = try requiredInteger("num_attention_heads")
        let headDimension = try headDimension(width: width, headCount: headCount)
        let configuration = ModelConfiguration(
            architecture: "llama",
            layerCount: try requiredInteger("num_hidden_layers"),
            width: width,
            headCount: headCount,
            keyValueHeadCount: try integer("num_key_value_heads") ?? headCount,
            headDimension: headDimension,
            neuronCount: try requiredInteger("intermediate_size"),
            vocabularyCount: try requiredInteger("vocab_size"),
            contextLength: try requiredInteger("max_position_embeddings"),
            normEpsilon: Float(try requiredNumber("rms_norm_eps")),
            rotaryBase: try rotaryBase(),
            rotaryDimension: headDimension,
            tiedHead: try bool("tie_word_embeddings") ?? false,
            rotaryScaling: try rotaryScaling())
        try configuration.validate(in: file)
        return configuration
    }

    private func requireServedArchitecture() throws(ModelFileError) {
        let type = object["model_type"]?.stringValue?.string
        let names = object["architectures"]?.arrayValue?.map { $0.stringValue?.string ?? "?" }
        if let names, !names.isEmpty, names != ["LlamaForCausalLM"] {
            throw unsupported(
                "architectures", "the architecture \(quoted(names.joined(separator: ", ")))",
                accepted: ModelConfiguration.servedArchitectures)
        }
        guard let type else {
            throw malformed("model_type", "it is missing or no string", accepted: "\"llama\"")
        }
        guard type == "llama" else {
            throw unsupported(
                "model_type", "the architecture \(quoted(type))",
                accepted: ModelConfiguration.servedArchitectures)
        }
    }

    private func refuseUnservedSettings() throws(ModelFileError) {
        for key in Self.unservedSettings {
            guard let value = object[key], !value.isNull, value != .bool(false) else { continue }
            throw unsupported(key, "this setting (\(value.kind))", accepted: "null or no such key")
        }
        if let activation = object["hidden_act"], activation.stringValue != "silu" {
            let shown = activation.stringValue?.string ?? activation.kind
            throw unsupported("hidden_act", quoted(shown), accepted: "\"silu\"")
        }
        if let factor = try number("partial_rotary_factor"), factor != 1 {
            throw unsupported("partial_rotary_factor", "\(factor)", accepted: "1")
        }
    }

    private func rotaryBase() throws(ModelFileError) -> Double {
        let plain = try number("rope_theta")
        guard let nested = object["rope_parameters"]?["rope_theta"], !nested.isNull else {
            return plain ?? 10_000
        }
        guard let base = nested.doubleValue else {
            throw malformed(
                "rope_parameters", "its rope_theta is \(nested.kind)", accepted: "a number")
        }
        guard plain == nil || plain == base else {
            throw malformed(
                "rope_theta", "it contradicts rope_parameters.rope_theta",
                accepted: "equal numbers")
        }
        return base
    }

    private func headDimension(width: Int, headCount: Int) throws(ModelFileError) -> Int {
        if let dimension = try integer("head_dim") { return dimension }
        guard let dimension = CheckedSize(width)?.dividedExactly(by: headCount)?.value else {
            throw malformed(
                "num_attention_heads", "\(headCount) heads do not divide the width \(width)",
                accepted: "a divisor of hidden_size, or head_dim given")
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

    private func integer(_ key: String) throws(ModelFileError) -> Int? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let number = value.integerValue else {
            throw malformed(key, "it is \(value.kind)", accepted: "an integer of 64 bits")
        }
        guard let size = CheckedSize(number)?.value else {
            throw malformed(key, "it is \(number)", accepted: "a number not below 0")
        }
        return size
    }

    private func requiredInteger(_ key: String) throws(ModelFileError) -> Int {
        guard let number = try integer(key) else {
            throw malformed(key, "it is missing", accepted: "an integer")
        }
        return number
    }

    private func number(_ key: String) throws(ModelFileError) -> Double? {
        guard let value = object[key], !value.isNull else { return nil }
        guard let number = value.doubleValue else {
            throw malformed(key, "it is \(value.kind)", accepted: "a number")
        }
        return number
    }

    private func requiredNumber(_ key: String) throws(ModelFileError) -> Double {
        guard let number = try number(key) else {
            throw malformed(key, "it is missing", accepted: "a number")
        }
        return number
    }

    private func bool(_ key: String) throws(ModelFileError) -> Bool? {
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
