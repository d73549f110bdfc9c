import Engine
import HookMessages
import Hooks
import Messages
import SwiftProtobuf
import Testing
import Wire

@testable import Service

/// Many generations in one request.
@Suite("Generate with items")
struct GenerateItemsTests {
    /// What one generation brought, however it was asked for.
    private struct Outcome: Equatable {
        var prompt: [UInt32] = []
        var tokens: [UInt32] = []
        var logProbabilities: [Double] = []
        var text = ""
        var reason = ""
        var stop = ""
        var receipts: [Neurond_V1_Receipt] = []
        var tensors: [[UInt8]] = []
    }

    /// Outcomes by item; of a request with one prompt, that one.
    private func outcomes(
        _ test: TestService, _ request: Neurond_V1_GenerateRequest
    ) async throws -> [Outcome] {
        let (replies, end) = try await test.call(.generate, request)
        try #require(end.status.code == .ok, "\(end.status.message)")
        var outcomes: [Outcome] = []
        for reply in replies {
            switch reply {
            case .tensor(let descriptor, let data):
                #expect(Int(descriptor.item) == outcomes.count - 1)
                outcomes[outcomes.count - 1].tensors.append(data)
            case .message(let payload):
                take(try Neurond_V1_GenerateReply(serializedBytes: payload), &outcomes)
            }
        }
        return outcomes
    }

    private func take(_ reply: Neurond_V1_GenerateReply, _ outcomes: inout [Outcome]) {
        if case .started(let started) = reply.event {
            outcomes.append(Outcome(prompt: started.tokens))
        }
        let index = outcomes.count - 1
        #expect(Int(reply.item) == index)
        switch reply.event {
        case .token(let token):
            outcomes[index].tokens.append(token.id)
            outcomes[index].logProbabilities.append(token.logProbability)
            outcomes[index].text += token.text
        case .finished(let finished):
            outcomes[index].tokens += finished.tokens
            outcomes[index].logProbabilities += finished.logProbabilities
            outcomes[index].text += finished.text
            outcomes[index].reason = finished.reason
            outcomes[index].stop = finished.stop
            outcomes[index].receipts = finished.receipts
        case .started, nil: break
        }
    }

    private func plan(_ text: String) throws -> Neurond_V1_HookPlan {
        try Neurond_V1_HookPlan(HookPlan(text: text))
    }

    /// Prompts of several kinds with what each has of its own.
    private func mixed() throws -> Neurond_V1_GenerateRequest {
        try .with {
            $0.maxTokens = 12
            $0.sampling.temperature = 0.9
            $0.sampling.seed = 5
            $0.stop = ["1", "e"]
            $0.hooks = try plan("scale 2 L0N3 at generated\ncapture mlp.act.1 mean_abs")
            $0.items = try (0..<12).map { index in
                try .with {
                    $0.prompt =
                        index % 2 == 0
                        ? .ids((0...UInt32(index)).map { $0 * 7 % 200 + 3 })
                        : .text("Count: \(index)")
                    if index % 3 == 0 { $0.seed = UInt64(index) }
                    if index % 4 == 0 { $0.maxTokens = 3 }
                    if index % 5 == 0 { $0.hooks = try plan("zero L1N7\ncapture resid_post.0") }
                }
            }
        }
    }

    @Test("each item has the tokens, bits, text, receipts and tensors that it has alone")
    func sameAsAlone() async throws {
        let test = try TestService()
        let request = try mixed()
        let together = try await outcomes(test, request)
        #expect(together.count == request.items.count)
        var reasons: Set<String> = []
        for (index, item) in request.items.enumerated() {
            let alone = Neurond_V1_GenerateRequest.with {
                $0.prompt = item.prompt
                $0.maxTokens = item.maxTokens == 0 ? request.maxTokens : item.maxTokens
                $0.sampling = request.sampling
                $0.sampling.seed = item.hasSeed ? item.seed : request.sampling.seed
                $0.stop = request.stop
                $0.hooks = item.hasHooks ? item.hooks : request.hooks
            }
            #expect(try await outcomes(test, alone) == [together[index]], "item \(index)")
            #expect(!together[index].tensors.isEmpty)
            reasons.insert(together[index].reason)
        }
        #expect(reasons.count > 1, "items end for different reasons: \(reasons)")
    }

