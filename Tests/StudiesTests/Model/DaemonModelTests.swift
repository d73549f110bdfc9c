import FakeDaemon
import Foundation
import Hooks
import Messages
import NeurondClient
import SwiftProtobuf
import Synchronization
import Testing
import Wire

@testable import Studies

/// What a scripted daemon was asked, and what it says of itself.
private final class Script: Sendable {
    let state = Mutex<(requests: [FakeRequest], refusals: [[FakeStep]])>(([], []))
    let digest = Mutex("sha256:feed")

    /// Answers requests other than Capabilities with these steps first, one each.
    init(_ refusals: [[FakeStep]] = []) { state.withLock { $0.refusals = refusals } }

    var requests: [FakeRequest] { state.withLock { $0.requests } }

    func decoded<Request: SwiftProtobuf.Message>(_ type: Request.Type) -> [Request] {
        requests.compactMap { $0.decoded(as: type) }
    }

    func steps(for request: FakeRequest, _ answer: () -> [FakeStep]) -> [FakeStep] {
        guard request.method != .capabilities else { return [.reply(capabilities), .ok] }
        let refusal = state.withLock { state -> [FakeStep]? in
            state.requests.append(request)
            return state.refusals.isEmpty ? nil : state.refusals.removeFirst()
        }
        return refusal ?? answer()
    }

    private var capabilities: Neurond_V1_CapabilitiesReply {
        .with {
            $0.build = "1.2"
            $0.models = [
                .with {
                    $0.name = "toy"
                    $0.digest = digest.withLock { $0 }
                    $0.tokenizerDigest = "words"
                    $0.weightFormat = "int8"
                    $0.layers = 2
                    $0.neurons = 3
                }
            ]
            $0.limits = [
                .with {
                    $0.name = "service.items_per_request"
                    $0.value = 3
                },
                .with {
                    $0.name = "service.units_per_request"
                    $0.value = 4
                },
            ]
        }
    }
}

