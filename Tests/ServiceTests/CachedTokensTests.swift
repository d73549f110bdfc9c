import HookMessages
import Hooks
import Messages
import Service
import SwiftProtobuf
import Testing
import Wire

/// `usage.cached_tokens` tells how much of a prompt was not run.
@Suite("cached_tokens")
struct CachedTokensTests {
    private func request(_ hooks: String = "", count: Int = 80) throws
        -> Neurond_V1_GenerateRequest
    {
        try .with {
            $0.prompt = .ids((0..<count).map { UInt32($0 * 7 % 250 + 4) })
            $0.maxTokens = 4
            $0.ignoreEnd = true
            $0.hooks = try Neurond_V1_HookPlan(HookPlan(text: hooks))
        }
    }

    @Test("nothing when cold, whole blocks afterwards, nothing under another hook")
    func truth() async throws {
        let test = try TestService()
        let cold = try await test.call(.generate, request())
        let warm = try await test.call(.generate, request())
        #expect(cold.end.usage.cachedTokens == 0)
        #expect(warm.end.usage.cachedTokens == 64)
        #expect(warm.end.usage.promptTokens == 80)
        #expect(warm.replies == cold.replies, "a hit gives the same frames")
        let hooked = try await test.call(.generate, request("zero mlp.act.1"))
        #expect(hooked.end.usage.cachedTokens == 0)
        let later = try await test.call(.generate, request("zero mlp.act.1 at 50:"))
        #expect(later.end.usage.cachedTokens == 32)
        let again = try await test.call(.generate, request("zero mlp.act.1"))
        #expect(again.end.usage.cachedTokens == 64)
        #expect(again.replies == hooked.replies)
    }

    @Test("of several items, the sum; Explain tells the most it can be")
    func items() async throws {
        let test = try TestService()
        let forward = try Neurond_V1_ForwardRequest.with {
            let prompt = try request().prompt
            $0.items = (0..<3).map { _ in .with { $0.prompt = prompt } }
            $0.topK = 1
        }
        _ = try await test.call(.forward, forward)
        let (_, end) = try await test.call(.forward, forward)
        #expect(end.usage.cachedTokens == 3 * 64)
        let explained = try await test.messages(
            .explain, Neurond_V1_ExplainRequest.with { $0.forward = forward },
            as: Neurond_V1_ExplainReply.self)[0]
        #expect(explained.items.map(\.reusableTokens) == [64, 64, 64])
        let captured = try await test.messages(
            .explain,
            Neurond_V1_ExplainRequest.with {
                $0.forward = forward
                $0.forward.hooks = try! Neurond_V1_HookPlan(HookPlan(text: "capture mlp.act.0"))
            }, as: Neurond_V1_ExplainReply.self)[0]
        #expect(captured.items.map(\.reusableTokens) == [0, 0, 0])
        let report = try await test.messages(
            .status, Neurond_V1_StatusRequest(), as: Neurond_V1_EngineReport.self)[0]
        #expect(report.prefixQueries == 6)
        #expect(report.prefixHits >= 3)
        #expect(report.prefixCacheBytes > 0)
        #expect(report.keyValueBytes == 0)
    }
}
