import FakeDaemon
import Foundation
import Messages
import SwiftProtobuf
import Testing
import Wire

@testable import neuronctl

@Suite(.timeLimit(.minutes(10))) struct CommandTests {
    static func score(_ id: UInt32, _ text: String) -> Neurond_V1_TokenScore {
        var score = Neurond_V1_TokenScore()
        score.id = id
        score.piece = Data(text.utf8)
        score.logProbability = -0.5
        return score
    }

    static let receipt: Neurond_V1_Receipt = {
        var receipt = Neurond_V1_Receipt()
        receipt.site = "mlp.act.1"
        receipt.rows = 3
        receipt.elements = 3
        receipt.changeL2 = 1.25
        return receipt
    }()

    static func generation() -> [FakeStep] {
        var started = Neurond_V1_GenerateReply()
        started.started.tokens = [1, 5]
        var token = Neurond_V1_GenerateReply()
        token.token.id = 8
        token.token.text = "fi"
        token.token.logProbability = -0.25
        var finished = Neurond_V1_GenerateReply()
        finished.finished.reason = "length"
        finished.finished.text = "ve"
        finished.finished.receipts = [receipt]
        return [.reply(started), .reply(token), .reply(finished), .ok]
    }

    static func forward(_ item: UInt32) -> [FakeStep] {
        var reply = Neurond_V1_ForwardReply()
        reply.item = item
        reply.tokens = [5, 6]
        reply.top = [score(8, "5")]
        var info = Neurond_V1_TensorInfo()
        info.name = "resid_post.0"
        info.site = "resid_post.0"
        info.shape = [1, 2]
        info.positions = [1]
        info.tokens = [6]
        reply.tensors = [info]
        reply.receipts = [receipt]
        let data: [UInt8] = [0, 0, 128, 63, 0, 0, 0, 64]
        return [
            .reply(reply),
            .tensor(
                TensorDescriptor(
                    name: "resid_post.0", type: .float32, shape: [1, 2], item: item), data),
        ]
    }

    // MARK: generate

    @Test func generateWritesTextToOutputAndTheRestToErrors() async throws {
        let run = try await neuronctl(["generate", "2+3="]) { _ in Self.generation() }
        #expect(run.code == 0)
        #expect(run.output == "five\n")
        #expect(run.errors.contains("4 prompt tokens"))
        #expect(run.errors.contains("mlp.act.1: 3 rows"))
    }

    @Test func generateAsJSONHasTheSharedKeys() async throws {
        let run = try await neuronctl(["generate", "2+3=", "--json"]) { _ in Self.generation() }
        #expect(run.code == 0)
        let json = try run.json()
        #expect(json["text"] as? String == "five")
        #expect(json["tokens"] as? [Int] == [8])
        #expect(json["finish_reason"] as? String == "length")
        #expect((json["usage"] as? [String: Any])?["prompt_tokens"] as? Int == 4)
        #expect((json["timing"] as? [String: Any])?["prefill_seconds"] as? Double == 0.5)
        #expect((json["provenance"] as? [String: Any])?["model_digest"] as? String == "sha256:feed")
        #expect((json["receipts"] as? [[String: Any]])?.first?["rows"] as? Int == 3)
    }

    @Test func generateSendsWhatTheOptionsSay() async throws {
        let run = try await neuronctl([
            "generate", "--tokens", "1,2,3", "--max-tokens", "7", "--temperature", "0.5",
            "--top-k", "40", "--top-p", "0.9", "--min-p", "0.05", "--seed", "11", "--stop", "\n",
            "--stop=--", "--hook", "scale 2 L1N7 at last", "--capture", "L3N* mean_abs",
            "--ignore-end", "--model", "abacus", "--deadline", "2.5",
        ]) { request in
            let message = request.decoded(as: Neurond_V1_GenerateRequest.self)
            #expect(message?.prompt.tokens.ids == [1, 2, 3])
            #expect(message?.maxTokens == 7)
            #expect(message?.sampling.temperature == 0.5)
            #expect(message?.sampling.topK == 40)
            #expect(message?.sampling.topP == 0.9)
            #expect(message?.sampling.minP == 0.05)
            #expect(message?.sampling.seed == 11)
            #expect(message?.stop == ["\n", "--"])
            #expect(message?.hooks.actions.count == 1)
            #expect(message?.hooks.captures.count == 1)
            #expect(message?.ignoreEnd == true)
            #expect(message?.options.model == "abacus")
            #expect(message?.options.deadlineMs == 2_500)
            return Self.generation()
        }
        #expect(run.code == 0)
    }

    @Test func promptOfADashReadsStandardInput() async throws {
        let run = try await neuronctl(["generate", "-"], input: "from input") { request in
            let message = request.decoded(as: Neurond_V1_GenerateRequest.self)
            #expect(message?.prompt.text == "from input")
            return Self.generation()
        }
        #expect(run.code == 0)
    }

    @Test func fromBosIsAnEmptyTextWithSpecialTokens() async throws {
        let run = try await neuronctl(["generate", "--from-bos"]) { request in
            let prompt = request.decoded(as: Neurond_V1_GenerateRequest.self)?.prompt
            #expect(prompt?.source == .text(""))
            #expect(prompt?.omitSpecial == false)
            return Self.generation()
        }
        #expect(run.code == 0)
    }

    // MARK: forward and score

    @Test func forwardShowsTokensAndCaptures() async throws {
        let run = try await neuronctl(["forward", "2+3=", "--capture", "resid_post.0 at last"]) {
            _ in Self.forward(0) + [.ok]
        }
        #expect(run.code == 0)
        #expect(run.output.contains("8\t\"5\"\t-0.5"))
        #expect(run.output.contains("position 1  1.0 2.0"))
    }

    @Test func forwardWritesSafetensors() async throws {
        let file = try temporaryFile("out.safetensors")
        let run = try await neuronctl([
            "forward", "2+3=", "--capture", "resid_post.0 at last", "-o", file, "--json",
        ]) { _ in Self.forward(0) + [.ok] }
        #expect(run.code == 0)
        let bytes = Array(try Data(contentsOf: URL(filePath: file)))
        let length = Int(bytes[0]) | Int(bytes[1]) << 8
        #expect((8 + length) % 8 == 0)
        let value = try JSONSerialization.jsonObject(with: Data(bytes[8..<(8 + length)]))
        let header = try #require(value as? [String: Any])
        let tensor = try #require(header["resid_post.0"] as? [String: Any])
        #expect(tensor["dtype"] as? String == "F32")
        #expect(tensor["shape"] as? [Int] == [1, 2])
        #expect(tensor["data_offsets"] as? [Int] == [0, 8])
        #expect(Array(bytes[(8 + length)...].prefix(8)) == [0, 0, 128, 63, 0, 0, 0, 64])
        // The row's position, by which a patch finds it again.
        let positions = try #require(header["resid_post.0@positions"] as? [String: Any])
        #expect(positions["data_offsets"] as? [Int] == [8, 12])
        #expect(Array(bytes.suffix(4)) == [1, 0, 0, 0])
        #expect(header["__metadata__"] != nil)
        let captures = try #require(try run.json()["captures"] as? [[String: Any]])
        #expect(captures.first?["values"] == nil)
    }

    @Test func forwardTakesManyItemsWithPlansOfTheirOwn() async throws {
        let file = try temporaryFile(
            "items.jsonl",
            """
            {"prompt": "a"}

            {"tokens": [4, 5], "hooks": ["zero L0N1"]}
            """)
        let arguments = ["forward", "--items", file, "--json", "--no-special", "--literal-special"]
        let run = try await neuronctl(arguments) { request in
            let message = request.decoded(as: Neurond_V1_ForwardRequest.self)
            #expect(message?.items.count == 2)
            #expect(message?.items[0].prompt.omitSpecial == true)
            #expect(message?.items[0].prompt.literalSpecial == true)
            #expect(message?.items[0].hasHooks == false)
            #expect(message?.items[1].hooks.actions.count == 1)
            return Self.forward(0) + Self.forward(1) + [.ok]
        }
        #expect(run.code == 0)
        #expect((try run.json()["items"] as? [Any])?.count == 2)
    }

    @Test(arguments: [
        #"{"prompt": "a", "colour": 1}"#, #"{"prompt": "a"}"#, "not json",
        #"{"prompt": "a", "tokens": [1], "continuation": "b"}"#,
    ])
    func malformedItemsAreRefusedByLine(_ line: String) async throws {
        let good = #"{"prompt": "a", "continuation": "b"}"#
        let file = try temporaryFile("items.jsonl", good + "\n" + line + "\n")
        let run = try await neuronctl(["score", "--items", file]) { _ in [.ok] }
        #expect(run.code != 0)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("error: "))
    }

    @Test func scoreAnswersPerItem() async throws {
        let file = try temporaryFile(
            "items.jsonl", #"{"prompt": "a", "continuation": "b"}"# + "\n")
        let script: FakeDaemon.Script = { request in
            let message = request.decoded(as: Neurond_V1_ScoreRequest.self)
            #expect(message?.items.first?.continuation.text == "b")
            var reply = Neurond_V1_ScoreReply()
            reply.logProbabilities = [-0.5, -0.25]
            reply.total = -0.75
            reply.greedy = [true, true]
            return [.reply(reply), .ok]
        }
        let run = try await neuronctl(["score", "--items", file], script: script)
        #expect(run.output == "0\t-0.75\tgreedy\n")
        let json = try await neuronctl(["score", "--items", file, "--json"], script: script).json()
        let item = try #require((json["items"] as? [[String: Any]])?.first)
        #expect(item["log_probabilities"] as? [Double] == [-0.5, -0.25])
    }
}
