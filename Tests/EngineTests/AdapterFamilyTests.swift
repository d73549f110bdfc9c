import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import TestSupport
import Testing

/// Adapters of other families than Llama's.
@Suite("Adapters of families")
struct AdapterFamilyTests {
    /// A fixture, and the modules that are matrices of their own there.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var path = "model.layers"
        var modules = AdapterMaker.all
    }

    static let cases = [
        Case(testDescription: "mistral-window"), Case(testDescription: "qwen2-bias"),
        Case(testDescription: "qwen3-norm"),
        Case(
            testDescription: "gptj-parallel", path: "transformer.h",
            modules: ["q_proj", "k_proj", "v_proj", "out_proj"].map { "attn.\($0)" }
                + ["mlp.fc_in", "mlp.fc_out"]),
        Case(
            testDescription: "neox-parallel", path: "gpt_neox.layers",
            modules: ["attention.dense", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h"]),
    ]

    private func maker(_ model: Model, _ path: String, _ modules: [String]) -> AdapterMaker {
        var maker = AdapterMaker(seed: 11, settings: ["r": 4, "lora_alpha": 8])
        maker.settings["target_modules"] = "all-linear"
        maker.add(
            modules, layers: 0..<model.configuration.layerCount, of: model.configuration,
            path: path)
        return maker
    }

    @Test("equal to the merged model", arguments: cases)
    func merged(example: Case) async throws {
        let name = example.testDescription
        let model = try TestModels.fixture(name, .f32)
        let maker = maker(model, example.path, example.modules)
        let merged = try Model.merged(
            from: TestData.fixtures.appending(path: "\(name)/hf"),
            changes: maker.changes { _ in 2 }, form: .f32)
        let tokens = try Goldens(name).manifest.prompt.tokens
        func logits(_ model: Model, _ maker: AdapterMaker?) async throws -> [Float] {
            let engine = try StepEngine.make(model)
            defer { engine.shutdown() }
            var adapter: Adapter?
            if let maker { adapter = try await engine.adapter(maker) }
            let plan = try model.plan(captures: ["logits"], promptCount: tokens.count)
            return try await engine.run(
                Job(tokens: tokens, plan: plan, adapter: adapter)
            ).result.captures[0].floats
        }
        let expected = try await logits(merged, nil)
        let found = try await logits(model, maker)
        #expect(relativeError(found, expected) < 1e-4)
        let plain = try await logits(model, nil)
        #expect(relativeError(plain, expected) > 0.01)
    }

    @Test(
        "modules that hold several matrices, or are kept turned, are refused by name",
        arguments: [
            ("gpt2-learned", "transformer.h", "attn.c_attn"),
            ("gpt2-learned", "transformer.h", "mlp.c_fc"),
            ("neox-parallel", "gpt_neox.layers", "attention.query_key_value"),
            ("gptj-parallel", "model.layers", "self_attn.q_proj"),
        ])
    func refused(name: String, path: String, module: String) async throws {
        let model = try TestModels.fixture(name, .f32)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let error = await #expect(throws: EngineError.self) {
            _ = try await engine.adapter(maker(model, path, [module]))
        }
        #expect(error?.reason == "BAD_ADAPTER")
        #expect(error?.message.contains("\(path).0.\(module)") == true)
        #expect(error?.message.contains(model.configuration.architecture) == true)
    }
}
