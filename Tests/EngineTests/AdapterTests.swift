import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import TestSupport
import Testing

/// A run with an adapter is a run of the model that the adapter is merged into.
@Suite("Adapters")
struct AdapterTests {
    private static let captures =
        ["logits"]
        + ["attn.q", "attn.k", "attn.v", "attn.z", "attn.out", "mlp.gate", "mlp.up", "mlp.act"]
        .map { "\($0).1" } + ["mlp.out.0", "resid_post.0"]

    /// What adapters of every kind are made of: settings, modules, layers, rank, and the scale.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var modules: [String]
        var layers: Range<Int>
        var rank = 4
        var scale: Float
        var settings: @Sendable () -> [String: Any]
    }

    static let cases = [
        Case(testDescription: "all modules", modules: AdapterMaker.all, layers: 0..<3, scale: 2) {
            ["r": 4, "lora_alpha": 8, "target_modules": "all-linear"]
        },
        Case(
            testDescription: "q and v of one layer",
            modules: ["self_attn.q_proj", "self_attn.v_proj"], layers: 1..<2, rank: 3, scale: 0.5
        ) {
            ["r": 3, "lora_alpha": 1.5, "target_modules": ["q_proj", "v_proj"]]
        },
        Case(
            testDescription: "rank-stabilized", modules: AdapterMaker.all, layers: 0..<1, rank: 16,
            scale: 1.5
        ) {
            [
                "r": 16, "lora_alpha": 6, "use_rslora": true,
                "target_modules": AdapterMaker.all.map { String($0.split(separator: ".")[1]) },
            ]
        },
        Case(
            testDescription: "patterns of rank and alpha", modules: AdapterMaker.attention,
            layers: 0..<2, rank: 5, scale: 0.6
        ) {
            [
                "r": 8, "lora_alpha": 100,
                "rank_pattern": [
                    "self_attn.q_proj": 5, "_": 2,
                    "k_proj": 5, "^model.layers.0.self_attn.v_proj": 5,
                    "layers.1.self_attn.v_proj": 5, "o_proj": 5,
                ],
                "alpha_pattern": ["self_attn.q_proj": 3, "k_proj": 3, "v_proj": 3, "o_proj": 3],
                "target_modules": ["q_proj", "k_proj", "v_proj", "self_attn.o_proj"],
            ]
        },
        Case(
            testDescription: "the largest rank", modules: ["mlp.down_proj", "mlp.gate_proj"],
            layers: 0..<1, rank: 256, scale: 0.1
        ) {
            ["r": 256, "lora_alpha": 25.6, "target_modules": ["down_proj", "gate_proj"]]
        },
    ]

    @Test("equal to the merged model at every site", arguments: cases, [WeightForm.f32])
    func merged(example: Case, form: WeightForm) async throws {
        let model = try TestModels.fixture("llama-gqa", form)
        var maker = AdapterMaker(seed: 7, settings: example.settings())
        let layers = example.layers.clamped(to: 0..<model.configuration.layerCount)
        maker.add(example.modules, layers: layers, of: model.configuration, rank: example.rank)
        let merged = try Model.merged(
            from: TestData.fixtures.appending(path: "llama-gqa/hf"),
            changes: maker.changes { _ in example.scale }, form: form)
        let tokens = try Goldens("llama-gqa").manifest.prompt.tokens
        func run(_ model: Model, _ maker: AdapterMaker?) async throws -> JobResult {
            let engine = try StepEngine.make(model)
            defer { engine.shutdown() }
            var adapter: Adapter?
            if let maker { adapter = try await engine.adapter(maker) }
            let plan = try model.plan(captures: Self.captures, promptCount: tokens.count)
            return try await engine.run(Job(tokens: tokens, plan: plan, adapter: adapter)).result
        }
        let expected = try await run(merged, nil)
        let found = try await run(model, maker)
        let plain = try await run(model, nil)
        for (found, expected) in zip(found.captures, expected.captures) {
            #expect(relativeError(found.floats, expected.floats) < 1e-4, "\(found.name)")
        }
        // The adapter is no small change.
        #expect(relativeError(plain.captures[0].floats, expected.captures[0].floats) > 0.01)
    }

    @Test("greedy tokens are those of the merged model")
    func generation() async throws {
        let model = try TestModels.fixture("llama-mha", .f32)
        var maker = AdapterMaker(seed: 3, settings: ["r": 4, "lora_alpha": 4])
        maker.settings["target_modules"] = "all-linear"
        maker.add(AdapterMaker.all, layers: 0..<2, of: model.configuration)
        let merged = try Model.merged(
            from: TestData.fixtures.appending(path: "llama-mha/hf"),
            changes: maker.changes { _ in 1 }, form: .f32)
        let tokens: [Int32] = [1, 9, 17, 33, 65]
        func run(_ model: Model, _ maker: AdapterMaker?) async throws -> [Int32] {
            let engine = try StepEngine.make(model)
            defer { engine.shutdown() }
            var adapter: Adapter?
            if let maker { adapter = try await engine.adapter(maker) }
            let generation = Generation(maxTokens: 64, ignoresEnd: true)
            return try await engine.run(
                Job(tokens: tokens, plan: .none, generation: generation, adapter: adapter)
            ).tokens.map(\.id)
        }
        let expected = try await run(merged, nil)
        #expect(try await run(model, maker) == expected)
        #expect(try await run(model, nil) != expected)
    }

    @Test("an adapter with no effect leaves every bit as it is", arguments: WeightForm.allCases)
    func zero(form: WeightForm) async throws {
        let model = try TestModels.fixture("llama-gqa", form)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        var maker = AdapterMaker(seed: 5, settings: ["r": 4, "lora_alpha": 0])
        maker.settings["target_modules"] = "all-linear"
        maker.add(AdapterMaker.all, layers: 0..<2, of: model.configuration)
        let tokens = try Goldens("llama-gqa").manifest.prompt.tokens
        let plan = try model.plan(captures: ["logits"], promptCount: tokens.count)
        let plain = try await engine.run(Job(tokens: tokens, plan: plan)).result
        let adapter = try await engine.adapter(maker)
        let adapted = try await engine.run(
            Job(tokens: tokens, plan: plan, adapter: adapter)
        ).result
        #expect(adapted.captures == plain.captures)
        #expect(adapted.cachedTokens == 0)
    }
}
