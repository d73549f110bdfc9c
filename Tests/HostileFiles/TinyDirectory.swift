import ModelFile

/// The files of a small llama in a Hugging Face directory.
package enum TinyDirectory {
    /// The members of config.json.
    package static let configuration: [String: String] = [
        "architectures": "[\"LlamaForCausalLM\"]", "model_type": "\"llama\"",
        "num_hidden_layers": "1", "hidden_size": "8", "intermediate_size": "6",
        "num_attention_heads": "2", "num_key_value_heads": "1", "vocab_size": "5",
        "max_position_embeddings": "16", "rms_norm_eps": "1e-05", "rope_theta": "10000.0",
        "hidden_act": "\"silu\"", "tie_word_embeddings": "true", "eos_token_id": "2",
    ]

    /// config.json with some members replaced; nil leaves one out.
    package static func configurationText(_ changes: [String: String?] = [:]) -> String {
        var members = configuration
        for (key, value) in changes { members[key] = value }
        let lines = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        return "{\n  \(lines.joined(separator: ",\n  "))\n}\n"
    }

    /// The tensors by name with their shapes, rows first.
    static let shapes: [(name: String, shape: [Int])] = [
        ("model.embed_tokens.weight", [5, 8]),
        ("model.layers.0.input_layernorm.weight", [8]),
        ("model.layers.0.self_attn.q_proj.weight", [8, 8]),
        ("model.layers.0.self_attn.k_proj.weight", [4, 8]),
        ("model.layers.0.self_attn.v_proj.weight", [4, 8]),
        ("model.layers.0.self_attn.o_proj.weight", [8, 8]),
        ("model.layers.0.post_attention_layernorm.weight", [8]),
        ("model.layers.0.mlp.gate_proj.weight", [6, 8]),
        ("model.layers.0.mlp.up_proj.weight", [6, 8]),
        ("model.layers.0.mlp.down_proj.weight", [8, 6]),
        ("model.norm.weight", [8]),
    ]

    /// A weight file with those tensors that `isKept` chooses, every weight 0.5 but for one.
    static func weights(
        spoiled: (name: String, index: Int, value: Float)? = nil, asHalves: Bool = false,
        isKept: (String) -> Bool = { _ in true }
    ) -> [UInt8] {
        var writer = SafetensorsWriter(metadata: ["format": "pt"])
        for (name, shape) in shapes where isKept(name) {
            var values = [Float](repeating: 0.5, count: shape.reduce(1, *))
            if let spoiled, spoiled.name == name { values[spoiled.index] = spoiled.value }
            // Names and shapes are the table's, so that the writer has nothing to refuse.
            if asHalves {
                try? writer.add(name, shape: shape, values.map { Float16($0) })
            } else {
                try? writer.add(name, shape: shape, values)
            }
        }
        return writer.serialized()
    }
}
