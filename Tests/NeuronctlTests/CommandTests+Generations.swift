import FakeDaemon
import Foundation
import Messages
import NeurondClient
import Testing

@testable import neuronctl

/// `neuronctl generate --items`.
extension CommandTests {
    private static func generations(_ count: UInt32) -> [FakeStep] {
        (0..<count).flatMap { item -> [FakeStep] in
            var started = Neurond_V1_GenerateReply()
            started.item = item
            started.started.tokens = [1, 5]
            var finished = Neurond_V1_GenerateReply()
            finished.item = item
            finished.finished.text = "a\nb \(item)"
            finished.finished.reason = "stop"
            finished.finished.stop = "."
            finished.finished.tokens = [7, 8]
            finished.finished.logProbabilities = [-0.5, -1]
            finished.finished.receipts = [receipt]
            return [.reply(started), .reply(finished)]
        } + [.ok]
    }

    private static let lines = """
        {"prompt": "2+3=", "seed": 18446744073709551615, "max_tokens": 2, "hooks": ["zero L1N7"]}

        {"tokens": [1, 2]}
        {"messages": [{"role": "user", "content": "hi"}]}
        """

    @Test func generateItemsSendsLinesAndWhatIsCommon() async throws {
        let items = try temporaryFile("items.jsonl", Self.lines)
        let run = try await neuronctl([
            "generate", "--items", items, "--max-tokens", "9", "--temperature", "0.5", "--seed",
            "4", "--stop", ".", "--hook", "zero L0N1", "--no-special",
        ]) { request in
            let message = request.decoded(as: Neurond_V1_GenerateRequest.self)
            #expect(message?.hasPrompt == false)
            #expect(message?.maxTokens == 9)
            #expect(message?.sampling.temperature == 0.5)
            #expect(message?.sampling.seed == 4)
            #expect(message?.stop == ["."])
            #expect(message?.hooks.actions.count == 1)
            #expect(message?.items.count == 3)
            #expect(message?.items[0].prompt.text == "2+3=")
            #expect(message?.items[0].prompt.omitSpecial == true)
            #expect(message?.items[0].seed == .max)
            #expect(message?.items[0].maxTokens == 2)
            #expect(message?.items.map(\.hasHooks) == [true, false, false])
            #expect(message?.items[1].hasSeed == false)
            #expect(message?.items[1].prompt.tokens.ids == [1, 2])
            #expect(message?.items[2].prompt.chat.messages.first?.content == "hi")
            return Self.generations(3)
        }
        #expect(run.code == 0, "\(run.errors)")
        let expected = (0..<3).map { "\($0)\tstop\t\"a\\nb \($0)\"\n" }.joined()
        #expect(run.output == expected)
        #expect(run.errors.contains("mlp.act.1: 3 rows"))
    }

    @Test func generateItemsAsJSONIsOneObjectALine() async throws {
        let items = try temporaryFile("items.jsonl", Self.lines)
        let run = try await neuronctl(["generate", "--items", items, "--json"]) { _ in
            Self.generations(3)
        }
        #expect(run.code == 0)
        let objects = try run.output.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(objects.count == 4)
        #expect(objects.prefix(3).map { $0["item"] as? Int } == [0, 1, 2])
        #expect(objects[1]["text"] as? String == "a\nb 1")
        #expect(objects[1]["tokens"] as? [Int] == [7, 8])
        #expect(objects[1]["log_probabilities"] as? [Double] == [-0.5, -1])
        #expect(objects[1]["finish_reason"] as? String == "stop")
        #expect((objects[3]["usage"] as? [String: Any])?["prompt_tokens"] as? Int == 4)
    }

    @Test func systemMessageGoesToEachLine() async throws {
        let items = try temporaryFile("items.jsonl", #"{"prompt": "a"}"# + "\n")
        let run = try await neuronctl(["generate", "--items", items, "--system", "be brief"]) {
            let message = $0.decoded(as: Neurond_V1_GenerateRequest.self)
            let messages = message?.items.first?.prompt.chat.messages ?? []
            #expect(messages.map(\.role) == ["system", "user"])
            #expect(messages.map(\.content) == ["be brief", "a"])
            return Self.generations(1)
        }
        #expect(run.code == 0, "\(run.errors)")
    }

    @Test(arguments: [
        (["a"], #"{"prompt": "a"}"#, "either a prompt or --items"),
        (["--alternatives", "2"], #"{"prompt": "a"}"#, "--alternatives"),
        (["--system", "x"], #"{"tokens": [1]}"#, "lines that have"),
        ([], #"{"prompt": "a", "continuation": "b"}"#, "\"continuation\""),
        ([], #"{"prompt": "a", "tokens": [1]}"#, "give one of"),
        (["-o", "out"], #"{"prompt": "a"}"#, "nothing is captured"),
    ])
    func generateItemsRefuses(
        _ options: [String], _ line: String, _ expected: String
    ) async throws {
        let items = try temporaryFile("items.jsonl", line + "\n")
        let run = try await neuronctl(["generate", "--items", items] + options) { request in
            Issue.record("nothing should be asked, but \(request.method) was")
            return [.ok]
        }
        #expect(run.code != 0)
        #expect(run.errors.contains(expected), "\(run.errors)")
    }

    @Test(arguments: ["forward", "score"])
    func keysOfGenerationsHaveNoPlaceElsewhere(_ command: String) async throws {
        let items = try temporaryFile(
            "items.jsonl", #"{"prompt": "a", "continuation": "b", "seed": 1}"# + "\n")
        let run = try await neuronctl([command, "--items", items]) { _ in [.ok] }
        #expect(run.code == 1)
        #expect(run.errors.contains("has no place here"), "\(run.errors)")
    }
}
