import TestSupport
import Testing

@testable import ModelFile

/// What a configuration of each family means, on the tiny Llama's config.json with changes.
@Suite struct FamilyConfigurationTests {
    /// Reads config.json alone.
    private func shape(
        _ type: String, _ changes: [String: String?] = [:]
    ) throws -> ModelConfiguration {
        let family = try #require(ModelFamilies.all.first { $0.huggingFaceType == type })
        let names: [String: String?] = [
            "model_type": "\"\(type)\"", "architectures": "[\"\(family.huggingFaceClass)\"]",
        ]
        let directory = try TinyModel.directory(changes.merging(names) { $1 })
        let folder = try ModelDirectory(directory.path)
        return try HuggingFaceConfiguration(
            file: "config.json",
            object: try folder.object("config.json", limit: Limits.configurationByteCount)
        ).decoder().1
    }

    @Test func mistralSeesAWindowUnlessItsFileSaysNone() throws {
        #expect(try shape("mistral").window == AttentionWindow(positions: 4096, layers: nil))
        #expect(try shape("mistral", ["sliding_window": "null"]).window == nil)
        let near = try shape("mistral", ["sliding_window": "3"])
        #expect(near.window(ofLayer: 0) == 3)
        let far = try shape("mistral", ["sliding_window": "1000000"])
        #expect(far.window(ofLayer: 0) == nil)
        expectRefusal("sliding window") { _ = try shape("mistral", ["sliding_window": "0"]) }
    }

    @Test(arguments: ["qwen2", "qwen3"])
    func qwenSeesAWindowOnlyIfItsFileSaysSo(type: String) throws {
        let window: [String: String?] = ["sliding_window": "3", "max_window_layers": "1"]
        #expect(try shape(type, window).window == nil)
        func used(_ changes: [String: String?]) throws -> AttentionWindow? {
            try shape(
                type,
                window.merging(["use_sliding_window": "true"]) { $1 }.merging(changes) { $1 }
            ).window
        }
        #expect(try used([:]) == AttentionWindow(positions: 3, layers: []))
        #expect(
            try used(["max_window_layers": "0"]) == AttentionWindow(positions: 3, layers: [0]))
        #expect(
            try used(["layer_types": "[\"sliding_attention\"]"])
                == AttentionWindow(positions: 3, layers: [0]))
        expectRefusal("layer_types", "1 strings") { _ = try used(["layer_types": "[]"]) }
        expectRefusal("layer_types", "\"chunked\"") {
            _ = try used(["layer_types": "[\"chunked\"]"])
        }
        expectRefusal("layer_types", "without a window") {
            _ = try shape(type, ["layer_types": "[\"sliding_attention\"]"])
        }
    }

    @Test func familiesSayWhereTheyAddBiases() throws {
        #expect(try shape("qwen2").block.biases.queryKeyValue)
        #expect(try !shape("qwen2").block.biases.attentionOutput)
        #expect(try shape("llama", ["attention_bias": "true"]).block.biases.attentionOutput)
        #expect(try shape("llama", ["mlp_bias": "true"]).block.biases.mlp)
        #expect(try shape("qwen3").block.normalizesHeads)
        #expect(try shape("qwen3", ["head_dim": nil]).headDimension == 128)
    }

    @Test func gptNeoXRotatesAShare() throws {
        let changes: [String: String?] = [
            "layer_norm_eps": "1e-5", "hidden_act": "\"gelu\"", "rope_theta": nil,
        ]
        func rotated(_ more: [String: String?]) throws -> ModelConfiguration {
            try shape("gpt_neox", changes.merging(more) { $1 })
        }
        let share = #"{"partial_rotary_factor": 0.5, "rope_theta": 7, "rope_type": "default"}"#
        #expect(try rotated(["rotary_pct": "0.5"]).rotaryDimension == 2)
        #expect(try rotated(["rope_parameters": share]).rotaryDimension == 2)
        #expect(try rotated(["rope_parameters": share]).rotaryBase == 7)
        #expect(
            try rotated(["rotary_pct": "1.0", "use_parallel_residual": "false"]).block.residual
                == .sequential)
        expectRefusal("rotary_pct", "contradicts") {
            _ = try rotated(["rotary_pct": "1.0", "rope_parameters": share])
        }
        for share in ["0", "-1", "1.5"] {
            expectRefusal("rotary_pct") { _ = try rotated(["rotary_pct": share]) }
        }
        expectRefusal("hidden_act", "\"relu\"") {
            _ = try rotated(["rotary_pct": "1.0", "hidden_act": "\"relu\""])
        }
    }

    @Test(arguments: ["mistral", "qwen2", "qwen3", "gpt_neox"])
    func hugeNumbersAreRefusedBeforeTheyAreUsed(type: String) throws {
        let neox: [String: String?] = ["layer_norm_eps": "1e-5", "hidden_act": "\"gelu\""]
        let huge = "9223372036854775807"
        for key in ["num_hidden_layers", "head_dim", "hidden_size", "max_window_layers"] {
            let changes: [String: String?] = [
                key: huge, "use_sliding_window": "true", "sliding_window": "3",
            ]
            let all = type == "gpt_neox" ? changes.merging(neox) { $1 } : changes
            _ = try? shape(type, all)
        }
        expectRefusal("layer count") {
            let all: [String: String?] = ["num_hidden_layers": huge, "max_window_layers": "0"]
            _ = try shape(type, type == "gpt_neox" ? all.merging(neox) { $1 } : all)
        }
    }

    @Test func whatAFamilyDoesNotServeIsRefusedByName() throws {
        expectRefusal("attention_bias") { _ = try shape("mistral", ["attention_bias": "true"]) }
        expectRefusal("mlp_bias") { _ = try shape("qwen3", ["mlp_bias": "true"]) }
        expectRefusal("hidden_act") { _ = try shape("qwen2", ["hidden_act": "\"gelu\""]) }
        let gpt: [String: String?] = [
            "n_embd": "8", "n_head": "2", "n_layer": "1", "n_positions": "16",
            "layer_norm_epsilon": "1e-5",
        ]
        #expect(try shape("gpt2", gpt).neuronCount == 32)
        #expect(try shape("gpt2", gpt).tiedHead == true)
        for (key, value) in [
            ("scale_attn_weights", "false"), ("scale_attn_by_inverse_layer_idx", "true"),
            ("add_cross_attention", "true"), ("activation_function", "\"relu\""),
        ] {
            expectRefusal(key) { _ = try shape("gpt2", gpt.merging([key: value]) { $1 }) }
        }
        expectRefusal("rotary_dim", "missing") { _ = try shape("gptj", gpt) }
        #expect(try shape("gptj", gpt.merging(["rotary_dim": "2"]) { $1 }).rotaryDimension == 2)
    }
}
