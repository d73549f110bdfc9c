import HostileFiles
import Testing
import Tokenizer

@testable import ModelFile

@Suite struct GGUFModelTests {
    private func open(_ builder: GGUFBuilder) throws -> GGUFModel {
        try GGUFModel(GGUFContainer(FileBytes(copying: builder.bytes(), named: "memory")))
    }

    private func expectRefused(
        _ parts: String..., by change: (inout GGUFBuilder) -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var builder = TinyModel.gguf()
        change(&builder)
        for part in parts {
            expectRefusal(part, by: { _ = try open(builder) }, sourceLocation: sourceLocation)
        }
    }

    @Test func readsTheConfiguration() throws {
        let model = try open(TinyModel.gguf())
        #expect(model.configuration == TinyModel.configuration)
        #expect(model.endOfSequenceIDs == [2])
        #expect(model.tokenizer?.vocabularyCount == 5)
    }

    @Test func answersEveryWeightInTheOrderAskedFor() throws {
        let model = try open(TinyModel.gguf())
        for role in TensorRole.all(in: TinyModel.configuration) {
            let reader = try #require(model.readers[role])
            var all: [Float] = []
            var row: [Float] = []
            for index in 0..<reader.rows {
                try reader.readRow(index, into: &row)
                all += row
            }
            #expect(all == TinyModel.weights(role), "\(role)")
        }
    }

    @Test func anOutputTensorMakesTheHeadUntied() throws {
        var builder = TinyModel.gguf()
        builder.add("output.weight", [8, 5], littleEndian([Float](repeating: 2, count: 40)))
        let model = try open(builder)
        #expect(!model.configuration.tiedHead)
        var row: [Float] = []
        try model.readers[.head]?.readRow(4, into: &row)
        #expect(row == [Float](repeating: 2, count: 8))
    }

    @Test func keyLengthOverridesTheSplitWidth() throws {
        var builder = TinyModel.gguf()
        builder.set("llama.attention.key_length", UInt32(6))
        expectRefusal("attn_q.weight", "[12, 8]") { _ = try open(builder) }
    }

    @Test func optionalValuesHaveTheirDefaults() throws {
        var builder = TinyModel.gguf()
        builder.set("llama.rope.freq_base", Float(500_000))
        builder.set("llama.rope.dimension_count", UInt32(2))
        builder.set("llama.rope.scaling.type", "none")
        builder.set("llama.expert_count", UInt32(0))
        let configuration = try open(builder).configuration
        #expect(configuration.rotaryBase == 500_000)
        #expect(configuration.rotaryDimension == 2)
    }

    @Test func rotaryScalingIsRead() throws {
        var linear = TinyModel.gguf()
        linear.set("llama.rope.scaling.type", "linear")
        linear.set("llama.rope.scaling.factor", Float(4))
        #expect(try open(linear).configuration.rotaryScaling == .linear(factor: 4))
        var divided = TinyModel.gguf()
        divided.add("rope_freqs.weight", [2], littleEndian([1, 8]))
        #expect(try open(divided).configuration.rotaryScaling == .divisors([1, 8]))
    }

    @Test(arguments: [
        "general.architecture", "llama.block_count", "llama.embedding_length",
        "llama.feed_forward_length", "llama.attention.head_count", "llama.context_length",
        "llama.attention.layer_norm_rms_epsilon", "tokenizer.ggml.model",
    ])
    func aMissingKeyIsNamed(key: String) {
        expectRefused(key, "missing") { $0.remove(key) }
    }

    @Test(arguments: [0, 513, UInt32.max] as [UInt32])
    func badBlockCountsAreRefused(count: UInt32) {
        expectRefused("layer count") { $0.set("llama.block_count", count) }
    }

    @Test func badShapesOfHeadsAreRefused() {
        expectRefused("head_count", "divide") { $0.set("llama.attention.head_count", UInt32(0)) }
        expectRefused("head_count", "divide") { $0.set("llama.attention.head_count", UInt32(3)) }
        expectRefused("key-value head") { $0.set("llama.attention.head_count_kv", UInt32(0)) }
        expectRefused("key-value head") { $0.set("llama.attention.head_count_kv", UInt32(3)) }
        expectRefused("per layer") { $0.set("llama.attention.head_count", [2] as [Int32]) }
        expectRefused("rotary dimension") { $0.set("llama.rope.dimension_count", UInt32(3)) }
        expectRefused("rotary dimension") { $0.set("llama.rope.dimension_count", UInt32(0)) }
        expectRefused("rotary dimension") { $0.set("llama.rope.dimension_count", UInt32(6)) }
        expectRefused("width") { $0.set("llama.embedding_length", UInt32.max) }
    }

    @Test(arguments: [Float.nan, .infinity, 0, -1])
    func badConstantsAreRefused(value: Float) {
        expectRefused("norm epsilon") {
            $0.set("llama.attention.layer_norm_rms_epsilon", value)
        }
        expectRefused("rotary base") { $0.set("llama.rope.freq_base", value) }
    }

