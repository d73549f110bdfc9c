import Engine
import Hooks
import Kernels
import ModelFile
import Testing

/// A row's bits depend on its own adapter and on nothing that runs beside it.
@Suite("Adapters, same bits")
struct AdapterBitsTests {
    private func maker(_ seed: UInt64, _ modules: [String], _ model: Model) -> AdapterMaker {
        var maker = AdapterMaker(seed: seed, settings: ["r": 4, "lora_alpha": 8])
        maker.settings["target_modules"] = "all-linear"
        maker.add(modules, layers: 0..<2, of: model.configuration)
        return maker
    }

    private func invariance(_ model: Model, _ kernels: String) throws -> Invariance {
        let tokens = try Goldens("llama-gqa").manifest.prompt.tokens
        return Invariance(model: model, kernels: kernels) { engine in
            let mine = try await engine.adapter(maker(1, AdapterMaker.all, model))
            let yours = try await engine.adapter(maker(2, ["self_attn.v_proj"], model))
            let job = Job(
                tokens: tokens,
                plan: try model.plan(
                    hooks: ["scale 1.5 L1N3-40"], captures: ["logits", "attn.q.1", "mlp.act.1"],
                    promptCount: tokens.count, rows: tokens.count + 11),
                generation: Generation(
                    maxTokens: 12, sampling: Sampling(temperature: 0.9, seed: 4),
                    ignoresEnd: true),
                adapter: mine)
            let neighbours = [yours, nil, mine, yours, nil, mine].enumerated().map {
                index, adapter in
                Job(
                    tokens: Array(tokens.reversed().prefix(3 + 2 * index)), plan: .none,
                    generation: Generation(maxTokens: 8, ignoresEnd: true), adapter: adapter)
            }
            return (job, neighbours)
        }
    }

    @Test(
        "chunking, threads and neighbours with other adapters change nothing",
        arguments: WeightForm.allCases, KernelSet.available())
    func invariance(form: WeightForm, path: KernelPath) async throws {
        let model = try TestModels.fixture("llama-gqa", form)
        let alone = try await invariance(model, path.rawValue).check()
        #expect(alone.tokens.count == 12)
        #expect(alone.captures.count >= 3)
    }

    @Test("a prefix is reused under its own adapter alone, with the same bits")
    func prefixes() async throws {
        let model = try TestModels.fixture("llama-gqa", .int8)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let tokens = (0..<100).map { Int32(($0 * 37) % 290 + 5) }
        let plan = try model.plan(captures: ["logits at last"], promptCount: tokens.count)
        let adapters: [Adapter?] = [
            nil, try await engine.adapter(maker(1, AdapterMaker.all, model)),
            try await engine.adapter(maker(2, AdapterMaker.all, model)),
        ]
        var first: [[CapturedTensor]] = []
        for adapter in adapters {
            let result = try await engine.run(
                Job(tokens: tokens, plan: plan, adapter: adapter)
            ).result
            #expect(result.cachedTokens == 0)
            #expect(!first.contains(result.captures))
            first.append(result.captures)
        }
        for (adapter, captures) in zip(adapters, first) {
            let result = try await engine.run(
                Job(tokens: tokens, plan: plan, adapter: adapter)
            ).result
            #expect(result.cachedTokens == 96)
            #expect(result.captures == captures)
        }
    }
}
