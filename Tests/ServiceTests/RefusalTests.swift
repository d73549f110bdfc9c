import Engine
import Foundation
import HookMessages
import Hooks
import Messages
import Service
import SwiftProtobuf
import Testing
import Wire

/// What is wrong is named, with the field and the numbers.
@Suite("Refusals")
struct RefusalTests {
    private func status(
        _ method: Wire.Method, _ request: some Message
    ) async throws -> Neurond_V1_Status {
        let (replies, end) = try await TestService().call(method, request)
        #expect(replies.isEmpty)
        return end.status
    }

    private func forward(_ hooks: Neurond_V1_HookPlan) async throws -> Neurond_V1_Status {
        try await status(
            .forward,
            Neurond_V1_ForwardRequest.with {
                $0.items = [.with { $0.prompt = .ids([1, 2, 3]) }]
                $0.hooks = hooks
            })
    }

    @Test("an unknown site is refused by name")
    func unknownSite() async throws {
        let status = try await forward(
            .with {
                $0.captures = [
                    .with {
                        $0.selection.site = "mlp.akt"
                        $0.selection.layers.all = true
                        $0.selection.units.all = true
                    }
                ]
            })
        #expect(status.code == .invalidArgument)
        #expect(status.reason == "HOOK_UNKNOWN_SITE")
        #expect(status.message.contains("mlp.akt"))
        #expect(status.message.contains("mlp.act"))
    }

    @Test(
        "an unreachable layer, unit or position is refused by name",
        arguments: ["zero L7N1", "zero L1N96", "zero L0H4", "zero L1N1 at 3", "zero L1N1 at -4"])
    func unreachable(text: String) async throws {
        let plan = try Neurond_V1_HookPlan(HookPlan(text: text))
        let status = try await forward(plan)
        #expect(status.code == .outOfRange, "\(status.message)")
        #expect(status.field == "hooks")
        #expect(!status.message.isEmpty)
    }

    @Test("prompts that cannot be run are refused")
    func prompts() async throws {
        let empty = try await status(
            .forward, Neurond_V1_ForwardRequest.with { $0.items = [.init()] })
        #expect(empty.reason == "EMPTY_PROMPT")
        #expect(empty.field == "items[0].prompt")
        let none = try await status(.forward, Neurond_V1_ForwardRequest())
        #expect(none.reason == "ITEM_COUNT")
        let unknown = try await status(
            .generate,
            Neurond_V1_GenerateRequest.with {
                $0.prompt = .ids([1, 40000])
                $0.maxTokens = 1
            })
        #expect(unknown.code == .outOfRange)
        #expect(unknown.asked == 40000)
        let long = try await status(
            .generate,
            Neurond_V1_GenerateRequest.with {
                $0.prompt = .ids([1])
                $0.maxTokens = 1 << 20
            })
        #expect(long.reason == "CONTEXT_TOO_LONG")
        #expect(long.limit > 0)
    }

    @Test("nothing is run if any item is malformed, and the item is named")
    func allItemsFirst() async throws {
        let status = try await status(
            .forward,
            Neurond_V1_ForwardRequest.with {
                $0.items = [
                    .with { $0.prompt = .ids([1, 2, 3]) },
                    .with { $0.prompt = .ids([UInt32](repeating: 1, count: 300)) },
                ]
            })
        #expect(status.reason == "CONTEXT_TOO_LONG")
        #expect(status.field == "items[1]")
        #expect(status.asked == 300)
        #expect(status.limit == 256)
    }

    @Test("Explain refuses what the request would have been refused", .timeLimit(.minutes(10)))
    func explain() async throws {
        let status = try await status(
            .explain,
            Neurond_V1_ExplainRequest.with {
                $0.generate.prompt = .ids([1])
                $0.generate.maxTokens = .max
                $0.generate.hooks = try! Neurond_V1_HookPlan(
                    HookPlan(text: "capture attn.pattern.0"))
            })
        #expect(status.reason == "CONTEXT_TOO_LONG")
    }

