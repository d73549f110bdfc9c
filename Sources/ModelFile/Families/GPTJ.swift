/// GPT-J: attention and MLP read one norm side by side, interleaved rotation of the first
/// dimensions of a head, biases in the MLP and the head alone.
struct GPTJFamily: ModelFamily {
    let architecture = "gptj"
    let huggingFaceType = "gptj"
    let huggingFaceClass = "GPTJForCausalLM"

    private static var block: BlockStyle {
        var block = BlockStyle.ungated(.geluTanh)
        block.residual = .parallelSharedNorm
        block.positions = .rotaryInterleaved
        block.biases.head = true
        return block
    }

    func configuration(
        _ file: HuggingFaceConfiguration
    ) throws(ModelFileError) -> ModelConfiguration {
        try file.refuse(["rope_scaling", "rope_parameters"])
        var shape = try file.decoder(architecture, .gpt)
        shape.block = Self.block
        shape.block.activation = try file.gelu("activation_function", absent: .geluTanh)
        shape.rotaryDimension = try file.requiredInteger("rotary_dim")
        return try shape.validated(in: file.file)
    }

    func configuration(_ file: GGUFContainer) throws(ModelFileError) -> ModelConfiguration {
        try file.refuseWindow()
        return try file.decoder(Self.block).validated(in: file.bytes.path)
    }

    func huggingFacePlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace {
        TensorPlace(name: Self.name(of: role))
    }

    private static func name(of role: TensorRole) -> String {
        guard let layer = role.layer else {
            return switch role {
            case .embedding: "transformer.wte.weight"
            case .finalNorm: "transformer.ln_f.weight"
            case .finalNormBias: "transformer.ln_f.bias"
            default: role.huggingFaceName
            }
        }
        let part =
            switch role {
            case .attentionNorm: "ln_1.weight"
            case .attentionNormBias: "ln_1.bias"
            case .query: "attn.q_proj.weight"
            case .key: "attn.k_proj.weight"
            case .value: "attn.v_proj.weight"
            case .attentionOutput: "attn.out_proj.weight"
            case .gate: "mlp.fc_in.weight"
            case .gateBias: "mlp.fc_in.bias"
            case .down: "mlp.fc_out.weight"
            case .downBias: "mlp.fc_out.bias"
            default: preconditionFailure("GPT-J has no \(role)")
            }
        return "transformer.h.\(layer).\(part)"
    }

    func ggufPlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace {
        TensorPlace(name: role.ungatedName)
    }

    /// Old exports store the causal mask.
    func isIgnorable(_ name: String) -> Bool {
        name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias")
    }
}
