internal import StrictJSON

/// What a judge said of a chain.
package struct JudgeVerdict: Sendable, Hashable, Codable {
    /// Whether every step is sound; nil where the judge did not say so in the form asked for.
    package var isSound: Bool?
    /// The judge's whole answer.
    package var raw: String

    package init(isSound: Bool?, raw: String) {
        self.isSound = isSound
        self.raw = raw
    }
}

/// Whom to ask, and how often.
package struct JudgeSettings: Sendable, Hashable, Codable {
    /// Where the interface begins: `http://127.0.0.1:8000/v1`.
    package var endpoint: String
    /// The model's name there.
    package var model: String
    /// Name of the environment variable with the key; empty for none.
    ///
    /// The key itself is in no setting, so that nothing stores it.
    package var keyVariable = ""
    package var maxTokens = 512
    /// Seconds for one answer.
    package var timeoutSeconds = 120

    package init(endpoint: String, model: String) {
        self.endpoint = endpoint
        self.model = model
    }
}

/// Asks a language model whether the steps of a chain are sound.
///
/// The model is reached over the chat completions of an OpenAI-compatible interface, greedily. What
/// is asked is fixed text with the problem, its answer and the chain; the last line
/// `VERDICT: sound` or `VERDICT: unsound` of the answer counts.
package struct ChainJudge: Sendable {
    /// Sends a request and brings the reply.
    package typealias Transport = @Sendable (JudgeRequest) async throws -> JudgeReply

    private let settings: JudgeSettings
    private let address: String
    private let key: String?
    private let transport: Transport
    private let pause: @Sendable (_ seconds: Int) async throws -> Void

    /// Checks the settings and takes the key from the environment.
    package init(
        _ settings: JudgeSettings, environment: [String: String],
        transport: @escaping Transport = JudgeHTTP.send,
        pause: @escaping @Sendable (Int) async throws -> Void = {
            try await Task.sleep(for: .seconds($0))
        }
    ) throws(DataError) {
        guard settings.endpoint.hasPrefix("http://") || settings.endpoint.hasPrefix("https://")
        else {
            throw DataError(
                "judge \"\(settings.endpoint)\"", "an address http://… or https://… is expected")
        }
        if settings.keyVariable.isEmpty {
            key = nil
        } else {
            guard let value = environment[settings.keyVariable]?.trimmed, !value.isEmpty else {
                throw DataError(
                    "judge", "the environment variable \(settings.keyVariable) is not set")
            }
            key = value
        }
        self.settings = settings
        address = settings.endpoint.droppingLast("/") + "/chat/completions"
        self.transport = transport
        self.pause = pause
    }

    /// What the judge says of one chain.
    ///
    /// - Throws: `DataError` where no answer comes after all attempts, or one that is none.
    package func verdict(problem: Problem, chain: String) async throws -> JudgeVerdict {
        let request = JudgeRequest(
            address: address, key: key, body: Array(body(problem, chain).compact.utf8),
            timeoutSeconds: settings.timeoutSeconds)
        let raw = try content(of: try await reply(to: request)).concealing(key)
        return JudgeVerdict(isSound: Self.isSound(raw), raw: raw)
    }

    /// Tries again where a later attempt may succeed, after 1, 2, 4, … seconds.
    private func reply(to request: JudgeRequest) async throws -> JudgeReply {
        var failure = ""
        for attempt in 0..<DataLimits.judgeAttempts {
            if attempt > 0 { try await pause(1 << (attempt - 1)) }
            do {
                let reply = try await transport(request)
                if reply.status == 200 { return reply }
                failure = "status \(reply.status): " + reply.start.concealing(key)
                guard reply.status == 429 || reply.status >= 500 else { break }
            } catch let error as CancellationError {
                throw error
            } catch {
                failure = "\(error)".concealing(key)
            }
        }
        throw DataError("judge \(address)", failure)
    }

    private func content(of reply: JudgeReply) throws(DataError) -> String {
        let value = try? JSONValue(parsing: reply.body, limits: DataLimits.judgeReply)
        let message = value?["choices"]?.arrayValue?.first?["message"]
        guard let content = message?["content"]?.stringValue?.string else {
            throw DataError(
                "judge \(address)",
                "the reply has no choices[0].message.content: " + reply.start.concealing(key))
        }
        return content
    }

    private func body(_ problem: Problem, _ chain: String) -> JSONValue {
        .object([
            "model": .text(settings.model), "temperature": .integer(0),
            "max_tokens": .integer(settings.maxTokens),
            "messages": .array([
                .object(["role": .text("user"), "content": .text(Self.question(problem, chain))])
            ]),
        ])
    }

    private static func question(_ problem: Problem, _ chain: String) -> String {
        """
        Below are a problem, its answer, and a solution that reaches this answer. Check whether \
        every step of the solution is sound: no wrong equation, no wrong reading of the problem, \
        no step that only happens to give the right number. Be brief. End with one line, \
        "VERDICT: sound" or "VERDICT: unsound".

        Problem:
        \(problem.question)

        Answer: \(problem.answer)

        Solution:
        \(chain)
        """
    }

    private static func isSound(_ text: String) -> Bool? {
        let verdicts = text.matches(of: /(?i)verdict:[\s*]*(sound|unsound)\b/)
        return verdicts.last.map { $0.1.lowercased() == "sound" }
    }
}

extension String {
    /// The text with a key's characters replaced, should a server send it back.
    fileprivate func concealing(_ key: String?) -> String {
        key.map { replacing($0, with: "[key]") } ?? self
    }

    fileprivate func droppingLast(_ ending: String) -> String {
        hasSuffix(ending) ? String(dropLast(ending.count)) : self
    }
}
