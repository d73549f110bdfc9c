import ModelFile

@testable import ModelFile

/// A llama of a few hundred weights, as GGUF and as a Hugging Face directory.
enum TinyModel {
    static let configuration = ModelConfiguration(
        architecture: "llama", layerCount: 1, width: 8, headCount: 2, keyValueHeadCount: 1,
        headDimension: 4, neuronCount: 6, vocabularyCount: 5, contextLength: 16,
        normEpsilon: 1e-5, rotaryBase: 10_000, rotaryDimension: 4, tiedHead: true)

    static let tokens = ["<unk>", "<s>", "</s>", "a", "b"]

    /// The weights of a role in the order that is asked for, row-major.
    static func weights(_ role: TensorRole) -> [Float] {
        let seed = role.ggufName.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
        var generator = Generator(state: seed)
        let count = role.shape(in: configuration).reduce(1, *)
        return (0..<count).map { _ in generator.float() }
    }

    /// The weights with query and key rows interleaved, as GGUF keeps them.
    static func storedWeights(_ role: TensorRole) -> [Float] {
        let plain = weights(role)
        guard role.isRotated else { return plain }
        let width = configuration.width
        let order = [0, 2, 1, 3]
        let rows = plain.count / width
        return (0..<rows).flatMap { row in
            let source = row / 4 * 4 + order[row % 4]
            return plain[source * width..<(source + 1) * width]
        }
    }

    /// A GGUF file with the standard keys, a vocabulary, and all tensors as F32.
    static func gguf() -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.set("general.architecture", "llama")
        builder.set("general.name", "tiny")
        builder.set("llama.block_count", UInt32(1))
        builder.set("llama.embedding_length", UInt32(8))
        builder.set("llama.feed_forward_length", UInt32(6))
        builder.set("llama.attention.head_count", UInt32(2))
        builder.set("llama.attention.head_count_kv", UInt32(1))
        builder.set("llama.attention.layer_norm_rms_epsilon", Float(1e-5))
        builder.set("llama.context_length", UInt32(16))
        builder.set("tokenizer.ggml.model", "llama")
        builder.set("tokenizer.ggml.tokens", tokens)
        builder.set("tokenizer.ggml.scores", [Float](repeating: 0, count: tokens.count))
        builder.set("tokenizer.ggml.token_type", [2, 3, 3, 1, 1] as [Int32])
        builder.set("tokenizer.ggml.bos_token_id", UInt32(1))
        builder.set("tokenizer.ggml.eos_token_id", UInt32(2))
        builder.set("tokenizer.ggml.unknown_token_id", UInt32(0))
        builder.set("tokenizer.ggml.padding_token_id", UInt32.max)
        for role in TensorRole.all(in: configuration) {
            let dimensions = role.shape(in: configuration).reversed().map { UInt64($0) }
            builder.add(role.ggufName, dimensions, littleEndian(storedWeights(role)))
        }
        return builder
    }

    static let configurationJSON: [String: String] = [
        "architectures": "[\"LlamaForCausalLM\"]", "model_type": "\"llama\"",
        "num_hidden_layers": "1", "hidden_size": "8", "intermediate_size": "6",
        "num_attention_heads": "2", "num_key_value_heads": "1", "vocab_size": "5",
        "max_position_embeddings": "16", "rms_norm_eps": "1e-05", "rope_theta": "10000.0",
        "hidden_act": "\"silu\"", "tie_word_embeddings": "true", "eos_token_id": "2",
    ]

    /// config.json with some members replaced; nil leaves one out.
    static func configurationText(_ changes: [String: String?] = [:]) -> String {
        var members = configurationJSON
        for (key, value) in changes { members[key] = value }
        let lines = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        return "{\n  \(lines.joined(separator: ",\n  "))\n}\n"
    }

    /// A safetensors file with the tensors of these roles.
    static func safetensors(
        _ roles: [TensorRole] = TensorRole.all(in: configuration)
    ) throws -> SafetensorsWriter {
        var writer = SafetensorsWriter(metadata: ["format": "pt"])
        for role in roles {
            try writer.add(
                role.huggingFaceName, shape: role.shape(in: configuration), weights(role))
        }
        return writer
    }

    /// Writes a Hugging Face directory with one weight file.
    static func directory(_ changes: [String: String?] = [:]) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write("config.json", configurationText(changes))
        try directory.write("model.safetensors", safetensors().serialized())
        return directory
    }
}