@Suite("A daemon as a study's model", .timeLimit(.minutes(5))) struct DaemonModelTests {
    private let pauses = Pauses()

    /// Pauses that were asked for; none is made.
    private final class Pauses: Sendable {
        let list = Mutex<[Duration]>([])
    }

    private func with<Result>(
        _ script: Script, model name: String = "",
        _ answer: @escaping @Sendable (FakeRequest) -> [FakeStep],
        _ work: (DaemonModel) async throws -> Result
    ) async throws -> Result {
        let daemon = try FakeDaemon { request in script.steps(for: request) { answer(request) } }
        defer { daemon.stop() }
        let address = daemon.address
        let pauses = pauses
        let model = try await DaemonModel(options: CallOptions(model: name)) {
            try await Client.connect(to: address)
        } pause: { duration in
            pauses.list.withLock { $0.append(duration) }
        }
        let result = try await work(model)
        await model.close()
        return result
    }

    private static func generated(_ request: FakeRequest) -> [FakeStep] {
        guard let message = request.decoded(as: Neurond_V1_GenerateRequest.self) else { return [] }
        return message.items.enumerated().flatMap { place, item -> [FakeStep] in
            let length = item.maxTokens == 0 ? message.maxTokens : item.maxTokens
            return [
                .reply(
                    Neurond_V1_GenerateReply.with {
                        $0.item = UInt32(place)
                        $0.started.tokens = Array(item.prompt.text.utf8).map { UInt32($0) }
                    }),
                .reply(
                    Neurond_V1_GenerateReply.with {
                        $0.item = UInt32(place)
                        $0.finished.text = "\(item.prompt.text)!"
                        $0.finished.tokens = [length, UInt32(item.seed)]
                        $0.finished.reason = "length"
                    }),
            ]
        } + [.ok]
    }

    private func items(_ count: Int) -> [Studies.GenerationItem] {
        (0..<count).map { .init(prompt: .text("\($0)"), seed: UInt64($0)) }
    }

    @Test("the model is the daemon's first or the one of a name or digest")
    func identity() async throws {
        for name in ["", "toy", "sha256:feed"] {
            let identity = try await with(Script(), model: name, { _ in [] }) { $0.identity }
            #expect(identity.digest == "sha256:feed" && identity.weightFormat == "int8")
            #expect(identity.layers == 2 && identity.neurons == 3 && identity.build == "1.2")
        }
        await #expect(throws: StudyError.self) {
            try await with(Script(), model: "other", { _ in [] }) { _ in }
        }
    }

    @Test("items are cut into requests of the daemon's limit and answered in order")
    func limits() async throws {
        let script = Script()
        let settings = GenerationSettings(maxTokens: 5, temperature: 0.5, topP: 0.9, stop: ["."])
        let plan = HookPlan(actions: [
            HookAction(.zero, Target(selections: [Selection(site: .mlpAct, layers: .all)]))
        ])
        let texts = try await with(script, Self.generated) {
            try await $0.generate(items(7), settings: settings, plan: plan)
        }
        #expect(texts.map(\.text) == (0..<7).map { "\($0)!" })
        #expect(texts[4].tokens == [5, 4] && texts[4].promptTokens == [52])
        let requests = script.decoded(Neurond_V1_GenerateRequest.self)
        #expect(requests.map(\.items.count) == [3, 3, 1])
        #expect(requests[0].sampling.temperature == 0.5 && requests[0].sampling.topP == 0.9)
        #expect(requests[0].stop == ["."] && requests[0].hooks.actions.count == 1)
        #expect(requests[0].options.lane == .bulk && requests[0].options.model == "sha256:feed")
    }

    private func tooLong(_ item: Int, _ asked: UInt64) -> [FakeStep] {
        var end = Neurond_V1_End()
        end.status.code = .outOfRange
        end.status.reason = "CONTEXT_TOO_LONG"
        end.status.field = "items[\(item)].prompt"
        end.status.asked = asked
        end.status.limit = 32
        return [.end((try? end.serializedBytes()) ?? [])]
    }

    @Test("a text that would leave the context is shortened, one whose prompt does is left out")
    func context() async throws {
        let settings = GenerationSettings(maxTokens: 5)
        let script = Script([tooLong(1, 34), tooLong(2, 33)])
        let texts = try await with(script, Self.generated) {
            try await $0.generate(items(3), settings: settings, plan: HookPlan())
        }
        #expect(texts.map { $0.tokens[0] } == [5, 3, 4])
        // The first is left out, so that the next refusal's 0 is the second.
        let others = try await with(Script([tooLong(0, 37), tooLong(0, 33)]), Self.generated) {
            try await $0.generate(items(3), settings: settings, plan: HookPlan())
        }
        #expect(others.map(\.isTooLong) == [true, false, false] && others[0] == .tooLong)
        #expect(others.map(\.tokens.first) == [nil, 4, 5])
        let none = try await with(Script([tooLong(0, 99)]), Self.generated) {
            try await $0.generate(items(1), settings: settings, plan: HookPlan())
        }
        #expect(none == [.tooLong])
    }

    @Test("a continuation that leaves the context has no score")
    func longContinuation() async throws {
        let scores = try await with(Script([tooLong(1, 40)])) { request in
            let items = request.decoded(as: Neurond_V1_ScoreRequest.self)?.items ?? []
            return items.map { _ in
                .reply(Neurond_V1_ScoreReply.with { $0.logProbabilities = [-0.5] })
            } + [.ok]
        } _: { model in
            try await model.score(
                ["a", "b", "c"].map { .init(prompt: .text($0), continuation: "x") },
                plan: HookPlan())
        }
        #expect(scores.map(\.isTooLong) == [false, true, false])
        #expect(scores.map(\.total) == [-0.5, -.infinity, -0.5])
    }

    @Test("a request that is too large is halved")
    func halves() async throws {
        let refusal = [FakeStep.failed(.outOfRange, "KEY_VALUE_TOO_LARGE", "too much")]
        let script = Script([refusal])
        let texts = try await with(script, Self.generated) {
            try await $0.generate(
                items(3), settings: .init(maxTokens: 1), plan: HookPlan())
        }
        #expect(texts.map(\.text) == ["0!", "1!", "2!"])
        let counts = script.decoded(Neurond_V1_GenerateRequest.self).map(\.items.count)
        #expect(counts == [3, 1, 2])
    }

    @Test("a busy daemon is asked again when it says, a lost one on a new connection")
    func retries() async throws {
        let busy = [
            FakeStep.failed(
                .resourceExhausted, "QUEUE_FULL", "busy", retryAfterMilliseconds: 700)
        ]
        let script = Script([busy, [.disconnect], [.failed(.unavailable, "DRAINING", "leaving")]])
        let texts = try await with(script, Self.generated) {
            try await $0.generate(items(1), settings: .init(maxTokens: 1), plan: HookPlan())
        }
        #expect(texts.count == 1 && script.requests.count == 4)
        let waited = pauses.list.withLock { $0 }
        #expect(waited == [.milliseconds(700), .milliseconds(500), .milliseconds(1_000)])
    }

    @Test("a daemon that stays busy ends the study with its own words")
    func givesUp() async throws {
        let busy = [FakeStep.failed(.unavailable, "QUEUE_FULL", "busy")]
        let script = Script([[FakeStep]](repeating: busy, count: 50))
        do {
            _ = try await with(script, Self.generated) {
                try await $0.generate(items(1), settings: .init(maxTokens: 1), plan: HookPlan())
            }
            Issue.record("it answered")
        } catch let error as NeurondError {
            #expect(error.reason == "QUEUE_FULL")
        }
        #expect(script.requests.count == FrameLimits.attempts + 1)
    }

    @Test("an error that asking again does not mend is not asked again")
    func otherErrors() async throws {
        let script = Script([[.failed(.invalidArgument, "BAD_STOP", "no")]])
        await #expect(throws: NeurondError.self) {
            try await with(script, Self.generated) {
                try await $0.generate(items(1), settings: .init(maxTokens: 1), plan: HookPlan())
            }
        }
        #expect(script.requests.count == 1)
    }

    @Test("a daemon that comes back with another model is refused")
    func changedModel() async throws {
        let script = Script([[.disconnect]])
        do {
            _ = try await with(script) { request in
                Self.generated(request)
            } _: { model in
                script.digest.withLock { $0 = "sha256:beef" }
                return try await model.generate(
                    items(1), settings: .init(maxTokens: 1), plan: HookPlan())
            }
            Issue.record("it answered")
        } catch let error as StudyError {
            #expect(error.reason == "UNKNOWN_MODEL")
        }
    }

    /// A reply for each layer asked for: norms that tell layer and neuron.
    private static func norms(_ request: FakeRequest, perLayer count: UInt32) -> [FakeStep] {
        let message = request.decoded(as: Neurond_V1_ColumnsRequest.self)
        return (message?.layers ?? []).map { layer in
            .reply(
                Neurond_V1_ColumnsReply.with {
                    $0.norms = (0..<count).map { Float(layer * 10 + $0) }
                })
        } + [.ok]
    }

    @Test("a layer with norms of too few neurons is refused")
    func missingNorms() async throws {
        do {
            _ = try await with(Script()) {
                Self.norms($0, perLayer: 2)
            } _: {
                try await $0.valueNorms()
            }
            Issue.record("it answered")
        } catch let error as StudyError {
            #expect(error.message.contains("norms of a layer"))
        }
    }

    @Test("scores, norms and projections are those of their items")
    func otherCalls() async throws {
        let script = Script()
        try await with(script) { request in
            switch request.method {
            case .score:
                let items = request.decoded(as: Neurond_V1_ScoreRequest.self)?.items ?? []
                return items.map { item in
                    .reply(
                        Neurond_V1_ScoreReply.with {
                            let count = item.prompt.chat.messages.count
                            $0.logProbabilities = [-Double(count), -0.25]
                        })
                } + [.ok]
            case .columns: return Self.norms(request, perLayer: 3)
            default:
                let units = request.decoded(as: Neurond_V1_ProjectRequest.self)?.units ?? []
                return units.map { unit in
                    .reply(
                        Neurond_V1_ProjectReply.with {
                            $0.unit = unit
                            $0.norm = Float(unit.neuron)
                            $0.promoted = [
                                .with {
                                    $0.id = 9
                                    $0.piece = Data("é".utf8)
                                    $0.logit = 0.5
                                }
                            ]
                        })
                } + [.ok]
            }
        } _: { model in
            let chat = StudyPrompt.chat([
                ChatMessage(role: "system", content: "s"), ChatMessage(role: "user", content: "u"),
            ])
            let scores = try await model.score(
                [.init(prompt: chat, continuation: "x")], plan: HookPlan())
            #expect(scores.map(\.logProbabilities) == [[-2, -0.25]])
            let norms = try await model.valueNorms()
            #expect(norms.values == [0, 1, 2, 10, 11, 12] && norms.layers == 2)
            let neurons = [Neuron(layer: 1, index: 2), Neuron(layer: 0, index: 1)]
            let found = try await model.project(neurons, convention: .normed, count: 5)
            #expect(found.map(\.norm) == [2, 1] && found[0].promoted[0].text == "é")
        }
        let columns = script.requests.filter { $0.method == .columns }
        #expect(columns.count == 1)
        let asked = try #require(columns.first?.decoded(as: Neurond_V1_ColumnsRequest.self))
        #expect(asked.layers == [0, 1] && asked.units.isEmpty && asked.normsOnly)
        #expect(asked.kind == .value)
        let score = script.decoded(Neurond_V1_ScoreRequest.self)[0]
        #expect(score.items[0].prompt.chat.messages.map(\.role) == ["system", "user"])
        #expect(script.decoded(Neurond_V1_ProjectRequest.self).last?.convention == .normed)
        #expect(script.decoded(Neurond_V1_ProjectRequest.self).last?.topK == 5)
    }

    /// Two items of group "a" in one reply: sums of 1 for each neuron and item.
    private static func counted(_ request: FakeRequest) -> [FakeStep] {
        guard let message = request.decoded(as: Neurond_V1_StatisticsRequest.self) else {
            return []
        }
        let groups = Dictionary(grouping: message.items, by: \.group).sorted { $0.key < $1.key }
        var steps: [FakeStep] = []
        for (label, items) in groups {
            let reply = Neurond_V1_StatisticsReply.with {
                $0.group.label = label
                $0.group.items = UInt64(items.count)
                $0.group.tokens = UInt64(items.reduce(0) { $0 + $1.continuation.tokens.ids.count })
                $0.group.tensors = message.sums.map { sum in .with { $0.name = "mlp.act:\(sum)" } }
            }
            var bytes: [UInt8] = []
            for _ in 0..<6 {
                for word in [UInt8(items.count), 1] {
                    bytes += [word] + [UInt8](repeating: 0, count: 7)
                }
            }
            steps.append(.reply(reply))
            for sum in message.sums {
                let tensor = TensorDescriptor(
                    name: "mlp.act:\(sum)", type: .int64, shape: [2, 3, 2])
                steps.append(.tensor(tensor, bytes))
            }
        }
        return steps + [.ok]
    }

    @Test("sums of a group that takes several requests are those of the whole")
    func statistics() async throws {
        let script = Script()
        let items = (0..<5).map {
            Studies.StatisticsItem(
                prompt: [UInt32($0)], continuation: [7, 8], group: $0 == 1 ? "b" : "a")
        }
        let groups = try await with(script, Self.counted) {
            try await $0.statistics(items, sums: [.meanAbs, .l2], plan: HookPlan())
        }
        #expect(groups.keys.sorted() == ["a", "b"])
        let whole = try #require(groups["a"])
        #expect(whole.items == 4 && whole.tokens == 8)
        // 2⁶⁴ + 2 from each of two requests.
        let expected = [Int128](repeating: 2 << 64 + 4, count: 6)
        #expect(whole.sums[.meanAbs]?.values == expected && whole.sums[.l2]?.values == expected)
        #expect(groups["b"]?.items == 1 && groups["b"]?.sums[.l2]?.layers == 2)
        let requests = script.decoded(Neurond_V1_StatisticsRequest.self)
        #expect(requests.map(\.items.count) == [3, 2] && requests[0].exact)
        #expect(requests[0].sums == ["mean_abs", "l2"])
    }
}
