import Engine
import Foundation
import Hooks
import Kernels
import Testing

/// A row's bits depend on nothing but its own sequence (design: "same bits, always").
@Suite("Same bits")
struct SameBitsTests {
    static let hooks = ["scale 1.5 L1N3-40", "noise 0 0.2 9 attn.z.0", "zero L0H1 at 2:"]
    static let captures = ["logits", "mlp.act.1", "resid_post.0 mean_abs", "attn.pattern.1"]

    /// Everything a job answers, with an optional number of neighbours running at the same time.
    private func answer(
        _ model: Model, threads: Int = 1, rowsPerStep: Int = 128, neighbours: Int = 0,
        kernels: String? = nil
    ) async throws -> ([GeneratedToken], [CapturedTensor]) {
        let engine = try StepEngine.make(
            model, threads: threads, rowsPerStep: rowsPerStep, kernels: kernels)
        defer { engine.shutdown() }
        let tokens = try Goldens("llama-gqa").manifest.prompt.tokens
        let job = Job(
            tokens: tokens,
            plan: try model.plan(
                hooks: Self.hooks, captures: Self.captures, promptCount: tokens.count,
                rows: tokens.count + 11),
            generation: Generation(
                maxTokens: 12, sampling: Sampling(temperature: 0.9, seed: 4), ignoresEnd: true))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for neighbour in 0..<neighbours {
                group.addTask {
                    let other = Array(tokens.reversed().prefix(3 + 2 * neighbour))
                    let plan = try model.plan(
                        hooks: ["zero mlp.act.0"], promptCount: other.count,
                        rows: other.count + 5)
                    _ = try await engine.run(
                        Job(tokens: other, plan: plan, generation: Generation(maxTokens: 6)))
                }
            }
            let (generated, result) = try await engine.run(job)
            try await group.waitForAll()
            return (generated, result.captures)
        }
    }

    @Test(
        "chunking, threads and neighbours change nothing",
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
        let threaded = try await answer(model, threads: 3, kernels: kernels)
        #expect(threaded.0 == alone.0)
        #expect(threaded.1 == alone.1)
        let crowded = try await answer(
            model, threads: 2, rowsPerStep: 16, neighbours: 6, kernels: kernels)
        #expect(crowded.0 == alone.0)
        #expect(crowded.1 == alone.1)
    }

    @Test("a long sequence crosses key-value blocks with the same bits")
    func blocks() async throws {
        let model = try TestModels.fixture("llama-mha", .int8)
        let tokens = (0..<90).map { Int32($0 % 200 + 3) }
        let plan = try model.plan(captures: ["logits"], promptCount: tokens.count)
        var answers: [[CapturedTensor]] = []
        for rowsPerStep in [128, 1, 33] {
            let engine = try StepEngine.make(model, rowsPerStep: rowsPerStep)
            defer { engine.shutdown() }
            let (_, result) = try await engine.run(Job(tokens: tokens, plan: plan))
            answers.append(result.captures)
        }
        #expect(answers[0] == answers[1])
        #expect(answers[0] == answers[2])
    }
}