    @Test("the same request gives the same frames, in the order of the items, warm or cold")
    func deterministic() async throws {
        let test = try TestService()
        let request = try mixed()
        let first = try await test.call(.generate, request)
        let again = try await test.call(.generate, request)
        #expect(first.replies == again.replies)
        let other = try await TestService().call(.generate, request)
        #expect(first.replies == other.replies)
        #expect(first.end.usage.generatedTokens == other.end.usage.generatedTokens)
        #expect(first.end.provenance.planHash.count == 64)
    }

    @Test("items go on behind one that takes long, many to a step")
    func window() async throws {
        let test = try TestService()
        let request = Neurond_V1_GenerateRequest.with {
            $0.maxTokens = 8
            $0.ignoreEnd = true
            $0.items = (0..<256).map { item in
                .with {
                    $0.prompt = .ids([UInt32(item % 100 + 3)])
                    if item == 0 { $0.maxTokens = 240 }
                }
            }
        }
        let before = test.engine.statistics.steps
        let answers = try await outcomes(test, request)
        #expect(answers.map(\.tokens.count) == [240] + [Int](repeating: 8, count: 255))
        // 240 for the first, and the others fit beside it. Were they to wait for its answer, the
        // best would be 240 and then eight for every eight others: 488.
        let steps = test.engine.statistics.steps - before
        #expect((240..<400).contains(steps), "\(steps) steps")
        #expect(test.engine.statistics.running == 0)
    }

    @Test("a cancelled request tells how many items were answered")
    func cancelled() async throws {
        let test = try TestService()
        let request = Neurond_V1_GenerateRequest.with {
            $0.maxTokens = 20
            $0.ignoreEnd = true
            $0.sampling.seed = 3
            $0.items = (0..<400).map { item in
                .with { $0.prompt = .ids([UInt32(item % 100 + 3)]) }
            }
        }
        // Two messages an item: the sixth is the third item's last.
        let end = try await end(of: test, .generate, request, cancelledAt: 6)
        #expect(end.status.code == .cancelled)
        #expect(end.partial.items == 400)
        #expect(end.partial.itemsFinished == 3)
        #expect(end.partial.generatedTokens >= 60)
        #expect(end.provenance.seed == 3)
        let held = test.engine.statistics
        #expect((held.running, held.waiting, held.keyValueBytes) == (0, 0, 0))
    }

    @Test("an item that fails ends the answer at its place, after those before it")
    func failure() async throws {
        let test = try TestService()
        let request = try Neurond_V1_GenerateRequest.with {
            $0.maxTokens = 9
            $0.ignoreEnd = true
            $0.items = (0..<5).map { item in .with { $0.prompt = .ids([1, 5 + item]) } }
            $0.items[3].hooks = try plan("scale 3e38 logits at 4")
        }
        let (replies, end) = try await test.call(.generate, request)
        #expect(end.status.reason == "NON_FINITE_LOGITS")
        #expect(end.partial.itemsFinished == 3)
        #expect(replies.count == 6)
    }

    @Test("Explain adds the items up, and says what those at once take")
    func explain() async throws {
        let test = try TestService()
        let request = Neurond_V1_GenerateRequest.with {
            $0.maxTokens = 30
            $0.items = (0..<100).map { _ in .with { $0.prompt = .ids([3, 4]) } }
            $0.items[7].maxTokens = 5
        }
        let reply = try await test.messages(
            .explain, Neurond_V1_ExplainRequest.with { $0.generate = request },
            as: Neurond_V1_ExplainReply.self)[0]
        #expect(reply.items.count == 100)
        #expect(reply.items[7].generatedTokens == 5)
        #expect(reply.tokens == 200)
        #expect(reply.generatedTokens == 99 * 30 + 5)
        let one = UInt64(test.engine.keyValueBlockBytes)
        #expect(reply.items[0].keyValueBytes == one)
        #expect(reply.keyValueBytes == UInt64(ServiceLimits.generationsInFlight) * one)
    }

