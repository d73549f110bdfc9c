import Engine
import HookMessages
import Hooks
import Messages
import Service
import SwiftProtobuf
import Testing
import Wire

/// What was done of a request that did not come to its end.
@Suite("Partial answers")
struct PartialTests {
    @Test("a cancelled generation tells its tokens and receipts")
    func generation() async throws {
        let test = try TestService()
        let request = try Neurond_V1_GenerateRequest.with {
            $0.prompt = .ids([1, 5, 9])
            $0.maxTokens = 200
            $0.ignoreEnd = true
            $0.sampling.seed = 7
            $0.hooks = try Neurond_V1_HookPlan(HookPlan(text: "zero L0N1"))
        }
        let end = try await end(of: test, .generate, request, cancelledAt: 6)
        #expect(end.status.code == .cancelled)
        #expect(end.hasPartial)
        #expect(end.partial.items == 1)
        #expect(end.partial.itemsFinished == 0)
        #expect(end.usage.promptTokens == 3)
        // `started` and five tokens had come; the engine may have been a few ahead.
        #expect((5..<200).contains(end.partial.generatedTokens))
        #expect(end.partial.generatedTokens == end.usage.generatedTokens)
        #expect(end.partial.receipts.count == 1)
        // A cancel in mid-step leaves a row that was hooked and whose token nobody sampled.
        let rows = UInt64(2 + end.usage.generatedTokens)
        #expect((rows...rows + 1).contains(end.partial.receipts[0].rows))
        #expect(end.provenance.seed == 7)
        #expect(end.provenance.planHash.count == 64)
        #expect(end.timing.decodeSeconds > 0)
        #expect(test.engine.statistics.keyValueBytes == 0)
        #expect(test.engine.statistics.running == 0)
    }

    @Test("a cancelled list tells how many items were answered")
    func items() async throws {
        let test = try TestService()
        let request = try Neurond_V1_ForwardRequest.with {
            $0.items = (0..<500).map { item in
                .with { $0.prompt = .ids((0..<100).map { ($0 + item) % 200 + 3 }) }
            }
            $0.hooks = try Neurond_V1_HookPlan(HookPlan(text: "capture mlp.act"))
        }
        let end = try await end(of: test, .forward, request, cancelledAt: 3)
        #expect(end.status.code == .cancelled)
        #expect(end.partial.items == 500)
        #expect(end.partial.itemsFinished == 3)
        #expect((300...1100).contains(end.usage.promptTokens))
        let held = test.engine.statistics
        #expect((held.running, held.waiting, held.keyValueBytes) == (0, 0, 0))
        #expect(held.captureBytes == 0)
    }

    @Test("an answer that failed on the way is partial, one that never ran is not")
    func failures() async throws {
        let test = try TestService()
        let request = try Neurond_V1_GenerateRequest.with {
            $0.prompt = .ids([1, 5])
            $0.maxTokens = 9
            $0.ignoreEnd = true
            $0.hooks = try Neurond_V1_HookPlan(HookPlan(text: "scale 3e38 logits at 4"))
        }
        let (_, failed) = try await test.call(.generate, request)
        #expect(failed.status.reason == "NON_FINITE_LOGITS")
        #expect(failed.partial.generatedTokens == 3)
        #expect(failed.usage.generatedTokens == 3)
        let refused = try await test.call(
            .generate,
            .with { $0.prompt = .ids([1]) } as Neurond_V1_GenerateRequest)
        #expect(refused.end.status.reason == "NOTHING_TO_GENERATE")
        #expect(!refused.end.hasPartial)
        let whole = try await test.call(
            .generate,
            .with {
                $0.prompt = .ids([1])
                $0.maxTokens = 2
            } as Neurond_V1_GenerateRequest)
        #expect(!whole.end.hasPartial)
    }

    @Test("a request that takes longer than its deadline ends with that")
    func deadline() async throws {
        let test = try TestService()
        let request = Neurond_V1_ForwardRequest.with {
            $0.options.deadlineMs = 1
            $0.items = (0..<2000).map { item in
                .with { $0.prompt = .ids((0..<100).map { ($0 + item) % 200 + 3 }) }
            }
        }
        let (_, end) = try await test.call(.forward, request)
        #expect(end.status.code == .deadlineExceeded)
        #expect(end.status.reason == "DEADLINE_EXCEEDED")
        #expect(test.engine.statistics.running == 0)
    }
}
