import Foundation
import HookMessages
import Hooks
import Messages
import Service
import SwiftProtobuf
import Testing
import Wire

@Suite("EngineService")
struct EngineServiceTests {
    private func plan(_ text: String) throws -> Neurond_V1_HookPlan {
        try Neurond_V1_HookPlan(HookPlan(text: text))
    }

    @Test("sites and columns that a family lacks are neither listed nor answered")
    func family() async throws {
        let test = try TestService("gptj-parallel")
        let reply = try #require(
            try await test.messages(
                .capabilities, Neurond_V1_CapabilitiesRequest(),
                as: Neurond_V1_CapabilitiesReply.self
            ).first)
        #expect(reply.models.first?.architecture == "gptj")
        let names = reply.sites.map(\.name)
        #expect(names.count == SiteKind.allCases.count - 2)
        #expect(names.contains("mlp.gate.L"))
        #expect(!names.contains("mlp.up.L") && !names.contains("resid_mid.L"))
        let hooks = try plan("capture resid_mid.0")
        let hooked = Neurond_V1_ForwardRequest.with {
            $0.items = [.with { $0.prompt = .ids([1, 2, 3]) }]
            $0.hooks = hooks
        }
        let refused = try await test.call(.forward, hooked).end.status
        #expect(refused.reason == "HOOK_COMBINATION")
        #expect(refused.message.contains("resid_mid"))
        let columns = Neurond_V1_ColumnsRequest.with {
            $0.units = [.init()]
            $0.kind = .up
        }
        #expect(try await test.call(.columns, columns).end.status.reason == "NOT_GATED")
    }

    @Test("Capabilities say what is served")
    func capabilities() async throws {
        let test = try TestService()
        let reply = try #require(
            try await test.messages(
                .capabilities, Neurond_V1_CapabilitiesRequest(),
                as: Neurond_V1_CapabilitiesReply.self
            ).first)
        #expect(reply.models.count == 1)
        #expect(reply.models[0].layers == 3)
        #expect(reply.models[0].weightFormat == "f32")
        #expect(reply.models[0].digest.count == 64)
        #expect(reply.sites.count == SiteKind.allCases.count)
        #expect(reply.sites.contains { $0.name == "mlp.act.L" && $0.unit == "neuron" })
        #expect(reply.actions.contains("value-noise"))
        #expect(reply.reductions.contains("mean_abs"))
        #expect(reply.limits.allSatisfy { $0.value > 0 && !$0.meaning.isEmpty })
    }

    @Test("Tokenize and Detokenize are inverse")
    func text() async throws {
        let test = try TestService()
        let ids = try await test.messages(
            .tokenize, Neurond_V1_TokenizeRequest.with { $0.prompt = .text("12 + 7 = 19") },
            as: Neurond_V1_TokenizeReply.self)[0]
        #expect(ids.ids.first == 1)
        #expect(ids.pieces.count == ids.ids.count)
        let text = try await test.messages(
            .detokenize, Neurond_V1_DetokenizeRequest.with { $0.ids = ids.ids },
            as: Neurond_V1_DetokenizeReply.self)[0]
        #expect(text.text == "12 + 7 = 19")
    }

    @Test("Forward answers items in order, each with the tensors it announced")
    func forward() async throws {
        let test = try TestService()
        let request = try Neurond_V1_ForwardRequest.with {
            $0.items = (0..<20).map { item in
                .with { $0.prompt = .ids((0...UInt32(item % 5)).map { $0 + 1 }) }
            }
            $0.items[3].hooks = try plan("capture logits top_k(2) at last")
            $0.hooks = try plan("zero L1N7\ncapture mlp.act.1 f16\ncapture resid_post.0 norm")
            $0.topK = 3
        }
        let (replies, end) = try await test.call(.forward, request)
        #expect(end.status.code == .ok)
        var item: UInt32 = 0
        var expected: [Neurond_V1_TensorInfo] = []
        for reply in replies {
            switch reply {
            case .message(let payload):
                #expect(expected.isEmpty)
                let message = try Neurond_V1_ForwardReply(serializedBytes: payload)
                #expect(message.item == item)
                #expect(message.top.count == 3)
                #expect(message.receipts.count == (item == 3 ? 0 : 1))
                expected = message.tensors
                item += 1
            case .tensor(let descriptor, let data):
                let info = expected.removeFirst()
                #expect(descriptor.item == item - 1)
                #expect(descriptor.name == info.name)
                #expect(descriptor.shape.map { UInt64($0) } == info.shape)
                #expect(data.count == descriptor.byteCount)
            }
        }
        #expect(item == 20)
        #expect(end.usage.promptTokens == 60)
        #expect(end.provenance.modelDigest.count == 64)
        #expect(end.provenance.planHash.count == 64)
        let again = try await test.call(.forward, request)
        #expect(again.replies == replies, "a repeated request gives the same frames")
    }

    @Test("Generate streams start, tokens and finish, with text that adds up")
    func generate() async throws {
        let test = try TestService()
        let request = try Neurond_V1_GenerateRequest.with {
            $0.prompt = .text("Count: 12")
            $0.maxTokens = 9
            $0.ignoreEnd = true
            $0.topK = 2
            $0.hooks = try plan("scale 2 L0N3\ncapture mlp.act.1 mean_abs")
        }
        let (replies, end) = try await test.call(.generate, request)
        let events = try replies.compactMap { reply -> Neurond_V1_GenerateReply? in
            guard case .message(let payload) = reply else { return nil }
            return try Neurond_V1_GenerateReply(serializedBytes: payload)
        }
        #expect(events.count == 11)
        let tokens = events.dropFirst().prefix(9).map(\.token)
        #expect(tokens.allSatisfy { $0.top.count == 2 && $0.top[0].id == $0.id })
        let finished = events[10].finished
        #expect(finished.reason == "length")
        #expect(finished.receipts.count == 1)
        #expect(finished.tensors.count == 1)
        #expect(finished.tensors[0].reducedRows == UInt64(events[0].started.tokens.count + 8))
        let text = tokens.map(\.text).joined() + finished.text
        let decoded = try await test.messages(
            .detokenize,
            Neurond_V1_DetokenizeRequest.with {
                $0.ids = events[0].started.tokens + tokens.map(\.id)
            }, as: Neurond_V1_DetokenizeReply.self)[0]
        #expect(decoded.text == "Count: 12" + text)
        #expect(end.usage.generatedTokens == 9)
    }

    @Test("Score of a text continuation is that of its ids")
    func score() async throws {
        let test = try TestService()
        let replies = try await test.messages(
            .score,
            Neurond_V1_ScoreRequest.with {
                $0.items = [
                    .with {
                        $0.prompt = .text("12 + 7")
                        $0.continuation = .text(" = 19")
                    }
                ]
            }, as: Neurond_V1_ScoreReply.self)
        let reply = replies[0]
        #expect(reply.logProbabilities.count == reply.tokens.count - Int(reply.promptTokens))
        #expect(abs(reply.total - reply.logProbabilities.reduce(0, +)) <= 1e-12)
        let ids = try await test.messages(
            .score,
            Neurond_V1_ScoreRequest.with {
                $0.items = [
                    .with {
                        $0.prompt = .ids(Array(reply.tokens.prefix(Int(reply.promptTokens))))
                        $0.continuation = .ids(
                            Array(reply.tokens.dropFirst(Int(reply.promptTokens))))
                    }
                ]
            }, as: Neurond_V1_ScoreReply.self)
        #expect(ids[0].logProbabilities == reply.logProbabilities)
    }

    @Test("Project and Columns agree with each other")
    func algebra() async throws {
        let test = try TestService()
        let unit = Neurond_V1_NeuronRef.with {
            $0.layer = 1
            $0.neuron = 7
        }
        let projected = try await test.messages(
            .project,
            Neurond_V1_ProjectRequest.with {
                $0.units = [unit]
                $0.topK = 5
            }, as: Neurond_V1_ProjectReply.self)[0]
        #expect(projected.promoted.count == 5)
        #expect(projected.promoted[0].logit >= projected.promoted[1].logit)
        #expect(projected.demoted[0].logit <= projected.demoted[1].logit)
        let (replies, _) = try await test.call(
            .columns, Neurond_V1_ColumnsRequest.with { $0.units = [unit] })
        guard case .tensor(let descriptor, let data) = replies[1] else {
            Issue.record("no tensor")
            return
        }
        #expect(descriptor.shape == [1, 32])
        let values = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(abs(Double(projected.norm) - norm) <= 1e-6 * norm)
    }

    @Test("Explain counts rows, units and bytes without running")
    func explain() async throws {
        let test = try TestService()
        let reply = try await test.messages(
            .explain,
            Neurond_V1_ExplainRequest.with {
                $0.forward.items = [.with { $0.prompt = .ids([1, 2, 3, 4]) }]
                $0.forward.hooks = try! plan("zero L1N4-6 at 1:3\ncapture mlp.act.2 at -1")
            }, as: Neurond_V1_ExplainReply.self)[0]
        let action = reply.items[0].actions[0]
        #expect(action.site == "mlp.act.1")
        #expect(action.units == 3)
        #expect(action.rows == 2)
        #expect(reply.items[0].tensors[0].shape == [1, 96])
        #expect(reply.replyBytes == 96 * 4)
        #expect(reply.multiplyAdds > 0)
    }

    @Test("Explain announces the tensors that the run delivers")
    func explainEqualsRun() async throws {
        let test = try TestService()
        let reductions = [
            "", "f16", "mean", "mean_abs", "rms", "l2", "max", "sum", "count>0.5", "top_k(3)",
            "norm",
        ]
        let captures =
            reductions.map { "capture mlp.act.1[2-9] \($0) at 1:" } + [
                "capture attn.pattern.0[1] at 2:", "capture logits logprob(5,9)",
                "capture logits rank(5)", "capture logits entropy at last",
            ]
        let forward = try Neurond_V1_ForwardRequest.with {
            $0.items = [.with { $0.prompt = .ids([1, 2, 3, 4, 5]) }]
            $0.hooks = try plan((["zero logits[3]"] + captures).joined(separator: "\n"))
        }
        let explained = try await test.messages(
            .explain, Neurond_V1_ExplainRequest.with { $0.forward = forward },
            as: Neurond_V1_ExplainReply.self)[0].items[0]
        let run = try await test.messages(
            .forward, forward, as: Neurond_V1_ForwardReply.self)[0]
        #expect(explained.tensors.count == run.tensors.count)
        for (announced, delivered) in zip(explained.tensors, run.tensors) {
            #expect(announced.type == delivered.type, "\(announced.name)")
            #expect(announced.shape == delivered.shape, "\(announced.name)")
            #expect(delivered.name.hasPrefix(announced.name))
            #expect(announced.positions == delivered.positions, "\(announced.name)")
            #expect(announced.reducedRows == delivered.reducedRows, "\(announced.name)")
        }
        #expect(explained.actions[0].rows == run.receipts[0].rows)
    }

    @Test("objects are stored under their hash, named by hooks, and dropped")
    func objects() async throws {
        let test = try TestService()
        let set = NeuronSet(neurons: [1: IndexRanges([4..<7])])
        let content = Array(set.json.utf8)
        let chunk =
            try Neurond_V1_PutObjectChunk.with { $0.content = Data(content[5...]) }
            .serializedBytes() as [UInt8]
        let (replies, end) = try await test.call(
            .putObject,
            Neurond_V1_PutObjectRequest.with {
                $0.kind = .neuronSet
                $0.byteCount = UInt64(content.count)
                $0.content = Data(content[..<5])
            }, chunks: [chunk])
        #expect(end.status.code == .ok)
        guard case .message(let payload) = replies[0] else { return }
        let hash = try Neurond_V1_PutObjectReply(serializedBytes: payload).hash
        #expect(Array(hash).map { String(format: "%02x", $0) }.joined() == set.contentHash.hex)
        let request = try Neurond_V1_ForwardRequest.with {
            $0.items = [.with { $0.prompt = .ids([1, 2]) }]
            $0.hooks = try plan("zero sha256:\(set.contentHash.hex)")
        }
        let reply = try await test.messages(
            .forward, request, as: Neurond_V1_ForwardReply.self)[0]
        #expect(reply.receipts[0].site == "mlp.act.1")
        #expect(reply.receipts[0].elements == 6)
        _ = try await test.call(
            .dropObject, Neurond_V1_DropObjectRequest.with { $0.hash = hash })
        let (_, refused) = try await test.call(.forward, request)
        #expect(refused.status.reason == "HOOK_OBJECT")
    }

    @Test("a neuron set of another model is refused")
    func foreignSet() async throws {
        let test = try TestService()
        let set = NeuronSet(
            modelDigest: String(repeating: "0", count: 64), neurons: [1: IndexRanges([4..<7])])
        let content = Array(set.json.utf8)
        _ = try await test.call(
            .putObject,
            Neurond_V1_PutObjectRequest.with {
                $0.kind = .neuronSet
                $0.byteCount = UInt64(content.count)
                $0.content = Data(content)
            })
        let (_, end) = try await test.call(
            .forward,
            Neurond_V1_ForwardRequest.with {
                $0.items = [.with { $0.prompt = .ids([1, 2]) }]
                $0.hooks = try! plan("zero sha256:\(set.contentHash.hex)")
            })
        #expect(end.status.reason == "MODEL_MISMATCH")
    }
}
