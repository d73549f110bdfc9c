/// What a weight tensor is for; the associated number is the layer, from 0.
public enum TensorRole: Hashable, Sendable, CustomStringConvertible {
    case embedding
    case finalNorm
    case head
    case attentionNorm(Int)
    case query(Int)
    case key(Int)
    case value(Int)
    case attentionOutput(Int)
    case mlpNorm(Int)
    case gate(Int)
    case up(Int)
    case down(Int)

    /// The role in words, such as `layer 3 query`.
    public var description: String {
        switch self {
        case .embedding: "embedding"
        case .finalNorm: "final norm"
        case .head: "head"
        case .attentionNorm(let layer): "layer \(layer) attention norm"
        case .query(let layer): "layer \(layer) query"
        case .key(let layer): "layer \(layer) key"
        case .value(let layer): "layer \(layer) value"
        case .attentionOutput(let layer): "layer \(layer) attention output"
        case .mlpNorm(let layer): "layer \(layer) MLP norm"
        case .gate(let layer): "layer \(layer) gate"
        case .up(let layer): "layer \(layer) up"
        case .down(let layer): "layer \(layer) down"
        }
    }
}

extension TensorRole {
    /// Every role that a decoder of this shape has; the head only if it has its own weights.
    static func all(in configuration: ModelConfiguration) -> [TensorRole] {
        var roles: [TensorRole] = [.embedding]
        for layer in 0..<configuration.layerCount {
            roles += [
                .attentionNorm(layer), .query(layer), .key(layer), .value(layer),
                .attentionOutput(layer), .mlpNorm(layer), .gate(layer), .up(layer), .down(layer),
            ]
        }
        roles.append(.finalNorm)
        return configuration.tiedHead ? roles : roles + [.head]
    }

    /// The tensor's name in a GGUF file.
    var ggufName: String {
        switch self {
        case .embedding: "token_embd.weight"
        case .finalNorm: "output_norm.weight"
        case .head: "output.weight"
        case .attentionNorm(let layer): "blk.\(layer).attn_norm.weight"
        case .query(let layer): "blk.\(layer).attn_q.weight"
        case .key(let layer): "blk.\(layer).attn_k.weight"
        case .value(let layer): "blk.\(layer).attn_v.weight"
        case .attentionOutput(let layer): "blk.\(layer).attn_output.weight"
        case .mlpNorm(let layer): "blk.\(layer).ffn_norm.weight"
        case .gate(let layer): "blk.\(layer).ffn_gate.weight"
        case .up(let layer): "blk.\(layer).ffn_up.weight"
        case .down(let layer): "blk.\(layer).ffn_down.weight"
        }
    }

    /// The tensor's name in a Hugging Face directory.
    var huggingFaceName: String {
        switch self {
        case .embedding: "model.embed_tokens.weight"
        case .finalNorm: "model.norm.weight"
        case .head: "lm_head.weight"
        case .attentionNorm(let layer): "model.layers.\(layer).input_layernorm.weight"
        case .query(let layer): "model.layers.\(layer).self_attn.q_proj.weight"
        case .key(let layer): "model.layers.\(layer).self_attn.k_proj.weight"
        case .value(let layer): "model.layers.\(layer).self_attn.v_proj.weight"
        case .attentionOutput(let layer): "model.layers.\(layer).self_attn.o_proj.weight"
        case .mlpNorm(let layer): "model.layers.\(layer).post_attention_layernorm.weight"
        case .gate(let layer): "model.layers.\(layer).mlp.gate_proj.weight"
        case .up(let layer): "model.layers.\(layer).mlp.up_proj.weight"
        case .down(let layer): "model.layers.\(layer).mlp.down_proj.weight"
        }
    }

    /// The shape as (rows, columns); a vector has one dimension, its columns.
    func shape(in configuration: ModelConfiguration) -> [Int] {
        let width = configuration.width
        let queryWidth = configuration.headCount * configuration.headDimension
        let keyWidth = configuration.keyValueHeadCount * configuration.headDimension
        return switch self {
        case .embedding, .head: [configuration.vocabularyCount, width]
        case .finalNorm, .attentionNorm, .mlpNorm: [width]
        case .query: [queryWidth, width]
        case .key, .value: [keyWidth, width]
        case .attentionOutput: [width, queryWidth]
        case .gate, .up: [configuration.neuronCount, width]
        case .down: [width, configuration.neuronCount]
        }
    }

    /// Whether rows of this tensor belong to rotated heads.
    var isRotated: Bool {
        switch self {
        case .query, .key: true
        default: false
        }
    }
}
