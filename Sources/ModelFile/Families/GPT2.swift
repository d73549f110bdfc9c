/// GPT-2: learned positions, norms and products with biases, an MLP without a gate.
struct GPT2Family: ModelFamily {
    let architecture = "gpt2"
    let huggingFaceType = "gpt2"
    let huggingFaceClass = "GPT2LMHeadModel"

    private static var block: BlockStyle {
        var block = BlockStyle.ungated(.geluTanh)
        block.positions = .learned
        block.biases.queryKeyValue = true
        block.biases.attentionOutput = true
        return block
    }

    func configuration(
        _ file: HuggingFaceConfiguration
    ) throws(ModelFileError) -> ModelConfiguration {
        try file.refuse([
            "add_cross_attention", "scale_attn_by_inverse_layer_idx", "rope_scaling",
            "rope_parameters",
        ])
        try file.requireTrue("scale_attn_weights")
        var shape = try file.decoder(architecture, .gpt)
        shape.block = Self.block
        shape.block.activation = try file.gelu("activation_function", absent: .geluTanh)
        shape.rotaryDimension = 0
        shape.tiedHead = try file.bool("tie_word_embeddings") ?? true
        return try shape.validated(in: file.file)
    }

    func configuration(_ file: GGUFContainer) throws(ModelFileError) -> ModelConfiguration {
        try file.refuseWindow()
        return try file.decoder(Self.block).validated(in: file.bytes.path)
    }

    /// Matrices of a directory are kept as (inputs, outputs).
    func huggingFacePlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace {
        guard let layer = role.layer else { return Self.place(outsideLayers: role) }
        let place = { (part: String, isTransposed: Bool) in
            TensorPlace(name: "transformer.h.\(layer).\(part)", isTransposed: isTransposed)
        }
        switch role {
        case .attentionNorm: return place("ln_1.weight", false)
        case .attentionNormBias: return place("ln_1.bias", false)
        case .mlpNorm: return place("ln_2.weight", false)
        case .mlpNormBias: return place("ln_2.bias", false)
        case .attentionOutput: return place("attn.c_proj.weight", true)
        case .attentionOutputBias: return place("attn.c_proj.bias", false)
        case .gate: return place("mlp.c_fc.weight", true)
        case .gateBias: return place("mlp.c_fc.bias", false)
        case .down: return place("mlp.c_proj.weight", true)
        case .downBias: return place("mlp.c_proj.bias", false)
        default:
            return FusedProjection.stacked(
                role, in: shape,
                place(
                    "attn.c_attn.\(role.isProductBias ? "bias" : "weight")", !role.isProductBias))
        }
    }

    private static func place(outsideLayers role: TensorRole) -> TensorPlace {
        switch role {
        case .embedding: TensorPlace(name: "transformer.wte.weight")
        case .positionEmbedding: TensorPlace(name: "transformer.wpe.weight")
        case .finalNorm: TensorPlace(name: "transformer.ln_f.weight")
        case .finalNormBias: TensorPlace(name: "transformer.ln_f.bias")
        default: TensorPlace(name: role.huggingFaceName)
        }
    }

    func ggufPlace(of role: TensorRole, in shape: ModelConfiguration) -> TensorPlace {
        FusedProjection.ggufPlace(of: role, in: shape)
    }

    /// The first releases leave the model's own prefix out.
    func usualName(of name: String) -> String {
        name.hasPrefix("transformer.") || name.hasPrefix("lm_head.") ? name : "transformer." + name
    }

    /// Old exports store the causal mask.
    func isIgnorable(_ name: String) -> Bool {
        name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias")
    }
}
