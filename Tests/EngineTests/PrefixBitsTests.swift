import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Testing

/// A job answers with the same bits whether its prompt was run or its beginning was kept.
@Suite("Prefix reuse has the same bits")
struct PrefixBitsTests {
    /// Hooks before, inside and after what is shared, and ones that mean other rows in longer
    /// prompts; `MEAN` and `PATCH` are stored objects.
    static let hooks: [[String]] = [
        [],
        ["scale 1.5 mlp.act.0 at 0:40"],
        ["zero mlp.act.0[3-20] at 80:"],
        ["zero mlp.act.1 at prompt"],
        ["add 0.1 resid_post.0 at -3:"],
        ["zero L0H1 at last", "scale 2 logits"],
        ["add -0.01 resid_post.0 at tokens(42,116)", "clamp -0.1 0.1 resid_mid.1 at 64"],
        ["noise 0 0.1 5 attn.z.1", "noise 0 0.2 6 relative mlp.out.0"],
        ["value-noise 0 0.05 3 relative L1N3-9"],
        ["scale 0.9 attn.pattern.1[2-3]", "add 0.01 attn.pattern.0"],
        ["mean MEAN mlp.act.1 at 10:50"],
        ["patch PATCH mlp.act.1"],
        ["zero final_norm[3]", "scale 1.1 attn.k.0", "scale 1.02 embed"],
        HookInvarianceTests.hooks,
    ]

    /// What a job answers, but for its timing.
    private struct Answer: Equatable {
        var tokens: [GeneratedToken]
        var captures: [CapturedTensor]
        var receipts: [Receipt]
        var logProbabilities: [Double]
        var cached: Int

        /// Without the one thing that may differ.
        var bits: Answer {
            var answer = self
            answer.cached = 0
            return answer
        }
    }

    private static func tokens(_ count: Int, salt: Int = 0) -> [Int32] {
        (0..<count).map { Int32(($0 * 37 + salt * 11) % 290 + 5) }
    }

    private static func objects(_ model: Model) throws -> (ObjectStore, [String: String]) {
        let store = ObjectStore()
        let width = model.configuration.neuronCount
        var mean = SafetensorsWriter()
        try mean.add("mlp.act.1", shape: [width], (0..<width).map { Float($0) * 0.01 })
        var patch = SafetensorsWriter()
        try patch.add(
            "mlp.act.1", shape: [3, width], (0..<3 * width).map { Float($0) * 0.001 })
        try patch.add("mlp.act.1@positions", shape: [3], [Int32(5), 40, 90])
        var names: [String: String] = [:]
        for (name, writer) in [("MEAN", mean), ("PATCH", patch)] {
            let bytes = writer.serialized()
            let hash = ContentHash(hashing: bytes)
            try store.put(
                .tensors(SafetensorsFile(bytes: bytes)), hash: hash, byteCount: bytes.count)
            names[name] = "sha256:\(hash.hex)"
        }
        return (store, names)
    }

    private func engine(
        _ model: Model, _ objects: ObjectStore, cacheBytes: Int? = nil,
        rowsPerStep: Int = EngineLimits.rowsPerStep, kernels: String? = nil
    ) throws -> StepEngine {
        try StepEngine(
            model: model, objects: objects,
            options: .init(
                threads: 2, kernels: kernels, rowsPerStep: rowsPerStep, keyValueBytes: 64 << 20,
                prefixCacheBytes: cacheBytes))
    }

    private func run(
        _ engine: StepEngine, _ tokens: [Int32], hooks: [String], captures: [String],
        maxTokens: Int = 5
    ) async throws -> Answer {
        let plan = try engine.model.plan(
            hooks: hooks, captures: captures, promptCount: tokens.count,
            rows: tokens.count + maxTokens - 1)
        let (generated, result) = try await engine.run(
            Job(
                tokens: tokens, plan: plan,
                generation: Generation(maxTokens: maxTokens, ignoresEnd: true)))
        return Answer(
            tokens: generated, captures: result.captures, receipts: result.receipts,
            logProbabilities: result.logProbabilities, cached: result.cachedTokens)
    }

    private static let captures = [
        "logits at last", "mlp.act.1 at -2:", "resid_post.1 mean_abs at 98:",
        "attn.pattern.1 at last",
    ]

