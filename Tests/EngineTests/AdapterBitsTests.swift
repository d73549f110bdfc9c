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

    private func answer(
        _ model: Model, threads: Int = 1, rowsPerStep: Int = 128, crowded: Bool = false,
        kernels: String? = nil
    ) async throws -> ([GeneratedToken], [CapturedTensor]) {
        let engine = try StepEngine.make(
            model, threads: threads, rowsPerStep: rowsPerStep, kernels: kernels)
        defer { engine.shutdown() }
        let tokens = try Goldens("llama-gqa").manifest.prompt.tokens
        let mine = try await engine.adapter(maker(1, AdapterMaker.all, model))
        let yours = try await engine.adapter(maker(2, ["self_attn.v_proj"], model))
        let plan = try model.plan(
            hooks: ["scale 1.5 L1N3-40"], captures: ["logits", "attn.q.1", "mlp.act.1"],
            promptCount: tokens.count, rows: tokens.count + 11)
        let job = Job(
            tokens: tokens, plan: plan,
            generation: Generation(
                maxTokens: 12, sampling: Sampling(temperature: 0.9, seed: 4), ignoresEnd: true),
            adapter: mine)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, adapter) in [nil, yours, mine, yours, nil, mine].enumerated() where crowded
            {
                group.addTask {
                    let other = Array(tokens.reversed().prefix(3 + 2 * index))
                    _ = try await engine.run(
                        Job(
                            tokens: other, plan: .none,
                            generation: Generation(maxTokens: 8, ignoresEnd: true),
                            adapter: adapter))
                }
            }
            let (generated, result) = try await engine.run(job)
            try await group.waitForAll()
            return (generated, result.captures)
        }
    }

    @Test(
        "chunking, threads and neighbours with other adapters change nothing",
        arguments: WeightForm.allCases, KernelSet.available())
    func invariance(form: WeightForm, path: KernelPath) async throws {
        let model = try TestModels.fixture("llama-gqa", form)
        let kernels = path.rawValue
        let alone = try await answer(model, kernels: kernels)
        #expect(alone.0.count == 12)
        for rowsPerStep in [1, 3, 7] {
            let chunked = try await answer(model, rowsPerStep: rowsPerStep, kernels: kernels)
            #expect(chunked.0 == alone.0)
            #expect(chunked.1 == alone.1)
        }
        for (threads, crowded) in [(3, false), (2, true)] {
            let other = try await answer(
                model, threads: threads, rowsPerStep: 16, crowded: crowded, kernels: kernels)
            #expect(other.0 == alone.0)
            #expect(other.1 == alone.1)
        }
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
