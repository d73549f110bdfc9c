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

    private func invariance(_ model: Model, _ kernels: String) throws -> Invariance {
        let tokens = try Goldens("llama-gqa").manifest.prompt.tokens
        return Invariance(model: model, kernels: kernels) { _ in
            let job = Job(
                tokens: tokens,
                plan: try model.plan(
                    hooks: Self.hooks, captures: Self.captures, promptCount: tokens.count,
                    rows: tokens.count + 11),
                generation: Generation(
                    maxTokens: 12, sampling: Sampling(temperature: 0.9, seed: 4),
                    ignoresEnd: true))
            let neighbours = try (0..<6).map { neighbour in
                let other = Array(tokens.reversed().prefix(3 + 2 * neighbour))
                let plan = try model.plan(
                    hooks: ["zero mlp.act.0"], promptCount: other.count, rows: other.count + 5)
                return Job(tokens: other, plan: plan, generation: Generation(maxTokens: 6))
            }
            return (job, neighbours)
        }
    }

    @Test(
        "chunking, threads and neighbours change nothing",
        arguments: WeightForm.allCases, KernelSet.available())
    func invariance(form: WeightForm, path: KernelPath) async throws {
        let model = try TestModels.fixture("llama-gqa", form)
        let alone = try await invariance(model, path.rawValue).check()
        #expect(alone.tokens.count == 12)
        #expect(alone.captures.count >= Self.captures.count)
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
