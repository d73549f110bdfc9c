import FakeDaemon
import Foundation
import Messages
import NeurondClient
import Testing

@testable import neuronctl

/// What would do nothing is said, not done.
extension CommandTests {
    @Test(arguments: ["forward", "score"])
    func itemsWithoutCapturesHaveNothingToWrite(_ command: String) async throws {
        let items = try temporaryFile("items.jsonl", Self.item(command, captures: []))
        let output = try temporaryFile("out.safetensors")
        let run = try await neuronctl([command, "--items", items, "-o", output]) { request in
            Issue.record("nothing should be asked, but \(request.method) was")
            return [.ok]
        }
        #expect(run.code == 2)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("nothing is captured"))
        #expect(!FileManager.default.fileExists(atPath: output))
    }

    @Test func itemsWithoutCapturesReplaceThoseOfAll() async throws {
        let items = try temporaryFile("items.jsonl", Self.item("forward", captures: []))
        let run = try await neuronctl([
            "forward", "--items", items, "--capture", "resid_post.0 at last", "-o", "out",
        ]) { _ in [.ok] }
        #expect(run.code == 2)
    }

    @Test func itemsWithCapturesOfTheirOwnAreWritten() async throws {
        let captures = ["resid_post.0 at last"]
        let items = try temporaryFile("items.jsonl", Self.item("forward", captures: captures))
        let output = try temporaryFile("out.safetensors")
        let run = try await neuronctl(["forward", "--items", items, "-o", output]) { _ in
            Self.forward(0) + [.ok]
        }
        #expect(run.code == 0, "\(run.errors)")
        #expect(FileManager.default.fileExists(atPath: output))
    }

    @Test(arguments: ["forward", "generate"])
    func planWithoutCapturesHasNothingToWrite(_ command: String) async throws {
        let plan = try temporaryFile("plan.txt", "zero L0N1\n")
        let run = try await neuronctl([command, "a", "--plan", plan, "-o", "out"]) { _ in [.ok] }
        #expect(run.code == 2)
        #expect(run.errors.contains("nothing is captured"))
    }

    private static func item(_ command: String, captures: [String]) throws -> String {
        var fields: [String: Any] = ["prompt": "a", "captures": captures]
        if command == "score" { fields["continuation"] = "b" }
        return String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self)
    }

    @Test func alternativesFollowTheText() async throws {
        let run = try await neuronctl(["generate", "2+3=", "--alternatives", "2"]) { request in
            #expect(request.decoded(as: Neurond_V1_GenerateRequest.self)?.topK == 2)
            var token = Neurond_V1_GenerateReply()
            token.token.id = 8
            token.token.text = "5"
            token.token.top = [Self.score(8, "5"), Self.score(9, "6")]
            return [.reply(token), .ok]
        }
        #expect(run.code == 0)
        #expect(run.output == "5\n8\t\"5\" -0.5, \"6\" -0.5\n")
    }

    @Test func streamWithoutAnEndIsAnError() async throws {
        let daemon = try FakeDaemon { _ in Self.generation() }
        defer { daemon.stop() }
        let client = try await Client.connect(to: daemon.address)
        defer { client.close() }
        let stream = client.answers(to: Neurond_V1_GenerateRequest())
        let error = #expect(throws: NeurondError.self) { try stream.end() }
        #expect(error?.reason == "MALFORMED_REPLY")
        for try await _ in stream {}
        #expect(try stream.end().usage.promptTokens == 4)
    }

    @Test(arguments: [["forward", "a"], ["generate", "a"]])
    func answerCutOffIsCodeOne(_ arguments: [String]) async throws {
        let run = try await neuronctl(arguments) { _ in [.disconnect] }
        #expect(run.code == 1)
        #expect(run.errors.contains("error: "))
    }
}