    @Test func valuesOfTheWrongTypeAreRefused() {
        expectRefused("llama.block_count", "a floating-point number") {
            $0.set("llama.block_count", Float(1))
        }
        expectRefused("llama.block_count", "-1") { $0.set("llama.block_count", Int32(-1)) }
        expectRefused("general.architecture", "an unsigned integer") {
            $0.set("general.architecture", UInt32(1))
        }
    }

    @Test func whatIsNotServedIsRefusedByName() {
        expectRefused("\"falcon\"", "llama, qwen2") { $0.set("general.architecture", "falcon") }
        expectRefused("\"adapter\"") { $0.set("general.type", "adapter") }
        expectRefused("\"yarn\"") { $0.set("llama.rope.scaling.type", "yarn") }
        expectRefused("llama.rope.scale_linear") {
            $0.set("llama.rope.scaling.type", "none")
            $0.set("llama.rope.scale_linear", Float(2))
        }
        expectRefused("expert_count") { $0.set("llama.expert_count", UInt32(8)) }
        expectRefused("one of 3 parts") {
            $0.set("split.count", type: 2, littleEndian(UInt16(3)))
        }
        expectRefused("rotary scaling", "3 divisors for 2 pairs") {
            $0.add("rope_freqs.weight", [3], littleEndian([1, 1, 1]))
        }
        expectRefused("rotary scaling", "a divisor is 0") {
            $0.add("rope_freqs.weight", [2], littleEndian([1, 0]))
        }
        expectRefused("rope_freqs.weight", "by a factor and by a tensor") {
            $0.add("rope_freqs.weight", [2], littleEndian([1, 2]))
            $0.set("llama.rope.scaling.factor", Float(2))
        }
        expectRefused("a bias tensor") {
            $0.add("blk.0.attn_norm.bias", [2], littleEndian([1, 1]))
        }
        expectRefused("\"blk.0.attn_k.bias\"", "missing") {
            $0.add("blk.0.attn_q.bias", [8], littleEndian(Array(repeating: 1, count: 8)))
        }
        expectRefused("\"blk.1.attn_norm.weight\"") {
            $0.add("blk.1.attn_norm.weight", [2], littleEndian([1, 1]))
        }
        expectRefused("the type IQ2_S") {
            $0.tensors[0].type = 22
            $0.tensors[0].dimensions = [256, 5]
            $0.tensors[0].data = [UInt8](repeating: 0, count: 5 * 82)
            $0.set("llama.embedding_length", UInt32(256))
        }
    }

    @Test func tensorsMustBeThereInTheirShapes() {
        expectRefused("\"output_norm.weight\"", "missing") { builder in
            builder.tensors.removeAll { $0.name == Array("output_norm.weight".utf8) }
        }
        expectRefused("token_embd.weight", "[5, 8]") { $0.tensors[0].dimensions = [5, 8] }
        expectRefused("token_embd.weight", "shape") { $0.tensors[0].dimensions = [8, 5, 1] }
        expectRefused("a vocabulary and no weights") { $0.tensors = [] }
        expectRefused("past the") { $0.hasData = false }
    }

    @Test func vocabulariesMustAgreeWithThemselvesAndTheWeights() {
        expectRefused("scores", "4 entries for 5 tokens") {
            $0.set("tokenizer.ggml.scores", [0, 0, 0, 0] as [Float])
        }
        expectRefused("token_type") { $0.set("tokenizer.ggml.token_type", [1] as [Int32]) }
        expectRefused("scores", "NaN") {
            $0.set("tokenizer.ggml.scores", [0, 0, 0, 0, .nan] as [Float])
        }
        expectRefused("tokens", "array") { $0.set("tokenizer.ggml.tokens", [1, 2] as [Int32]) }
        expectRefused("embedding rows") {
            $0.set("llama.vocab_size", UInt32(5))
            $0.vocabulary(6)
        }
        expectRefused("token_embd.weight") { $0.set("llama.vocab_size", UInt32(6)) }
        for name in ["bos", "eos", "unknown", "padding", "eot"] {
            expectRefused("\(name)_token_id", "outside") {
                $0.set("tokenizer.ggml.\(name)_token_id", UInt32(5))
            }
        }
    }

    @Test func theAbsentIDIsNone() throws {
        var builder = TinyModel.gguf()
        builder.set("tokenizer.ggml.eos_token_id", UInt32.max)
        #expect(try open(builder).endOfSequenceIDs == [])
        builder.set("tokenizer.ggml.eot_token_id", UInt32(3))
        #expect(try open(builder).endOfSequenceIDs == [3])
    }
}

extension GGUFBuilder {
    /// Replaces the vocabulary by one of so many tokens.
    mutating func vocabulary(_ count: Int) {
        set("tokenizer.ggml.tokens", (0..<count).map { $0 == 0 ? "<unk>" : "t\($0)" })
        set("tokenizer.ggml.scores", [Float](repeating: 0, count: count))
        set("tokenizer.ggml.token_type", [2] + [Int32](repeating: 1, count: count - 1))
    }
}
