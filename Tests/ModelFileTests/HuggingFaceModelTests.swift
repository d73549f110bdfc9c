import Foundation
import TestSupport
import Testing
import Tokenizer

@testable import ModelFile

@Suite struct HuggingFaceModelTests {
    private func expectRefused(
        _ parts: String..., changes: [String: String?],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let directory = try TinyModel.directory(changes)
        for part in parts {
            expectRefusal(
                part, by: { _ = try ModelSource.open(directory.path) },
                sourceLocation: sourceLocation)
        }
    }

    @Test func readsTheSameModelAsTheGGUFFile() throws {
        let directory = try TinyModel.directory()
        let source = try ModelSource.open(directory.path)
        #expect(source.configuration == TinyModel.configuration)
        #expect(source.endOfSequenceIDs == [2])
        #expect(source.tokenizer == nil)
        var row: [Float] = []
        for role in TensorRole.all(in: TinyModel.configuration) {
            let reader = try source.tensor(role)
            try reader.readRow(reader.rows - 1, into: &row)
            #expect(row == Array(TinyModel.weights(role).suffix(reader.columns)), "\(role)")
        }
    }

    @Test func vocabularyAndMergesStandForATokenizerFile() throws {
        let directory = try TinyModel.directory()
        try directory.write("vocab.json", #"{"a": 0, "b": 1, "ab": 2}"#)
        expectRefusal("merges.txt", "vocab.json") { _ = try ModelSource.open(directory.path) }
        try directory.write("merges.txt", "#version: 0.2\na b\n")
        expectRefusal("model_type", "llama") { _ = try ModelSource.open(directory.path) }
        try directory.write("tokenizer_config.json", #"{"tokenizer_class": "Qwen2Tokenizer"}"#)
        #expect(try ModelSource.open(directory.path).tokenizer?.vocabularyCount == 3)
        #expect(try ModelSource.tokenizer(at: directory.path).vocabularyCount == 3)
    }

    @Test func settingsOfNewerAndOlderFilesAreRead() throws {
        let newer = try TinyModel.directory([
            "rope_theta": nil, "head_dim": "4", "rope_scaling": "null",
            "rope_parameters": "{\"rope_theta\": 500000.0, \"rope_type\": \"default\"}",
        ])
        #expect(try ModelSource.open(newer.path).configuration.rotaryBase == 500_000)
        let older = try TinyModel.directory([
            "rope_theta": nil, "eos_token_id": "[2, 3]", "head_dim": "null",
            "attention_bias": "false", "auto_map": "{\"AutoModel\": \"code.Model\"}",
        ])
        let source = try ModelSource.open(older.path)
        #expect(source.configuration.rotaryBase == 10_000)
        #expect(source.endOfSequenceIDs == [2, 3])
    }

    @Test func generationSettingsComeFirst() throws {
        let directory = try TinyModel.directory()
        try directory.write("generation_config.json", "{\"eos_token_id\": [4, 2]}")
        #expect(try ModelSource.open(directory.path).endOfSequenceIDs == [4, 2])
        try directory.write("generation_config.json", "{\"eos_token_id\": 5}")
        expectRefusal("generation_config.json", "eos_token_id") {
            _ = try ModelSource.open(directory.path)
        }
    }

    @Test(arguments: [
        "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
        "vocab_size", "max_position_embeddings",
    ])
    func dimensionsMustBeSound(key: String) throws {
        try expectRefused(key, "missing", changes: [key: nil])
        try expectRefused(key, changes: [key: "-8"])
        try expectRefused(key, "a fractional number", changes: [key: "8.5"])
        try expectRefused(key, "a string", changes: [key: "\"8\""])
        try expectRefused("config.json", changes: [key: "0"])
        try expectRefused("config.json", changes: [key: "4611686018427387904"])
        try expectRefused("JSON", changes: [key: "NaN"])
    }

    @Test func constantsMustBeSound() throws {
        try expectRefused("norm epsilon", changes: ["rms_norm_eps": "0"])
        try expectRefused("norm epsilon", changes: ["rms_norm_eps": "-1e-5"])
        try expectRefused("norm epsilon", changes: ["rms_norm_eps": "1e300"])
        try expectRefused("rotary base", changes: ["rope_theta": "0.0"])
        try expectRefused("JSON", changes: ["rope_theta": "Infinity"])
        try expectRefused("rotary dimension", changes: ["head_dim": "3"])
        try expectRefused("eos_token_id", changes: ["eos_token_id": "5"])
        try expectRefused("eos_token_id", changes: ["eos_token_id": "-1"])
    }

    @Test func whatIsNotServedIsRefusedByName() throws {
        try expectRefused(
            "FalconForCausalLM", changes: ["architectures": "[\"FalconForCausalLM\"]"])
        try expectRefused(
            "contradicts", "Qwen2ForCausalLM",
            changes: ["architectures": "[\"Qwen2ForCausalLM\"]"])
        try expectRefused("\"bloom\"", "LlamaForCausalLM", changes: ["model_type": "\"bloom\""])
        try expectRefused("\"gelu\"", changes: ["hidden_act": "\"gelu\""])
        try expectRefused("q_proj.bias", "missing", changes: ["attention_bias": "true"])
        try expectRefused("gate_proj.bias", "missing", changes: ["mlp_bias": "true"])
        try expectRefused(
            "quantization_config", changes: ["quantization_config": "{\"quant_method\": \"x\"}"])
        try expectRefused("sliding_window", changes: ["sliding_window": "4096"])
        try expectRefused("\"dynamo\"", changes: ["rope_scaling": "{\"type\": \"dynamo\"}"])
        try expectRefused("without a type", changes: ["rope_scaling": "{\"factor\": 2}"])
        try expectRefused(
            "\"factor\"",
            changes: ["rope_parameters": "{\"rope_type\": \"default\", \"factor\": 2}"])
        try expectRefused("contradicts", changes: ["rope_parameters": "{\"rope_theta\": 3}"])
        try expectRefused("partial_rotary_factor", changes: ["partial_rotary_factor": "0.5"])
    }

    @Test func rotaryScalingIsRead() throws {
        func scaling(_ key: String, _ text: String) throws -> RotaryScaling {
            let directory = try TinyModel.directory([key: text])
            return try ModelSource.open(directory.path).configuration.rotaryScaling
        }
        #expect(
            try scaling("rope_scaling", #"{"type": "linear", "factor": 2.5}"#)
                == .linear(factor: 2.5))
        let llama3 = #"""
            {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
             "original_max_position_embeddings": 64}
            """#
        let expected = RotaryScaling.llama3(
            factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 64)
        #expect(try scaling("rope_scaling", llama3) == expected)
        #expect(try scaling("rope_parameters", llama3) == expected)
    }

    @Test(arguments: [
        (#"{"type": "linear"}"#, "factor is missing"),
        (#"{"type": "linear", "factor": 0}"#, "its factor is 0"),
        (#"{"type": "linear", "factor": 1e999}"#, "JSON"),
        (#"{"type": "linear", "factor": 2, "beta": 1}"#, "\"beta\""),
        (
            #"""
            {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4,
             "original_max_position_embeddings": 64}
            """#, "is not below"
        ),
        (
            #"""
            {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
             "original_max_position_embeddings": 0.5}
            """#, "original context"
        ),
    ])
    func unsoundRotaryScalingIsRefused(text: String, fault: String) throws {
        try expectRefused(fault, changes: ["rope_scaling": text])
    }

    @Test func tensorsMustBeThereInTheirShapes() throws {
        try expectRefused("lm_head.weight", "missing", changes: ["tie_word_embeddings": "false"])
        try expectRefused("embed_tokens", "[5, 8]", changes: ["vocab_size": "6"])
        let directory = try TinyModel.directory()
        var writer = try TinyModel.safetensors()
        try writer.add("model.layers.0.self_attn.q_proj.bias", shape: [1], [0] as [Float])
        try directory.write("model.safetensors", writer.serialized())
        expectRefusal("a bias tensor") { _ = try ModelSource.open(directory.path) }
    }

    @Test func storedRotaryFrequenciesAndTheHeadOfATiedModelArePassedOver() throws {
        let directory = try TinyModel.directory()
        var writer = try TinyModel.safetensors()
        try writer.add("model.layers.0.self_attn.rotary_emb.inv_freq", shape: [1], [0] as [Float])
        try writer.add("lm_head.weight", shape: [1], [0] as [Float])
        try directory.write("model.safetensors", writer.serialized())
        let source = try ModelSource.open(directory.path)
        #expect(try source.tensor(.head).name == "model.embed_tokens.weight")
    }

    @Test func otherTypesAreRefusedByName() throws {
        let directory = try TinyModel.directory()
        var roles = TensorRole.all(in: TinyModel.configuration)
        roles.removeAll { $0 == .finalNorm }
        var writer = try TinyModel.safetensors(roles)
        try writer.add("model.norm.weight", shape: [8], [Int32](repeating: 1, count: 8))
        try directory.write("model.safetensors", writer.serialized())
        expectRefusal("model.norm.weight", "the type I32") {
            _ = try ModelSource.open(directory.path)
        }
    }

    @Test func picklesAndEmptyDirectoriesAreRefused() throws {
        let directory = try TemporaryDirectory()
        expectRefusal("config.json", "No such file") { _ = try ModelSource.open(directory.path) }
        try directory.write("config.json", TinyModel.configurationText())
        expectRefusal("there are no weights") { _ = try ModelSource.open(directory.path) }
        try directory.write("pytorch_model.bin", "x")
        expectRefusal("pickle") { _ = try ModelSource.open(directory.path) }
    }

    @Test func tokenizersMustFitTheEmbedding() throws {
        let directory = try TinyModel.directory()
        try directory.write("tokenizer.json", "{")
        expectRefusal("tokenizer.json", "JSON") { _ = try ModelSource.open(directory.path) }
    }
}
