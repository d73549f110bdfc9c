extension TensorRole: CustomStringConvertible {
    /// The role in words, such as `layer 3 query`.
    public var description: String {
        guard let layer else { return words }
        return "layer \(layer) \(words)"
    }

    /// The layer, from 0; nil for what a model has once.
    var layer: Int? {
        switch self {
        case .embedding, .positionEmbedding, .finalNorm, .finalNormBias, .head, .headBias: nil
        case .attentionNorm(let layer), .attentionNormBias(let layer), .query(let layer),
            .key(let layer), .value(let layer), .queryBias(let layer), .keyBias(let layer),
            .valueBias(let layer), .queryNorm(let layer), .keyNorm(let layer),
            .attentionOutput(let layer), .attentionOutputBias(let layer), .mlpNorm(let layer),
            .mlpNormBias(let layer), .gate(let layer), .gateBias(let layer), .up(let layer),
            .upBias(let layer), .down(let layer), .downBias(let layer):
            layer
        }
    }

    private var words: String {
        switch self {
        case .embedding: "embedding"
        case .positionEmbedding: "position embedding"
        case .finalNorm: "final norm"
        case .finalNormBias: "final norm bias"
        case .head: "head"
        case .headBias: "head bias"
        case .attentionNorm: "attention norm"
        case .attentionNormBias: "attention norm bias"
        case .query: "query"
        case .key: "key"
        case .value: "value"
        case .queryBias: "query bias"
        case .keyBias: "key bias"
        case .valueBias: "value bias"
        case .queryNorm: "query norm"
        case .keyNorm: "key norm"
        case .attentionOutput: "attention output"
        case .attentionOutputBias: "attention output bias"
        case .mlpNorm: "MLP norm"
        case .mlpNormBias: "MLP norm bias"
        case .gate: "gate"
        case .gateBias: "gate bias"
        case .up: "up"
        case .upBias: "up bias"
        case .down: "down"
        case .downBias: "down bias"
        }
    }

    /// The tensor's usual name in a GGUF file; families say where theirs differ.
    var ggufName: String {
        guard let layer else { return ggufPart }
        return "blk.\(layer).\(ggufPart)"
    }

    private var ggufPart: String {
        switch self {
        case .embedding: "token_embd.weight"
        case .positionEmbedding: "position_embd.weight"
        case .finalNorm: "output_norm.weight"
        case .finalNormBias: "output_norm.bias"
        case .head: "output.weight"
        case .headBias: "output.bias"
        case .attentionNorm: "attn_norm.weight"
        case .attentionNormBias: "attn_norm.bias"
        case .query: "attn_q.weight"
        case .key: "attn_k.weight"
        case .value: "attn_v.weight"
        case .queryBias: "attn_q.bias"
        case .keyBias: "attn_k.bias"
        case .valueBias: "attn_v.bias"
        case .queryNorm: "attn_q_norm.weight"
        case .keyNorm: "attn_k_norm.weight"
        case .attentionOutput: "attn_output.weight"
        case .attentionOutputBias: "attn_output.bias"
        case .mlpNorm: "ffn_norm.weight"
        case .mlpNormBias: "ffn_norm.bias"
        case .gate: "ffn_gate.weight"
        case .gateBias: "ffn_gate.bias"
        case .up: "ffn_up.weight"
        case .upBias: "ffn_up.bias"
        case .down: "ffn_down.weight"
        case .downBias: "ffn_down.bias"
        }
    }

    /// The tensor's name in a Hugging Face directory of the Llama family.
    var huggingFaceName: String {
        guard let layer else { return llamaPart }
        return "model.layers.\(layer).\(llamaPart)"
    }

    private var llamaPart: String {
        switch self {
        case .embedding: "model.embed_tokens.weight"
        case .positionEmbedding: "model.embed_positions.weight"
        case .finalNorm: "model.norm.weight"
        case .finalNormBias: "model.norm.bias"
        case .head: "lm_head.weight"
        case .headBias: "lm_head.bias"
        case .attentionNorm: "input_layernorm.weight"
        case .attentionNormBias: "input_layernorm.bias"
        case .query: "self_attn.q_proj.weight"
        case .key: "self_attn.k_proj.weight"
        case .value: "self_attn.v_proj.weight"
        case .queryBias: "self_attn.q_proj.bias"
        case .keyBias: "self_attn.k_proj.bias"
        case .valueBias: "self_attn.v_proj.bias"
        case .queryNorm: "self_attn.q_norm.weight"
        case .keyNorm: "self_attn.k_norm.weight"
        case .attentionOutput: "self_attn.o_proj.weight"
        case .attentionOutputBias: "self_attn.o_proj.bias"
        case .mlpNorm: "post_attention_layernorm.weight"
        case .mlpNormBias: "post_attention_layernorm.bias"
        case .gate: "mlp.gate_proj.weight"
        case .gateBias: "mlp.gate_proj.bias"
        case .up: "mlp.up_proj.weight"
        case .upBias: "mlp.up_proj.bias"
        case .down: "mlp.down_proj.weight"
        case .downBias: "mlp.down_proj.bias"
        }
    }
}
