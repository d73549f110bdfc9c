import Engine
import Foundation
import HookMessages
import Hooks
import Messages
import SwiftProtobuf
import Testing
import Wire

@testable import Service

/// What Statistics refuses, what it costs, and how far it came.
@Suite("Statistics, refused and ended")
struct StatisticsRefusalTests {
    private typealias Request = Neurond_V1_StatisticsRequest

    /// A good request of one item, changed.
    private func request(_ change: (inout Request) throws -> Void) rethrows -> Request {
        var request = Request.with {
            $0.items = [.with { $0.prompt = .ids([1, 5, 9]) }]
            $0.sums = ["mean_abs"]
        }
        try change(&request)
        return request
    }

    private func range(_ start: UInt32, _ end: UInt32) -> Neurond_V1_PositionRange {
        .with {
            $0.start = start
            $0.end = end
        }
    }

    @Test("every refusal by its reason, code and field, before anything runs")
    func refusals() async throws {
        let test = try TestService()
        let plan = try Neurond_V1_HookPlan(HookPlan(text: "capture mlp.act.0"))
        let cases: [(String, Neurond_V1_StatusCode, String, Request)] = [
            ("NOTHING_TO_SUM", .invalidArgument, "sums", request { $0.sums = [] }),
            ("UNKNOWN_SUM", .invalidArgument, "sums", request { $0.sums = ["median"] }),
            ("REPEATED_SUM", .invalidArgument, "sums", request { $0.sums = ["l2", "l2"] }),
            ("BAD_SITE", .invalidArgument, "site", request { $0.site = "attn.pattern" }),
            ("BAD_SITE", .invalidArgument, "site", request { $0.site = "mlp" }),
            ("BAD_LAYERS", .invalidArgument, "layers", request { $0.layers = [1, 0] }),
            ("BAD_LAYERS", .invalidArgument, "layers", request { $0.layers = [1, 1] }),
            ("UNKNOWN_LAYER", .outOfRange, "layers", request { $0.layers = [0, 99] }),
            ("ITEM_COUNT", .outOfRange, "items", request { $0.items = [] }),
            (
                "EMPTY_PROMPT", .invalidArgument, "items[0]",
                request { $0.items[0].prompt = .ids([]) }
            ),
            (
                "EMPTY_CONTINUATION", .invalidArgument, "items[0]",
                request { $0.items[0].continuation = .ids([]) }
            ),
            ("HOOK_CAPTURE", .invalidArgument, "hooks", request { $0.hooks = plan }),
            ("HOOK_CAPTURE", .invalidArgument, "hooks", request { $0.items[0].hooks = plan }),
            (
                "GROUP_LABEL_LENGTH", .outOfRange, "items[0].group",
                request { $0.items[0].group = String(repeating: "é", count: 129) }
            ),
            (
                "TOO_MANY_GROUPS", .outOfRange, "items",
                request { request in
                    let item = request.items[0]
                    request.items = (0..<257).map { number in
                        var item = item
                        item.group = "\(number)"
                        return item
                    }
                }
            ),
        ]
        for (reason, code, field, request) in cases {
            let (replies, end) = try await test.call(.statistics, request)
            #expect(end.status.reason == reason, "\(end.status.message)")
            #expect(end.status.code == code, "\(reason)")
            #expect(end.status.field == field, "\(reason)")
            #expect(replies.isEmpty && !end.hasPartial)
            let explained = Neurond_V1_ExplainRequest.with { $0.statistics = request }
            #expect(try await test.call(.explain, explained).end.status.reason == reason)
        }
        #expect(test.engine.statistics.promptRows == 0)
    }

    @Test("ranges that are empty, overlap, do not ascend or leave the item")
    func counted() async throws {
        let test = try TestService()
        let bad: [[Neurond_V1_PositionRange]] = [
            [range(1, 1)], [range(2, 1)], [range(0, 4)], [range(0, 2), range(1, 3)],
            [range(2, 3), range(0, 1)], [range(3, 4)],
        ]
        for ranges in bad {
            let request = request { $0.items[0].counted = ranges }
            let (_, end) = try await test.call(.statistics, request)
            #expect(end.status.reason == "BAD_COUNTED", "\(ranges)")
            #expect(end.status.field == "items[0].counted")
        }
        for (ranges, count) in [([range(0, 1), range(1, 3)], 3), ([range(2, 3)], 1)] {
            let answer = try await test.statistics(request { $0.items[0].counted = ranges })
            #expect(answer.items[0].countedTokens == UInt32(count))
            #expect(answer.groups[0].tokens == UInt64(count))
        }
    }

