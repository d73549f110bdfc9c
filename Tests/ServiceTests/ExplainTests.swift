import Engine
import HookMessages
import Hooks
import Kernels
import Messages
import ModelFile
import Service
import SwiftProtobuf
import Testing
import Wire

/// What a request is said to take is what it takes.
@Suite("Explain")
struct ExplainTests {
    private func plan(_ text: String) throws -> Neurond_V1_HookPlan {
        try Neurond_V1_HookPlan(HookPlan(text: text))
    }

    private func explain(
        _ test: TestService, _ request: Neurond_V1_ExplainRequest
    ) async throws -> Neurond_V1_ExplainReply {
        try await test.messages(
            .explain, request, as: Neurond_V1_ExplainReply.self)[0]
    }

    @Test("totals are the sums over items, with and without them")
    func totals() async throws {
        let test = try TestService()
        var request = try Neurond_V1_ExplainRequest.with {
            $0.forward.items = (1...20).map { count in
                .with { $0.prompt = .ids((0..<UInt32(2 * count)).map { $0 + 3 }) }
            }
            $0.forward.hooks = try plan("scale 2 mlp.act.1\ncapture resid_post.0")
        }
        let whole = try await explain(test, request)
        #expect(whole.items.count == 20)
        #expect(whole.tokens == 420)
        #expect(whole.generatedTokens == 0)
        #expect(whole.multiplyAdds == whole.items.reduce(0) { $0 + $1.multiplyAdds })
        #expect(whole.hookElements == 420 * 96)
        #expect(whole.hookElements == whole.items.reduce(0) { $0 + $1.hookElements })
        #expect(whole.replyBytes == 420 * 32 * 4)
        // Eight items run at once; the last eight are the largest.
        let last = whole.items.suffix(8)
        #expect(whole.keyValueBytes == last.reduce(0) { $0 + $1.keyValueBytes })
        #expect(whole.captureBytes == last.reduce(0) { $0 + $1.captureBytes })
        request.totalsOnly = true
        var totals = try await explain(test, request)
        #expect(totals.items.isEmpty)
        totals.items = whole.items
        #expect(totals == whole)
    }

    @Test("elements of hooks are those that receipts count")
    func hookElements() async throws {
        let test = try TestService()
        let forward = try Neurond_V1_ForwardRequest.with {
            $0.items = [.with { $0.prompt = .ids([1, 2, 3, 4, 5, 6, 7]) }]
            $0.hooks = try plan(
                """
                scale 2 L1N4-6 at 1:3
                zero L0H1
                add 1 attn.pattern.2[0-1]
                noise 0 0.1 3 resid_mid
                value-noise 0 0.1 5 L0N7-9 at 2:
                zero logits[4]
                """)
            $0.topK = 1
        }
        let explained = try await explain(test, .with { $0.forward = forward })
        let run = try await test.messages(
            .forward, forward, as: Neurond_V1_ForwardReply.self)[0]
        #expect(explained.hookElements == run.receipts.reduce(0) { $0 + $1.elements })
        let bare = try await explain(
            test,
            .with {
                $0.forward = forward
                $0.forward.hooks = Neurond_V1_HookPlan()
            })
        #expect(explained.multiplyAdds > bare.multiplyAdds)
    }

    @Test("values of actions are counted once for items that share them, and objects are named")
    func planBytes() async throws {
        let test = try TestService()
        var writer = SafetensorsWriter()
        try writer.add("mlp.act.1", shape: [96], [Float](repeating: 1, count: 96))
        try writer.add("v", shape: [32], [Float](repeating: 1, count: 32))
        let bytes = writer.serialized()
        let hash = ContentHash(hashing: bytes)
        try test.engine.objects.put(
            .tensors(SafetensorsFile(bytes: bytes)), hash: hash, byteCount: bytes.count)
        let set = NeuronSet(neurons: [1: IndexRanges([4..<7])])
        try test.engine.objects.put(
            .neuronSet(set), hash: set.contentHash, byteCount: set.json.utf8.count)
        let name = "sha256:\(hash.hex)"
        let reply = try await explain(
            test,
            .with {
                $0.forward.items = (0..<3).map { _ in .with { $0.prompt = .ids([1, 2]) } }
                $0.forward.hooks = try plan(
                    """
                    mean \(name) mlp.act.1
                    zero sha256:\(set.contentHash.hex)
                    capture resid_post.0 dot(\(name):v)
                    """)
            })
        #expect(reply.planBytes == 96 * 4)
        let named = [hash, set.contentHash].sorted { $0.hex < $1.hex }
        #expect(reply.objects.map { Array($0) } == named.map(\.bytes))
    }

    @Test("a generation takes the blocks of its last row")
    func generation() async throws {
        let test = try TestService()
        let block = test.engine.keyValueBlockBytes
        for (maxTokens, blocks) in [(1, 1), (31, 1), (32, 2), (63, 2), (64, 3)] {
            let reply = try await explain(
                test,
                .with {
                    $0.generate.prompt = .ids([1, 2])
                    $0.generate.maxTokens = UInt32(maxTokens)
                })
            #expect(reply.keyValueBytes == UInt64(blocks * block), "\(maxTokens) tokens")
            #expect(reply.generatedTokens == UInt64(maxTokens))
        }
    }
}