    @Test("numbers of no enum case are refused")
    func enums() async throws {
        let unit = Neurond_V1_NeuronRef()
        let convention = try await status(
            .project,
            Neurond_V1_ProjectRequest.with {
                $0.units = [unit]
                $0.convention = .UNRECOGNIZED(7)
            })
        #expect(convention.reason == "UNKNOWN_ENUM")
        let kind = try await status(
            .columns,
            Neurond_V1_ColumnsRequest.with {
                $0.units = [unit]
                $0.kind = .UNRECOGNIZED(7)
            })
        #expect(kind.reason == "UNKNOWN_ENUM")
    }

    @Test("a token over the boundary of prompt and continuation is refused")
    func boundary() async throws {
        let test = try TestService()
        // The fixture's tokenizer joins letters: find two that become one token.
        let pairs = ["th", "he", "an", "in", "er", "re", "on", "at"].map { Array($0) }
        var reasons: Set<String> = []
        for pair in pairs {
            let (_, end) = try await test.call(
                .score,
                Neurond_V1_ScoreRequest.with {
                    $0.items = [
                        .with {
                            $0.prompt = .text(String(pair[0]))
                            $0.continuation = .text(String(pair[1]))
                        }
                    ]
                })
            reasons.insert(end.status.reason)
        }
        #expect(reasons.contains("BOUNDARY_MERGED"))
        #expect(reasons.isSubset(of: ["", "BOUNDARY_MERGED"]))
    }

    @Test("bytes that are no message, and methods that do not exist")
    func garbage() async throws {
        let test = try TestService()
        let (incoming, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        continuation.finish()
        for (method, reason) in [
            (Wire.Method.forward.rawValue, "MALFORMED_MESSAGE"), (77, "UNKNOWN_METHOD"),
            (Wire.Method.sweep.rawValue, "UNIMPLEMENTED"),
        ] {
            let payload = await test.service.handle(
                method: method, payload: [0xFF, 0xFF, 0xFF], incoming: incoming,
                sink: CollectingSink())
            let end = try Neurond_V1_End(serializedBytes: payload)
            #expect(end.status.reason == reason)
        }
    }

    @Test("a model that is not served is refused, name and digest are accepted")
    func models() async throws {
        let test = try TestService()
        for (name, reason) in [
            ("other", "UNKNOWN_MODEL"), ("fixture", ""), (test.engine.model.digest, ""),
        ] {
            let request = Neurond_V1_TokenizeRequest.with {
                $0.options.model = name
                $0.prompt = .text("1")
            }
            let (_, end) = try await test.call(.tokenize, request)
            #expect(end.status.reason == reason)
        }
    }

    @Test("objects that are not what they say are refused")
    func objects() async throws {
        let bad = try await status(
            .putObject,
            Neurond_V1_PutObjectRequest.with {
                $0.kind = .tensors
                $0.byteCount = 3
                $0.content = Data([1, 2, 3])
            })
        #expect(bad.reason == "OBJECT_UNREADABLE")
        let short = try await status(
            .putObject,
            Neurond_V1_PutObjectRequest.with {
                $0.kind = .neuronSet
                $0.byteCount = 9
                $0.content = Data([1])
            })
        #expect(short.reason == "OBJECT_LENGTH")
        let large = try await status(
            .putObject, Neurond_V1_PutObjectRequest.with { $0.byteCount = 1 << 40 })
        #expect(large.reason == "OBJECT_TOO_LARGE")
    }

    @Test("a neuron or layer that is not there is refused in Project and Columns")
    func units() async throws {
        let unit = Neurond_V1_NeuronRef.with {
            $0.layer = 1
            $0.neuron = 96
        }
        let status = try await status(
            .project, Neurond_V1_ProjectRequest.with { $0.units = [unit] })
        #expect(status.reason == "UNKNOWN_UNIT")
        #expect(status.message.contains("L1N96"))
    }
}
