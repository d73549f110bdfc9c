import EventLoop
import FakeDaemon
import Foundation
import Hooks
import Messages
import SwiftProtobuf
import Synchronization
import Testing
import Wire

@testable import NeurondClient

@Suite(.timeLimit(.minutes(10))) struct ClientTests {
    private func withDaemon(
        hello: Hello = Hello(role: .server, agent: "fake"),
        _ script: @escaping FakeDaemon.Script,
        _ body: (FakeDaemon, Client) async throws -> Void
    ) async throws {
        let daemon = try FakeDaemon(hello: hello, script: script)
        defer { daemon.stop() }
        let client = try await Client.connect(to: daemon.address)
        defer { client.close() }
        try await body(daemon, client)
    }

    private static let tokenizeReply: Neurond_V1_TokenizeReply = {
        var reply = Neurond_V1_TokenizeReply()
        reply.ids = [5, 13]
        return reply
    }()

    @Test func unaryCallGivesReplyAndTrailers() async throws {
        try await withDaemon { request in
            #expect(request.method == .tokenize)
            let message = request.decoded(as: Neurond_V1_TokenizeRequest.self)
            #expect(message?.prompt.text == "2+")
            return [.reply(Self.tokenizeReply), .ok]
        } _: { _, client in
            var request = Neurond_V1_TokenizeRequest()
            request.prompt.text = "2+"
            let answer = try await client.answer(to: request)
            #expect(answer.reply.ids == [5, 13])
            #expect(answer.trailers.usage.promptTokens == 4)
            #expect(answer.trailers.timing.prefillSeconds == 0.5)
            #expect(answer.trailers.provenance.seed == 7)
        }
    }

    @Test func generationsOfItemsComeLabelled() async throws {
        try await withDaemon { request in
            let message = request.decoded(as: Neurond_V1_GenerateRequest.self)
            #expect(message?.hasPrompt == false)
            #expect(message?.maxTokens == 8)
            #expect(message?.items.map(\.prompt.text) == ["a", "b"])
            #expect(message?.items.map(\.hasSeed) == [false, true])
            #expect(message?.items[1].seed == 0)
            #expect(message?.items.map(\.maxTokens) == [0, 3])
            #expect(message?.items[1].hooks.actions.count == 1)
            #expect(message?.stop == ["."])
            return Self.generatedItems(2) + [.ok]
        } _: { _, client in
            let stream = try client.generate(
                items: [
                    GenerationItem(.init(text: "a")),
                    GenerationItem(
                        .init(text: "b"), plan: HookPlan(text: "zero L1N7"), seed: 0,
                        maximumTokenCount: 3),
                ], maximumTokenCount: 8, stop: ["."])
            var items: [GeneratedItem] = []
            for try await item in stream { items.append(item) }
            #expect(items.map(\.item) == [0, 1])
            #expect(items.map(\.text) == ["text 0", "text 1"])
            #expect(items[1].promptTokens == [1, 2])
            #expect(items[1].tokens == [7])
            #expect(items[1].logProbabilities == [-0.5])
            #expect(stream.trailers?.usage.promptTokens == 4)
        }
        try await withDaemon { _ in
            Array(Self.generatedItems(1).dropFirst()) + [.ok]
        } _: { _, client in
            let stream = try client.generate(items: [], maximumTokenCount: 1)
            await #expect(throws: NeurondError.self) { for try await _ in stream {} }
        }
    }

    private static func generatedItems(_ count: UInt32) -> [FakeStep] {
        (0..<count).flatMap { item -> [FakeStep] in
            var started = Neurond_V1_GenerateReply()
            started.item = item
            started.started.tokens = [1, 2]
            var finished = Neurond_V1_GenerateReply()
            finished.item = item
            finished.finished.text = "text \(item)"
            finished.finished.reason = "length"
            finished.finished.tokens = [7]
            finished.finished.logProbabilities = [-0.5]
            return [.reply(started), .reply(finished)]
        }
    }

    @Test func callOptionsGoWithTheRequest() async throws {
        try await withDaemon { request in
            let options = request.decoded(as: Neurond_V1_RequestEnvelope.self)?.options
            #expect(options?.deadlineMs == 1_500)
            #expect(options?.requestID == "r1")
            #expect(options?.model == "abacus")
            return [.reply(Self.tokenizeReply), .ok]
        } _: { _, client in
            _ = try await client.tokenize(
                "x",
                options: CallOptions(
                    deadline: .milliseconds(1_500), requestID: "r1", model: "abacus"))
        }
    }

    @Test func errorStatusIsThrownWithAllItSays() async throws {
        try await withDaemon { _ in
            [.failed(.resourceExhausted, "QUEUE_FULL", "64 wait", retryAfterMilliseconds: 250)]
        } _: { _, client in
            let error = await #expect(throws: NeurondError.self) { try await client.status() }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.reason == "QUEUE_FULL")
            #expect(error?.retryAfter == .milliseconds(250))
            #expect(error?.isRetryable == true)
            #expect(error?.origin == .daemon)
        }
    }

    @Test func answersOfManyCallsDoNotMix() async throws {
        try await withDaemon { request in
            let ids = request.decoded(as: Neurond_V1_DetokenizeRequest.self)?.ids ?? []
            var reply = Neurond_V1_DetokenizeReply()
            reply.text = "\(ids)"
            return [.reply(reply), .ok]
        } _: { _, client in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for id in UInt32(0)..<400 {
                    group.addTask { try await client.detokenize([id]) == "[\(id)]" }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func streamGivesAnswersInOrderAndThenTrailers() async throws {
        try await withDaemon { _ in
            let tokens = (0..<100).map { index -> FakeStep in
                var reply = Neurond_V1_GenerateReply()
                reply.token.id = UInt32(index)
                return .reply(reply)
            }
            return tokens + [.ok]
        } _: { _, client in
            let stream = try client.generate(.init(text: "a"), maximumTokenCount: 100)
            var ids: [UInt32] = []
            for try await answer in stream { ids.append(answer.reply.token.id) }
            #expect(ids == Array(0..<100))
            #expect(stream.trailers?.usage.cachedTokens == 1)
        }
    }

    @Test func errorSaysHowFarTheRequestHadCome() async throws {
        try await withDaemon { _ in
            var end = Neurond_V1_End()
            end.status.code = .deadlineExceeded
            end.partial.items = 3
            end.partial.itemsFinished = 1
            return [.end((try? end.serializedBytes()) ?? [])]
        } _: { _, client in
            let error = await #expect(throws: NeurondError.self) {
                _ = try await client.tokenize("x")
            }
            #expect(error?.partial?.items == 3 && error?.partial?.itemsFinished == 1)
        }
    }

    @Test func laneGoesWithTheRequest() async throws {
        let lanes = Mutex<[Neurond_V1_Lane]>([])
        try await withDaemon { request in
            let envelope = try? Neurond_V1_RequestEnvelope(serializedBytes: request.payload)
            lanes.withLock { $0.append(envelope?.options.lane ?? .unspecified) }
            return [.reply(Self.tokenizeReply), .ok]
        } _: { _, client in
            let request = Neurond_V1_TokenizeRequest()
            _ = try await client.answer(to: request, options: CallOptions(lane: .bulk))
            _ = try await client.answer(to: request)
        }
        #expect(lanes.withLock { $0 } == [.bulk, .unspecified])
    }

    @Test func slowConsumerHoldsTheDaemonBack() async throws {
        let piece = [UInt8](repeating: 0x20, count: 200_000)
        try await withDaemon { _ in
            let messages = (0..<60).map { _ -> FakeStep in
                var reply = Neurond_V1_GenerateReply()
                reply.token.text = String(decoding: piece, as: UTF8.self)
                return .reply(reply)
            }
            return messages + [.ok]
        } _: { daemon, client in
            let stream = try client.generate(.init(text: "a"), maximumTokenCount: 1)
            var events = daemon.events.makeAsyncIterator()
            var queued = 0
            while let event = await events.next() {
                guard case .answered(_, let count) = event else { continue }
                queued = count
                break
            }
            #expect(queued > 10_000_000)
            var count = 0
            for try await answer in stream { count += answer.reply.token.text.utf8.count }
            #expect(count == 60 * piece.count)
        }
    }

    @Test func cancelledTaskSendsCancelAndLeavesOthersAlone() async throws {
        try await withDaemon { request in
            request.method == .generate ? [] : [.reply(Self.tokenizeReply), .ok]
        } _: { daemon, client in
            let task = Task {
                for try await _ in try client.generate(.init(text: "a"), maximumTokenCount: 9) {}
            }
            var events = daemon.events.makeAsyncIterator()
            while let event = await events.next() {
                if case .answered = event { break }
            }
            task.cancel()
            let error = await #expect(throws: NeurondError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            let next = await events.next()
            #expect(next == .cancelled(streamID: 1))
            let ids = try await client.tokenize("x").ids
            #expect(ids == [5, 13])
        }
    }

    @Test func droppedStreamCancelsItsCall() async throws {
        try await withDaemon { _ in
            []
        } _: { daemon, client in
            var stream: AnswerStream<Neurond_V1_GenerateReply>? = try client.generate(
                .init(text: "a"), maximumTokenCount: 9)
            for await event in daemon.events {
                if case .answered = event { stream = nil }
                if case .cancelled = event { return }
            }
            _ = stream
            Issue.record("the call went on")
        }
    }

    @Test func callsBeyondTheStreamLimitWaitTheirTurn() async throws {
        var hello = Hello(role: .server, agent: "fake")
        hello.streamCount = 1
        try await withDaemon(hello: hello) { _ in
            [.reply(Self.tokenizeReply), .ok]
        } _: { _, client in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await client.tokenize("x").ids.count }
                }
                for try await count in group { #expect(count == 2) }
            }
        }
    }

    @Test func lostConnectionFailsEveryCall() async throws {
        try await withDaemon { request in
            request.method == .status ? [.disconnect] : []
        } _: { _, client in
            let waiting = Task { try await client.tokenize("x") }
            let error = await #expect(throws: NeurondError.self) { try await client.status() }
            #expect(error?.origin == .connection)
            #expect(error?.code == .unavailable)
            await #expect(throws: NeurondError.self) { try await waiting.value }
            await #expect(throws: NeurondError.self) { try await client.status() }
        }
    }

    @Test func goAwayIsToldWithItsText() async throws {
        try await withDaemon { _ in
            [.goAway(.timeout, "idle for 30 s")]
        } _: { _, client in
            let error = await #expect(throws: NeurondError.self) { try await client.status() }
            #expect(error?.message.contains("idle for 30 s") == true)
        }
    }

    @Test func drainingDaemonFinishesWhatIsOpenAndTakesNothingNew() async throws {
        try await withDaemon { request in
            request.method == .status
                ? [.goAway(.drain, "restart"), .reply(Neurond_V1_StatusReply()), .ok] : []
        } _: { _, client in
            _ = try await client.status()
            let error = await #expect(throws: NeurondError.self) { try await client.status() }
            #expect(error?.isRetryable == true)
        }
    }

    @Test func closedClientFailsItsCalls() async throws {
        try await withDaemon { _ in
            []
        } _: { _, client in
            client.close()
            client.close()
            let error = await #expect(throws: NeurondError.self) { try await client.status() }
            #expect(error?.reason == "CLOSED")
        }
    }

    @Test func nobodyListeningIsSaidSo() async throws {
        let error = await #expect(throws: NeurondError.self) {
            try await Client.connect(to: .unix(path: "/nonexistent/neurond.sock"))
        }
        #expect(error?.reason == "NO_DAEMON")
        #expect(error?.code == .unavailable)
    }

    @Test func pingComesBack() async throws {
        try await withDaemon { _ in
            []
        } _: { _, client in
            for _ in 0..<10 { try await client.ping() }
        }
    }

    @Test func malformedRepliesAreTheDaemonsFault() async throws {
        try await withDaemon { request in
            switch request.method {
            case .status: [.message([0xFF]), .ok]
            case .capabilities: [.ok]
            default: [.reply(Self.tokenizeReply), .reply(Self.tokenizeReply), .ok]
            }
        } _: { _, client in
            for call in [
                { _ = try await client.status() }, { _ = try await client.capabilities() },
                { _ = try await client.tokenize("x") },
            ] as [() async throws -> Void] {
                let error = await #expect(throws: NeurondError.self) { try await call() }
                #expect(error?.reason == "MALFORMED_REPLY")
            }
        }
    }

    // MARK: Uploads

    @Test(arguments: [0, 1, 262_144, 262_145, 3_000_000])
    func objectsArriveWhole(_ byteCount: Int) async throws {
        let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await withDaemon { request in
            let first = request.decoded(as: Neurond_V1_PutObjectRequest.self)
            #expect(first?.byteCount == UInt64(byteCount))
            var content = Array(first?.content ?? Data())
            for message in request.messages {
                let chunk = try? Neurond_V1_PutObjectChunk(serializedBytes: message)
                content += chunk?.content ?? Data()
            }
            var reply = Neurond_V1_PutObjectReply()
            reply.existed = content == bytes
            return [.reply(reply), .ok]
        } _: { _, client in
            let isWhole = try await client.putObject(bytes, kind: .tensors).reply.existed
            #expect(isWhole)
        }
    }

    // MARK: Credentials

    @Test func tokenIsProvedAndNeverSent() async throws {
        let challenge = [UInt8](0..<32)
        let daemon = try FakeDaemon(
            hello: Hello(role: .server, agent: "fake", credential: challenge)
        ) { _ in [] }
        defer { daemon.stop() }
        let client = try await Client.connect(
            to: daemon.address, options: ConnectOptions(token: "open sesame", agent: "probe"))
        defer { client.close() }
        var events = daemon.events.makeAsyncIterator()
        let proof = Session.proof(token: "open sesame", challenge: challenge)
        let first = await events.next()
        #expect(first == .hello(agent: "probe", credential: proof))
        #expect(proof.prefix(4) == [0x7C, 0x94, 0x28, 0xB2])
    }

    @Test func missingTokenIsSaidSo() async throws {
        let daemon = try FakeDaemon(
            hello: Hello(role: .server, agent: "fake", credential: [UInt8](repeating: 1, count: 32))
        ) { _ in [] }
        defer { daemon.stop() }
        let error = await #expect(throws: NeurondError.self) {
            try await Client.connect(to: daemon.address)
        }
        #expect(error?.code == .unauthenticated)
    }
}
