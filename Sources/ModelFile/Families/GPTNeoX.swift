/// GPT-NeoX and Pythia: two norms, attention and MLP side by side or one after the other, rotation
/// of the first dimensions of a head, biases in every product but the head.
struct GPTNeoXFamily: ModelFamily {
    let architecture = "gptneox"
    let huggingFaceType = "gpt_neox"
    let huggingFaceClass = "GPTNeoXForCausalLM"

    private static var block: BlockStyle {
        var block = BlockStyle.ungated(.gelu)
        block.residual = .parallel
        block.biases.queryKeyValue = true
        block.biases.attentionOutput = true
        return block
    }

    func configuration(
        _ file: HuggingFaceConfiguration
    ) throws(ModelFileError) -> ModelConfiguration {
        var keys = HuggingFaceConfiguration.Keys.llama
        keys.epsilon = "layer_norm_eps"
        keys.rotaryBase = "rotary_emb_base"
        keys.partialRotary = "rotary_pct"
        keys.defaultPartialRotary = 0.25
        keys.hasKeyValueHeads = false
        var shape = try file.decoder(architecture, keys)
        shape.block = Self.block
        shape.block.activation = try file.gelu("hidden_act", absent: .gelu)
        if try file.bool("use_parallel_residual") == false { shape.block.residual = .sequential }
        if try file.bool("attention_bias") == false {
            shape.block.biases.queryKeyValue = false
            shape.block.biases.attentionOutput = false
        }
        return try shape.validated(in: file.file)
    }

    func configuration(_ file: GGUFContainer) throws(ModelFileError) -> ModelConfiguration {
        try file.refuseWindow()
        var block = Self.block
        if try file.bool(file.key("use_parallel_residual")) == false {
            block.residual = .sequential
        }
        return try file.decoder(block).validated(in: file.bytes.path)
    }

    /// A directory keeps each head's queries, keys and values together.
    func huggingFacePlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace {
        let name = Self.name(of: role)
        guard let part = role.projection else { return TensorPlace(name: name) }
        return TensorPlace(
            name: name, order: .partOfHeads(part, headDimension: shape.headDimension),
            storedRowCount: 3 * shape.headCount * shape.headDimension)
    }

    private static func name(of role: TensorRole) -> String {
        guard let layer = role.layer else {
            return switch role {
            case .embedding: "gpt_neox.embed_in.weight"
            case .finalNorm: "gpt_neox.final_layer_norm.weight"
            case .finalNormBias: "gpt_neox.final_layer_norm.bias"
            default: "embed_out.weight"
            }
        }
        let part =
            switch role {
            case .attentionNorm: "input_layernorm.weight"
            case .attentionNormBias: "input_layernorm.bias"
            case .mlpNorm: "post_attention_layernorm.weight"
            case .mlpNormBias: "post_attention_layernorm.bias"
            case .query, .key, .value: "attention.query_key_value.weight"
            case .queryBias, .keyBias, .valueBias: "attention.query_key_value.bias"
            case .attentionOutput: "attention.dense.weight"
            case .attentionOutputBias: "attention.dense.bias"
            case .gate: "mlp.dense_h_to_4h.weight"
            case .gateBias: "mlp.dense_h_to_4h.bias"
            case .down: "mlp.dense_4h_to_h.weight"
            case .downBias: "mlp.dense_4h_to_h.bias"
            default: preconditionFailure("GPT-NeoX has no \(role)")
            }
        return "gpt_neox.layers.\(layer).\(part)"
    }

    func ggufPlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace {
        FusedProjection.ggufPlace(of: role, in: shape)
    }

    func usualName(of name: String) -> String {
        name == "lm_head.weight" ? "embed_out.weight" : name
    }

    /// Old exports store the causal mask and the rotary frequencies.
    func isIgnorable(_ name: String) -> Bool {
        [".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"]
            .contains { name.hasSuffix($0) }
    }
}
