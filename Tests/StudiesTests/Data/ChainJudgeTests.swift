import Foundation
import Synchronization
import Testing

@testable import Studies

@Suite("Judge") struct ChainJudgeTests {
    static let problem = Problem(id: "p", question: "1+1?", answer: "2", kind: .number)

    static func reply(_ content: String, status: Int = 200) -> JudgeReply {
        let quoted = content.replacing("\n", with: "\\n")
        let text = #"{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":""#
        return JudgeReply(status: status, body: Array((text + quoted + #""}}]}"#).utf8))
    }

    /// What a judge was asked, how long it paused, and what it said.
    final class Script: Sendable {
        let replies: Mutex<[JudgeReply?]>
        let requests = Mutex<[JudgeRequest]>([])
        let pauses = Mutex<[Int]>([])

        init(_ replies: [JudgeReply?]) { self.replies = Mutex(replies) }

        struct NoReply: Error {}

        func judge(
            keyVariable: String = "", environment: [String: String] = [:]
        ) throws -> ChainJudge {
            var settings = JudgeSettings(endpoint: "http://host/v1/", model: "m")
            settings.keyVariable = keyVariable
            return try ChainJudge(
                settings, environment: environment,
                transport: { request in
                    self.requests.withLock { $0.append(request) }
                    let reply = self.replies.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                    guard let reply else { throw NoReply() }
                    return reply
                }, pause: { seconds in self.pauses.withLock { $0.append(seconds) } })
        }
    }

    static func message(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "nothing was thrown"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "the last verdict counts, and another form is none",
        arguments: [
            ("Fine.\nVERDICT: sound", true), ("VERDICT: unsound", false),
            ("verdict: **Sound**", true), ("VERDICT: sound\nNo: VERDICT: unsound.", false),
            ("sound", nil), ("VERDICT: soundly", nil), ("", nil),
        ] as [(String, Bool?)])
    func verdicts(text: String, isSound: Bool?) async throws {
        let judge = try Script([Self.reply(text)]).judge()
        let verdict = try await judge.verdict(problem: Self.problem, chain: "c")
        #expect(verdict == JudgeVerdict(isSound: isSound, raw: text))
    }

    @Test("the question has the problem, its answer and the chain, and is asked greedily")
    func question() async throws {
        let script = Script([Self.reply("VERDICT: sound")])
        let judge = try script.judge(keyVariable: "KEY", environment: ["KEY": " secret\n"])
        _ = try await judge.verdict(problem: Self.problem, chain: "so \"2\"")
        let request = try #require(script.requests.withLock { $0.first })
        #expect(request.address == "http://host/v1/chat/completions")
        #expect(request.key == "secret")
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(body.contains(#""model":"m","temperature":0"#))
        #expect(body.contains(#"Problem:\n1+1?\n\nAnswer: 2\n\nSolution:\nso \"2\""#))
        #expect(!body.contains("secret"))
    }

    @Test("what may pass is tried again after longer and longer pauses, and then given up")
    func retries() async throws {
        let busy = JudgeReply(status: 429, body: Array("busy".utf8))
        let script = Script([busy, nil, Self.reply("VERDICT: sound")])
        let verdict = try await script.judge().verdict(problem: Self.problem, chain: "c")
        #expect(verdict.isSound == true)
        #expect(script.pauses.withLock { $0 } == [1, 2])
        let broken = Script(Array(repeating: JudgeReply(status: 503, body: []), count: 9))
        let message = await Self.message {
            _ = try await broken.judge().verdict(problem: Self.problem, chain: "c")
        }
        #expect(message.contains("http://host/v1/chat/completions: status 503"))
        #expect(broken.requests.withLock { $0.count } == DataLimits.judgeAttempts)
    }

    @Test("a refusal is final, and does not repeat the key")
    func refusal() async throws {
        let script = Script([JudgeReply(status: 401, body: Array("bad key secret".utf8))])
        let message = await Self.message {
            let judge = try script.judge(keyVariable: "KEY", environment: ["KEY": "secret"])
            _ = try await judge.verdict(problem: Self.problem, chain: "c")
        }
        #expect(message.contains("status 401: bad key [key]"))
        #expect(script.requests.withLock { $0.count } == 1)
    }

    @Test("a reply of another shape, a missing key and another scheme are refused")
    func bad() async throws {
        for body in ["", "{}", #"{"choices":[]}"#, #"{"choices":[{"message":{"content":1}}]}"#] {
            let script = Script([JudgeReply(status: 200, body: Array(body.utf8))])
            let message = await Self.message {
                _ = try await script.judge().verdict(problem: Self.problem, chain: "c")
            }
            #expect(message.contains("no choices[0].message.content"))
        }
        #expect(throws: DataError.self) { try Script([]).judge(keyVariable: "KEY") }
        #expect(throws: DataError.self) {
            try ChainJudge(JudgeSettings(endpoint: "file:///x", model: "m"), environment: [:])
        }
    }

    @Test("over HTTP: the request arrives whole, and the reply comes back")
    func http() async throws {
        let server = try ReplyingServer(reply: Self.reply("VERDICT: unsound").body)
        var settings = JudgeSettings(endpoint: "http://127.0.0.1:\(server.port)/v1", model: "m")
        settings.keyVariable = "KEY"
        let judge = try ChainJudge(settings, environment: ["KEY": "secret"])
        let verdict = try await judge.verdict(problem: Self.problem, chain: "c")
        #expect(verdict.isSound == false)
        server.stop()
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"))
        #expect(request.lowercased().contains("authorization: bearer secret\r\n"))
        #expect(request.contains(#""model":"m""#))
    }

    @Test("a server that is not there is an error that names it")
    func nobody() async throws {
        let judge = try ChainJudge(
            JudgeSettings(endpoint: "http://127.0.0.1:1/v1", model: "m"), environment: [:],
            pause: { _ in })
        let message = await Self.message {
            _ = try await judge.verdict(problem: Self.problem, chain: "c")
        }
        #expect(message.contains("http://127.0.0.1:1/v1/chat/completions"))
    }
}