    @Test("what does not go with items is refused by name, and nothing is run")
    func refusals() async throws {
        let good = Neurond_V1_GenerateRequest.with {
            $0.maxTokens = 2
            $0.items = [.with { $0.prompt = .ids([3]) }]
        }
        let cases: [(String, String, (inout Neurond_V1_GenerateRequest) -> Void)] = [
            ("PROMPT_AND_ITEMS", "prompt", { $0.prompt = .ids([3]) }),
            ("TOP_K_WITH_ITEMS", "top_k", { $0.topK = 1 }),
            (
                "ITEM_COUNT", "items",
                { $0.items = Array(repeating: $0.items[0], count: 4097) }
            ),
            ("NOTHING_TO_GENERATE", "items[0]", { $0.maxTokens = 0 }),
            ("EMPTY_PROMPT", "items[1].prompt", { $0.items.append(.init()) }),
            ("UNKNOWN_TOKEN", "items[0].prompt", { $0.items[0].prompt = .ids([40_000]) }),
            ("CONTEXT_TOO_LONG", "items[0]", { $0.items[0].maxTokens = 1 << 20 }),
            ("BAD_SAMPLING", "items[0]", { $0.sampling.temperature = -1 }),
            ("BAD_STOP", "items[0]", { $0.stop = [""] }),
            (
                "TOO_MANY_STOPS", "items[0]",
                { $0.stop = Array(repeating: "a", count: 17) }
            ),
            (
                "HOOK_UNKNOWN_SITE", "hooks",
                { $0.items[0].hooks.captures = [.with { $0.selection.site = "nowhere" }] }
            ),
        ]
        let test = try TestService()
        for (reason, field, change) in cases {
            var request = good
            change(&request)
            let (replies, end) = try await test.call(.generate, request)
            #expect(end.status.reason == reason, "\(end.status.message)")
            #expect(end.status.field == field, "\(reason)")
            #expect(replies.isEmpty && !end.hasPartial)
        }
        #expect(test.engine.statistics.steps == 0)
        #expect(try await outcomes(test, good).count == 1)
    }
}

/// How many items are in the engine at once.
@Suite("ItemWindow")
struct ItemWindowTests {
    private typealias Cost = ItemWindow.Cost
    private let window = ItemWindow(
        running: 12, unanswered: 20, keyValueBytes: 100, captureBytes: 50)

    private func costs(_ count: Int, _ keyValues: Int, _ captures: Int) -> [Cost] {
        Array(repeating: Cost(keyValueBytes: keyValues, captureBytes: captures), count: count)
    }

    @Test("a few begin whatever they take, further ones as bytes and places allow")
    func admits() {
        let small = Cost(keyValueBytes: 1, captureBytes: 1)
        let large = Cost(keyValueBytes: 1_000, captureBytes: 1_000)
        #expect(window.admits(large, running: costs(7, 1_000, 0), unanswered: costs(7, 0, 1_000)))
        #expect(!window.admits(large, running: costs(8, 1, 1), unanswered: costs(8, 1, 1)))
        #expect(window.admits(small, running: costs(11, 9, 0), unanswered: costs(19, 0, 1)))
        #expect(!window.admits(small, running: costs(11, 10, 0), unanswered: costs(11, 0, 0)))
        #expect(!window.admits(small, running: costs(12, 0, 0), unanswered: costs(12, 0, 0)))
        #expect(!window.admits(small, running: [], unanswered: costs(20, 0, 0)))
        #expect(!window.admits(small, running: [], unanswered: costs(10, 0, 5)))
    }

    @Test("what items take at once is bounded by what a run of them ever has")
    func bounds() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let items = (0..<Int.random(in: 1...60, using: &random)).map { _ in
                Cost(
                    keyValueBytes: .random(in: 0...30, using: &random),
                    captureBytes: .random(in: 0...20, using: &random))
            }
            let bounds = (
                window.largestKeyValueBytes(of: items.map(\.keyValueBytes)),
                window.largestCaptureBytes(of: items.map(\.captureBytes))
            )
            let seen = simulate(items, &random)
            #expect(seen.keyValues <= bounds.0 && seen.captures <= bounds.1, "\(items)")
        }
    }

    /// The most that items have at once, which end at random.
    private func simulate(
        _ items: [Cost], _ random: inout some RandomNumberGenerator
    ) -> (keyValues: Int, captures: Int) {
        var (answered, begun, running) = (0, 0, Set<Int>())
        var most = (keyValues: 0, captures: 0)
        while answered < items.count {
            while begun < items.count,
                window.admits(
                    items[begun], running: running.map { items[$0] },
                    unanswered: Array(items[answered..<begun]))
            {
                running.insert(begun)
                begun += 1
            }
            let keyValues = running.reduce(0) { $0 + items[$1].keyValueBytes }
            let captures = items[answered..<begun].reduce(0) { $0 + $1.captureBytes }
            most = (max(most.keyValues, keyValues), max(most.captures, captures))
            if let ended = running.randomElement(using: &random) { running.remove(ended) }
            while answered < begun, !running.contains(answered) { answered += 1 }
        }
        return most
    }
}
