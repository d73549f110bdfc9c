import Foundation
import Glibc
import Messages
import NeurondClient
import SwiftProtobuf
import TestSupport
import Testing

/// Adapters from the command line to the engine, and across an engine's death.
@Suite("Adapters end to end", .serialized)
struct AdapterTests {
    private static let model = "Tests/Fixtures/llama-gqa/hf"
    private static let folder = TestData.fixtures.appending(path: "llama-gqa/adapters")

    private func object(_ text: String) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// The next tokens with their logits.
    private func scores(_ answer: [String: Any]) -> String {
        let top = answer["top"] as? [[String: Any]] ?? []
        return top.map { "\($0["token"] ?? "") \($0["logit"] ?? "")" }.joined(separator: ", ")
    }

    @Test("a directory is put, used by hash and by name, explained, listed and dropped")
    func commandLine() async throws {
        let daemon = try DaemonProcess(model: Self.model)
        let client = try await daemon.connect()
        defer { client.close() }
        let path = Self.folder.appending(path: "all").path
        let put = try daemon.control(["objects", "put", path])
        let hash = try #require(put.out.split(separator: "\t").first.map(String.init), "\(put)")
        let plain = try daemon.control(["forward", "one two", "--json"])
        var answers: [String] = []
        for name in [hash, path] {
            let (status, out, error) = try daemon.control([
                "forward", "one two", "--adapter", name, "--json",
            ])
            #expect(status == 0, "\(error)")
            let answer = try object(out)
            answers.append(scores(answer))
            let provenance = answer["provenance"] as? [String: Any]
            #expect("sha256:\(provenance?["adapter"] ?? "")" == hash)
        }
        #expect(answers[0] == answers[1])
        #expect(try answers[0] != scores(object(plain.out)))
        let explained = try object(
            daemon.control(["explain", "generate", "one", "--adapter", hash, "--json"]).out)
        #expect(explained["objects"] as? [String] == [hash])
        #expect(explained["adapter_bytes"] as? Int ?? 0 > 0)
        #expect(try daemon.control(["objects", "list"]).out.hasPrefix("\(hash)\ttensors\t"))
        #expect(try daemon.control(["objects", "drop", hash]).status == 0)
        let refused = try daemon.control(["generate", "one", "--adapter", hash, "--json"])
        #expect(refused.status == 1)
        #expect(
            (try object(refused.out)["error"] as? [String: Any])?["reason"] as? String
                == "UNKNOWN_OBJECT")
        let missing = try daemon.control(["generate", "one", "--adapter", daemon.folder.path])
        #expect(missing.status == 1)
        #expect(missing.error.contains("adapter_model.safetensors"), "\(missing.error)")
        #expect(daemon.stop() == 0)
    }

    @Test("kill -9 of the engine in the middle of adapted generations changes nothing")
    func engineKilled() async throws {
        let daemon = try DaemonProcess(model: Self.model)
        let client = try await daemon.connect()
        var requests: [Neurond_V1_GenerateRequest] = []
        for name in ["all", "qv-layer1", ""] {
            let path = Self.folder.appending(path: name).path
            let put = name.isEmpty ? nil : try daemon.control(["objects", "put", path, "--json"])
            let objects = try put.map { try object($0.out)["objects"] as? [[String: Any]] }
            let hash = (objects??.first?["hash"] as? String)?.dropFirst("sha256:".count)
            requests.append(
                .with {
                    $0.prompt.tokens.ids = [1, 70, 90, 44, 12]
                    $0.maxTokens = 100
                    $0.ignoreEnd = true
                    $0.topK = 300
                    $0.adapter = Data(hash.map { hexadecimal($0) } ?? [])
                })
        }
        #expect(requests.map(\.adapter.count) == [32, 32, 0])
        let undisturbed = try await answers(client, requests)
        #expect(Set(undisturbed).count == 3)
        let engine = try #require(try await client.status().engines.first)
        let disturbed = try await answers(client, requests) {
            #expect(kill(engine.process, SIGKILL) == 0)
        }
        #expect(disturbed == undisturbed)
        #expect(try await client.status().engines.first?.restarts == 1)
        client.close()
        #expect(daemon.stop() == 0)
    }

    private func hexadecimal(_ text: Substring) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] * 16 + digits[$0 + 1])
        }
    }

    /// The answers to requests that run beside each other.
    ///
    /// - Parameter disturb: called when the first one has begun to answer.
    private func answers(
        _ client: Client, _ requests: [Neurond_V1_GenerateRequest],
        disturb: @escaping @Sendable () -> Void = {}
    ) async throws -> [[Neurond_V1_GenerateReply]] {
        try await withThrowingTaskGroup(of: (Int, [Neurond_V1_GenerateReply]).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask {
                    var replies: [Neurond_V1_GenerateReply] = []
                    for try await answer in client.answers(to: request) {
                        replies.append(answer.reply)
                        if index == 0, replies.count == 4 { disturb() }
                    }
                    return (index, replies)
                }
            }
            var answers = [[Neurond_V1_GenerateReply]](repeating: [], count: requests.count)
            for try await (index, replies) in group { answers[index] = replies }
            return answers
        }
    }
}