    /// One plan in every way that its prompt's beginning can come about.
    private func check(
        _ model: Model, _ hooks: [String], kernels: String? = nil
    ) async throws {
        let (objects, names) = try Self.objects(model)
        let hooks = hooks.map { text in
            names.reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
        }
        let tokens = Self.tokens(100)
        func answer(_ engine: StepEngine, _ tokens: [Int32]) async throws -> Answer {
            try await run(engine, tokens, hooks: hooks, captures: Self.captures)
        }
        let plain = try engine(model, objects, cacheBytes: 0, kernels: kernels)
        defer { plain.shutdown() }
        let cold = try await answer(plain, tokens)
        #expect(try await answer(plain, tokens) == cold)
        #expect(cold.cached == 0)
        for rowsPerStep in [EngineLimits.rowsPerStep, 1, 3, 7] {
            let engine = try engine(model, objects, rowsPerStep: rowsPerStep, kernels: kernels)
            defer { engine.shutdown() }
            // Another prompt that begins alike, under the same hooks and under none.
            let other = Array(tokens[..<70]) + Self.tokens(30, salt: 3)
            _ = try await answer(engine, other)
            _ = try await run(engine, other, hooks: [], captures: [])
            #expect(try await answer(engine, tokens).bits == cold, "\(hooks) after another")
            let hit = try await answer(engine, tokens)
            #expect(hit.bits == cold, "\(hooks), \(rowsPerStep) rows a step")
            #expect(hit.cached == 96, "\(hooks)")
        }
    }

    @Test("whatever the hooks are", arguments: hooks)
    func everyHook(hooks: [String]) async throws {
        try await check(TestModels.fixture("llama-gqa", .int8), hooks)
    }

    @Test(
        "in every form, on every kernel path",
        arguments: WeightForm.allCases, KernelSet.available())
    func everyForm(form: WeightForm, path: KernelPath) async throws {
        try await check(
            TestModels.fixture("llama-gqa", form),
            ["scale 1.5 mlp.act.0 at 0:40", "noise 0 0.1 5 attn.z.1", "zero L0H1 at -3:"],
            kernels: path.rawValue)
    }

    @Test("on blocks that decoding wrote", arguments: [[], ["scale 1.1 mlp.act.0"]])
    func decodedBlocks(hooks: [String]) async throws {
        let model = try TestModels.fixture("llama-gqa", .int8)
        let cold = try engine(model, ObjectStore(), cacheBytes: 0)
        let warm = try engine(model, ObjectStore())
        defer {
            cold.shutdown()
            warm.shutdown()
        }
        let first = try await run(
            warm, Self.tokens(20), hooks: hooks, captures: [], maxTokens: 60)
        let longer = Self.tokens(20) + first.tokens.map(\.id) + Self.tokens(5)
        let hit = try await run(warm, longer, hooks: hooks, captures: ["logits at last"])
        #expect(hit.cached == 64)
        let reference = try await run(cold, longer, hooks: hooks, captures: ["logits at last"])
        #expect(hit.bits == reference)
    }

    @Test("after blocks were given up for others")
    func eviction() async throws {
        let model = try TestModels.fixture("llama-gqa", .int8)
        let cold = try engine(model, ObjectStore(), cacheBytes: 0)
        let small = try engine(model, ObjectStore(), cacheBytes: 5 * cold.keyValueBlockBytes)
        defer {
            cold.shutdown()
            small.shutdown()
        }
        let hooks = ["noise 0 0.1 5 attn.z.1"]
        var cached: [Int] = []
        for salt in [0, 0, 1, 0, 1, 2, 3, 0, 0] {
            let tokens = Self.tokens(100, salt: salt)
            let answer = try await run(small, tokens, hooks: hooks, captures: ["logits at last"])
            cached.append(answer.cached)
            let reference = try await run(
                cold, tokens, hooks: hooks, captures: ["logits at last"])
            #expect(answer.bits == reference)
        }
        // Three blocks a prompt: of five, the older prompt keeps its first two.
        #expect(cached == [0, 96, 0, 64, 64, 0, 0, 0, 96])
        #expect(small.statistics.prefixCacheBytes == 5 * cold.keyValueBlockBytes)
        #expect(small.statistics.prefixEvictions > 0)
        #expect(small.statistics.keyValueBytes == 0)
    }

    @Test("scored continuations begin where the prompt ends")
    func scores() async throws {
        let model = try TestModels.fixture("llama-gqa", .int8)
        let warm = try engine(model, ObjectStore())
        defer { warm.shutdown() }
        let tokens = Self.tokens(100)
        let plan = try model.plan(hooks: ["scale 1.1 mlp.act.0"], promptCount: 65, rows: 99)
        let job = Job(tokens: tokens, promptCount: 65, plan: plan)
        let (first, second) = (try await warm.run(job).result, try await warm.run(job).result)
        #expect(first.cachedTokens == 0)
        #expect(second.cachedTokens == 64)
        #expect(first.logProbabilities.count == 35)
        #expect(second.logProbabilities == first.logProbabilities)
        #expect(second.receipts == first.receipts)
    }
}
