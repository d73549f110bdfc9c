import Engine
import Foundation
import Hooks
import Kernels
import Testing

/// Receipts say what really happened.
@Suite("Receipts")
struct ReceiptTests {
    @Test("rows, elements and the size of the change")
    func counts() async throws {
        let model = try TestModels.fixture("llama-mha", .f32)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let tokens: [Int32] = [1, 70, 90, 44, 12]
        let plan = try model.plan(
            hooks: ["zero L1N4-6 at 1:4", "zero L0H2", "zero mlp.act.2 at tokens(299)"],
            captures: ["mlp.act.1[4-6] pre at 1:4", "attn.z.0[2] pre"], promptCount: 5)
        let (_, result) = try await engine.run(Job(tokens: tokens, plan: plan))
        let receipts = result.receipts
        #expect(receipts.map(\.action) == [0, 1, 2])
        #expect(receipts.map(\.site.description) == ["mlp.act.1", "attn.z.0", "mlp.act.2"])
        #expect(receipts.map(\.rows) == [3, 5, 0])
        #expect(receipts.map(\.elements) == [9, 5 * 8, 0])
        for index in 0..<2 {
            let removed = result.captures[index].floats
            let norm = removed.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            #expect(abs(receipts[index].changeL2 - norm) <= 1e-9 * norm)
        }
        #expect(receipts[2].changeL2 == 0)
    }

    @Test("generated rows count; the last sampled token is never fed back")
    func generatedRows() async throws {
        let model = try TestModels.fixture("llama-mha", .f32)
        let engine = try StepEngine.make(model)
        defer { engine.shutdown() }
        let plan = try model.plan(
            hooks: ["scale 0.5 L0N1 at generated"], promptCount: 2, rows: 6)
        let job = Job(
            tokens: [1, 70], plan: plan, generation: Generation(maxTokens: 5, ignoresEnd: true))
        let (tokens, result) = try await engine.run(job)
        #expect(tokens.count == 5)
        #expect(result.receipts[0].rows == 4)
        #expect(result.promptTokens == 2)
        #expect(result.generatedTokens == 5)
    }
}