    @Test("sums of groups that take too many bytes are refused with the numbers")
    func tooLarge() throws {
        let shape = ModelShape(
            layerCount: 80, width: 8192, headCount: 64, keyValueHeadCount: 8,
            headDimension: 128, neuronCount: 28_672, vocabularyCount: 128_256)
        let form = try StatisticsForm(
            request {
                $0.sums = ["mean_abs", "rms", "positive", "max_abs"]
                $0.exact = true
            }, shape: shape)
        let labels = (0..<6).map { "\($0)" }
        let fits = try StatisticsGroups(Array(labels.prefix(5) + labels.prefix(4)), form: form)
        #expect(fits.byteCount == 5 * 80 * 28_672 * (16 + 16 + 8 + 4))
        #expect(fits.replyByteCount == fits.byteCount)
        let refusal = #expect(throws: RequestFailure.self) {
            try StatisticsGroups(labels, form: form)
        }
        #expect(refusal?.status.reason == "STATISTICS_TOO_LARGE")
        #expect(refusal?.status.code == .outOfRange)
        #expect(refusal?.status.asked == UInt64(6 * 80 * 28_672 * 44))
        #expect(refusal?.status.limit == UInt64(EngineLimits.statisticsBytes))
    }

    @Test("a value or sum beyond the range ends the request with the item that brought it")
    func overflow() async throws {
        let test = try TestService()
        for (hook, sum) in [
            ("scale 1e30 L0N1", "sum_squares"), ("scale 1e30 L0N1", "max_abs"),
            ("scale 3e38 L0N1\nscale 3e38 L0N1", "mean_abs"),
            ("scale 3e38 L0N1\nscale 3e38 L0N1\nadd -1 resid_post.0", "l2"),
        ] {
            let request = try request {
                $0.sums = [sum]
                $0.items.append($0.items[0])
                $0.items[1].hooks = try Neurond_V1_HookPlan(HookPlan(text: hook))
            }
            let (replies, end) = try await test.call(.statistics, request)
            #expect(end.status.reason == "SUM_OVERFLOW", "\(hook) \(sum)")
            #expect(end.status.code == .outOfRange)
            #expect(end.status.field == "items[1]")
            #expect(replies.count == 1)
            #expect(end.partial.itemsFinished == 1)
        }
    }

    @Test("a cancelled request tells how many items were added, and answers no group")
    func cancel() async throws {
        let test = try TestService()
        let request = request {
            $0.items = (0..<500).map { item in
                .with { $0.prompt = .ids((0..<100).map { ($0 + item) % 200 + 3 }) }
            }
        }
        let end = try await end(of: test, .statistics, request, cancelledAt: 3)
        #expect(end.status.code == .cancelled)
        #expect(end.partial.items == 500)
        #expect(end.partial.itemsFinished == 3)
        #expect((300...1100).contains(end.usage.promptTokens))
        let held = test.engine.statistics
        #expect((held.running, held.waiting, held.keyValueBytes) == (0, 0, 0))
        #expect(held.captureBytes == 0)
    }

    @Test("Explain counts rows, sums of items and groups, and the groups' tensors")
    func explain() async throws {
        let test = try TestService("llama-gqa")
        let shape = test.engine.model.shape
        let elements = shape.layerCount * shape.neuronCount
        let request = Neurond_V1_StatisticsRequest.example(12, sums: [.meanAbs, .l2, .positive])
        let explain = Neurond_V1_ExplainRequest.with { $0.statistics = request }
        let reply = try #require(
            try await test.messages(.explain, explain, as: Neurond_V1_ExplainReply.self).first)
        let answer = try await test.statistics(request)
        #expect(reply.items.count == 12)
        #expect(reply.items.allSatisfy { $0.captureBytes == UInt64(3 * 8 * elements) })
        #expect(reply.items.allSatisfy { $0.replyBytes == 0 })
        let inFlight = ServiceLimits.itemsInFlight
        #expect(
            reply.captureBytes == UInt64(inFlight * 3 * 8 * elements + 3 * 40 * elements))
        #expect(reply.replyBytes == UInt64(3 * 40 * elements))
        let sent = answer.tensors.values.joined().reduce(0) { $0 + $1.value.count }
        #expect(reply.replyBytes == UInt64(sent))
        #expect(reply.tokens == answer.items.reduce(0) { $0 + UInt64($1.tokens.count) })
        let forward = Neurond_V1_ExplainRequest.with {
            $0.forward.items = answer.items.map { item in .with { $0.prompt = .ids(item.tokens) } }
        }
        let plain = try #require(
            try await test.messages(.explain, forward, as: Neurond_V1_ExplainReply.self).first)
        let counted = answer.items.reduce(0) { $0 + Int($1.countedTokens) }
        #expect(reply.multiplyAdds == plain.multiplyAdds + Double(counted * 3 * elements))
    }

    @Test("norms of every neuron of some layers, in one request")
    func norms() async throws {
        let test = try TestService()
        let shape = test.engine.model.shape
        for kind in [Neurond_V1_ColumnsRequest.Kind.value, .gate, .up] {
            let request = Neurond_V1_ColumnsRequest.with {
                $0.layers = [0, 1]
                $0.kind = kind
                $0.normsOnly = true
            }
            let layers = try await test.messages(
                .columns, request, as: Neurond_V1_ColumnsReply.self)
            #expect(layers.map(\.norms.count) == [shape.neuronCount, shape.neuronCount])
            let single = Neurond_V1_ColumnsRequest.with {
                $0.units = (0..<UInt32(shape.neuronCount)).map { neuron in
                    .with { ($0.layer, $0.neuron) = (1, neuron) }
                }
                $0.kind = kind
                $0.normsOnly = true
            }
            let units = try await test.messages(
                .columns, single, as: Neurond_V1_ColumnsReply.self)
            #expect(units[0].norms == layers[1].norms)
            var refused = request
            refused.normsOnly = false
            #expect(try await test.call(.columns, refused).end.status.reason == "BAD_LAYERS")
            refused = request
            refused.units = [.init()]
            #expect(try await test.call(.columns, refused).end.status.reason == "BAD_LAYERS")
            refused = request
            refused.layers = [99]
            #expect(try await test.call(.columns, refused).end.status.reason == "UNKNOWN_LAYER")
        }
    }
}
