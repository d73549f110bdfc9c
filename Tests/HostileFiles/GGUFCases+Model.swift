extension HostileCase {
    private static let group = "Model level"

    /// Settings, tensors and vocabulary of a model.
    static let ggufModel = shape + constants + tensors + vocabulary + ids

    private static func model(
        _ name: String, _ parts: String..., by change: (inout GGUFBuilder) -> Void
    ) -> HostileCase {
        var builder = GGUFBuilder.model()
        change(&builder)
        return gguf(group, name, builder.bytes(), .refused(parts))
    }

    private static let shape: [HostileCase] =
        ([0, 513, 1 << 20, .max] as [UInt32]).map { count in
            model("block count \(count)", "layer count", "1 to 512") {
                $0.set("llama.block_count", count)
            }
        } + [
            model("head count 0", "head_count") {
                $0.set("llama.attention.head_count", UInt32(0))
            },
            model("head count that does not divide", "head_count", "divide") {
                $0.set("llama.attention.head_count", UInt32(3))
            },
            model("key-value head count 0", "key-value head") {
                $0.set("llama.attention.head_count_kv", UInt32(0))
            },
            model("key-value head count that does not divide", "key-value head") {
                $0.set("llama.attention.head_count_kv", UInt32(3))
            },
            model("odd rotary dimension", "rotary dimension") {
                $0.set("llama.rope.dimension_count", UInt32(3))
            },
            model("rotary dimension above the head's", "rotary dimension") {
                $0.set("llama.rope.dimension_count", UInt32(6))
            },
            model("huge width", "width") { $0.set("llama.embedding_length", UInt32.max) },
            model("width 0", "width") { $0.set("llama.embedding_length", UInt32(0)) },
            model("huge heads", "head") {
                $0.set("llama.attention.head_count", UInt32(1 << 20))
                $0.set("llama.attention.key_length", UInt32(1 << 20))
                $0.set("llama.attention.value_length", UInt32(1 << 20))
            },
            model("huge context", "context length") {
                $0.set("llama.context_length", UInt64(1) << 62)
            },
            model("count of the wrong type", "llama.block_count", "floating-point") {
                $0.set("llama.block_count", Float(1))
            },
            model("negative count", "llama.block_count", "-1") {
                $0.set("llama.block_count", Int32(-1))
            },
            model("architecture of the wrong type", "general.architecture", "unsigned integer") {
                $0.set("general.architecture", UInt32(1))
            },
            model("unknown architecture", "\"made-up\"", "llama") {
                $0.set("general.architecture", "made-up")
            },
        ]
        + [
            "llama.block_count", "llama.embedding_length", "llama.feed_forward_length",
            "llama.attention.head_count", "llama.context_length",
            "llama.attention.layer_norm_rms_epsilon",
        ].map { key in model("without \(key)", key, "missing") { $0.remove(key) } }

    private static let constants: [HostileCase] =
        ([.nan, .infinity, -.infinity, 0, -1] as [Float]).flatMap { value in
            [
                model("epsilon \(value)", "norm epsilon", "finite number above 0") {
                    $0.set("llama.attention.layer_norm_rms_epsilon", value)
                },
                model("theta \(value)", "rotary base", "finite number above 0") {
                    $0.set("llama.rope.freq_base", value)
                },
                model("divisor \(value)", value.isFinite ? "rotary scaling" : "rope_freqs.weight") {
                    $0.add("rope_freqs.weight", [2], littleEndian([1, value]))
                },
            ]
        } + [
            model("scaling factor 0", "rotary scaling") {
                $0.set("llama.rope.scaling.type", "linear")
                $0.set("llama.rope.scaling.factor", Float(0))
            },
            model("unknown scaling", "\"spiral\"") {
                $0.set("llama.rope.scaling.type", "spiral")
            },
        ]

    private static let tensors: [HostileCase] =
        ["token_embd.weight", "blk.0.attn_q.weight", "output_norm.weight"].map { name in
            model("without \(name)", "\"\(name)\"", "missing") { builder in
                builder.tensors.removeAll { $0.name == Array(name.utf8) }
                // Without the embedding its rows are counted by another key.
                builder.set("llama.vocab_size", UInt32(5))
            }
        } + [
            model("wrong shape", "blk.0.ffn_up.weight", "shape", "[6, 8]") {
                $0.change("blk.0.ffn_up.weight") { $0.dimensions = [6, 8] }
            },
            model("vector with two dimensions", "output_norm.weight", "shape") {
                $0.change("output_norm.weight") { $0.dimensions = [4, 2] }
            },
            model("tensor of another layer", "\"blk.1.attn_norm.weight\"") {
                $0.add("blk.1.attn_norm.weight", [8], littleEndian([Float](repeating: 1, count: 8)))
            },
        ]

    private static let vocabulary: [HostileCase] = [
        model("more tokens than rows", "embedding rows") {
            $0.set("llama.vocab_size", UInt32(5))
            $0.set("tokenizer.ggml.tokens", ["<unk>", "a", "b", "c", "d", "e"])
            $0.set("tokenizer.ggml.scores", [Float](repeating: 0, count: 6))
            $0.set("tokenizer.ggml.token_type", [2, 1, 1, 1, 1, 1] as [Int32])
        },
        model("more rows than tokens", "token_embd.weight") {
            $0.set("llama.vocab_size", UInt32(6))
        },
        model("scores shorter than tokens", "tokenizer.ggml.scores", "4 entries for 5 tokens") {
            $0.set("tokenizer.ggml.scores", [Float](repeating: 0, count: 4))
        },
        model("types shorter than tokens", "token_type", "4 entries for 5 tokens") {
            $0.set("tokenizer.ggml.token_type", [2, 3, 3, 1] as [Int32])
        },
        model("score NaN", "tokenizer.ggml.scores", "NaN") {
            $0.set("tokenizer.ggml.scores", [0, 0, 0, 0, .nan] as [Float])
        },
        model("unknown token type", "token_type", "9") {
            $0.set("tokenizer.ggml.token_type", [2, 3, 3, 1, 9] as [Int32])
        },
        model("byte token <0x-1>", "byte token") { $0.setByteToken("<0x-1>") },
        model("byte token <0xZZ>", "byte token") { $0.setByteToken("<0xZZ>") },
        model("byte token <0x100>", "byte token") { $0.setByteToken("<0x100>") },
        model("merge of one part", "merge 0") { $0.setMerges(["ab"]) },
        model("merge of three parts", "merge 0") { $0.setMerges(["a b c"]) },
        model("merge of a token that is not there", "merge 0", "not in the vocabulary") {
            $0.setMerges(["a c"])
        },
        model("merge into a token that is not there", "merge 0", "not in the vocabulary") {
            $0.setMerges(["b a"])
        },
        model("200,000 merges of which the last is bad", "merge 199999") {
            $0.setMerges([String](repeating: "a b", count: 199_999) + ["a"])
        },
        model("200,000 tokens for five rows", "embedding") {
            $0.set("llama.vocab_size", UInt32(5))
            $0.set("tokenizer.ggml.tokens", (0..<200_000).map { String($0, radix: 36) })
            $0.set("tokenizer.ggml.scores", [Float](repeating: 0, count: 200_000))
            $0.set("tokenizer.ggml.token_type", [Int32](repeating: 1, count: 200_000))
        },
        model("unknown kind of tokenizer", "tokenizer", "\"made-up\"") {
            $0.set("tokenizer.ggml.model", "made-up")
        },
    ]

    private static let ids: [HostileCase] =
        ["bos", "eos", "unknown", "padding", "eot"].flatMap { name in
            let key = "tokenizer.ggml.\(name)_token_id"
            return [
                model("\(name) above the vocabulary", key, "outside the vocabulary of 5") {
                    $0.set(key, UInt32(5))
                },
                read(group, "no \(name), as 0xFFFFFFFF says", base: .model()) {
                    $0.set(key, UInt32.max)
                },
            ]
        }
}

extension GGUFBuilder {
    fileprivate mutating func setByteToken(_ text: String) {
        set("tokenizer.ggml.tokens", ["<unk>", "<s>", "</s>", "a", text])
        set("tokenizer.ggml.token_type", [2, 3, 3, 1, 6] as [Int32])
    }

    /// A byte-level vocabulary of five tokens and these merges.
    fileprivate mutating func setMerges(_ merges: [String]) {
        set("tokenizer.ggml.model", "gpt2")
        set("tokenizer.ggml.pre", "gpt-2")
        set("tokenizer.ggml.tokens", ["<unk>", "<s>", "a", "b", "ab"])
        set("tokenizer.ggml.token_type", [2, 3, 1, 1, 1] as [Int32])
        set("tokenizer.ggml.merges", merges)
    }
}
