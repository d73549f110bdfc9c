extension GGUFBuilder {
    /// A container with one key and two tensors.
    package static func container() -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.set("key", UInt32(7))
        builder.add("first", [4, 2], littleEndian([1, 2, 3, 4, 5, 6, 7, 8]))
        builder.add("second", [32], type: 8, [UInt8](repeating: 0, count: 34))
        return builder
    }

    /// The keys of a small llama and of its vocabulary, and no tensors.
    package static func keys(
        width: Int = 8, headDimension: Int = 4, neurons: Int = 6
    ) -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.set("general.architecture", "llama")
        builder.set("general.name", "tiny")
        builder.set("llama.block_count", UInt32(1))
        builder.set("llama.embedding_length", UInt32(width))
        builder.set("llama.feed_forward_length", UInt32(neurons))
        builder.set("llama.attention.head_count", UInt32(2))
        builder.set("llama.attention.head_count_kv", UInt32(1))
        if headDimension * 2 != width {
            builder.set("llama.attention.key_length", UInt32(headDimension))
            builder.set("llama.attention.value_length", UInt32(headDimension))
        }
        builder.set("llama.attention.layer_norm_rms_epsilon", Float(1e-5))
        builder.set("llama.context_length", UInt32(16))
        builder.setVocabulary()
        return builder
    }

    /// Five tokens of a SentencePiece vocabulary.
    package mutating func setVocabulary() {
        set("tokenizer.ggml.model", "llama")
        set("tokenizer.ggml.tokens", ["<unk>", "<s>", "</s>", "a", "b"])
        set("tokenizer.ggml.scores", [Float](repeating: 0, count: 5))
        set("tokenizer.ggml.token_type", [2, 3, 3, 1, 1] as [Int32])
        set("tokenizer.ggml.bos_token_id", UInt32(1))
        set("tokenizer.ggml.eos_token_id", UInt32(2))
        set("tokenizer.ggml.unknown_token_id", UInt32(0))
        set("tokenizer.ggml.padding_token_id", UInt32.max)
    }

    /// A whole llama of one layer, every weight 0.5.
    package static func model(
        width: Int = 8, headDimension: Int = 4, neurons: Int = 6
    ) -> GGUFBuilder {
        var builder = keys(width: width, headDimension: headDimension, neurons: neurons)
        func add(_ name: String, _ dimensions: Int...) {
            let count = dimensions.reduce(1, *)
            builder.add(
                name, dimensions.map(UInt64.init),
                littleEndian([Float](repeating: 0.5, count: count)))
        }
        add("token_embd.weight", width, 5)
        add("blk.0.attn_norm.weight", width)
        add("blk.0.attn_q.weight", width, 2 * headDimension)
        add("blk.0.attn_k.weight", width, headDimension)
        add("blk.0.attn_v.weight", width, headDimension)
        add("blk.0.attn_output.weight", 2 * headDimension, width)
        add("blk.0.ffn_norm.weight", width)
        add("blk.0.ffn_gate.weight", width, neurons)
        add("blk.0.ffn_up.weight", width, neurons)
        add("blk.0.ffn_down.weight", neurons, width)
        add("output_norm.weight", width)
        return builder
    }

    /// The same model with every matrix of whole blocks stored as copies of one block.
    package func storingMatrices(
        as type: UInt32, blockLength: Int, block: [UInt8]
    ) -> GGUFBuilder {
        var result = self
        for index in tensors.indices where tensors[index].dimensions.count == 2 {
            let columns = Int(tensors[index].dimensions[0])
            guard columns % blockLength == 0 else { continue }
            let count = columns / blockLength * Int(tensors[index].dimensions[1])
            result.tensors[index].type = type
            result.tensors[index].data = Array(repeatElement(block, count: count).joined())
        }
        return result
    }

    /// Changes one tensor.
    package mutating func change(_ name: String, _ body: (inout Tensor) -> Void) {
        guard let index = tensors.firstIndex(where: { $0.name == Array(name.utf8) }) else {
            preconditionFailure("there is no tensor \(name)")
        }
        body(&tensors[index])
    }
}
