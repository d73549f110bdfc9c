import Foundation
import Glibc
import Hooks
import Messages
import NeurondClient
import SwiftProtobuf
import Testing

/// Nothing that was accepted is lost when processes die.
@Suite("Dying processes", .serialized)
struct RestartTests {
    /// A generation whose answer is larger than a stream's window, so that most of it is still in
    /// the engine when the first tokens have been read.
    private func longRequest() throws -> Neurond_V1_GenerateRequest {
        .with {
            $0.prompt.tokens.ids = [1, 70, 90, 44, 12]
            $0.maxTokens = 240
            $0.ignoreEnd = true
            $0.topK = 300
            $0.sampling.temperature = 0.8
            $0.sampling.seed = 11
        }
    }

    private func events(
        _ client: Client, _ request: Neurond_V1_GenerateRequest,
        afterTokens count: Int = .max, _ disturb: () async throws -> Void = {}
    ) async throws -> [Neurond_V1_GenerateReply] {
        var replies: [Neurond_V1_GenerateReply] = []
        for try await answer in client.answers(to: request) {
            replies.append(answer.reply)
            if replies.count == count { try await disturb() }
        }
        return replies
    }

    @Test("kill -9 of the engine in the middle of a generation changes nothing for the client")
    func engineKilled() async throws {
        let daemon = try DaemonProcess(model: "Tests/Fixtures/llama-mha/hf")
        let client = try await daemon.connect()
        let request = try longRequest()
        let undisturbed = try await events(client, request)
        #expect(undisturbed.count == 242)
        let engine = try #require(try await client.status().engines.first)
        let disturbed = try await events(client, request, afterTokens: 4) {
            #expect(kill(engine.process, SIGKILL) == 0)
        }
        #expect(disturbed == undisturbed)
        let after = try #require(try await client.status().engines.first)
        #expect(after.process != engine.process)
        #expect(after.restarts == 1)
        client.close()
        #expect(daemon.stop() == 0)
    }

    @Test("kill -9 of the engine in the middle of many generations changes nothing for the client")
    func engineKilledAmongItems() async throws {
        let daemon = try DaemonProcess(model: "Tests/Fixtures/llama-mha/hf")
        let client = try await daemon.connect()
        let request = Neurond_V1_GenerateRequest.with {
            $0.maxTokens = 60
            $0.ignoreEnd = true
            $0.sampling.temperature = 0.8
            $0.items = (0..<100).map { item in
                .with {
                    $0.prompt.tokens.ids = [1, UInt32(item % 50 + 3), 44]
                    $0.seed = UInt64(item)
                }
            }
        }
        let undisturbed = try await events(client, request)
        #expect(undisturbed.count == 200)
        let engine = try #require(try await client.status().engines.first)
        let disturbed = try await events(client, request, afterTokens: 20) {
            #expect(kill(engine.process, SIGKILL) == 0)
        }
        #expect(disturbed == undisturbed)
        #expect(try await client.status().engines.first?.restarts == 1)
        client.close()
        #expect(daemon.stop() == 0)
    }

    @Test("kill -9 of a client frees its work and leaves the others alone")
    func clientKilled() async throws {
        let daemon = try DaemonProcess(model: "Tests/Fixtures/llama-mha/hf")
        let client = try await daemon.connect()
        let request = try longRequest()
        let undisturbed = try await events(client, request)

        let items = daemon.folder.appending(path: "items.jsonl")
        let ids = (0..<250).map { "\($0 % 200 + 3)" }.joined(separator: ",")
        try String(repeating: #"{"tokens": [\#(ids)]}"# + "\n", count: 3000)
            .write(to: items, atomically: true, encoding: .utf8)
        let heavy = Process()
        heavy.executableURL = DaemonProcess.products.appending(path: "neuronctl")
        heavy.arguments = [
            "forward", "--items", items.path, "--address", "\(daemon.address)", "--json",
        ]
        heavy.standardOutput = FileHandle.nullDevice
        heavy.standardError = FileHandle.nullDevice
        try heavy.run()
        while heavy.isRunning, try await client.status().running == 0 {
            try await Task.sleep(for: .milliseconds(5))
        }
        kill(heavy.processIdentifier, SIGKILL)
        let started = ContinuousClock.now
        while try await client.status().running > 0 {
            try await Task.sleep(for: .milliseconds(1))
        }
        print("work of a killed client stopped after \(ContinuousClock.now - started)")
        heavy.waitUntilExit()
        #expect(try await events(client, request) == undisturbed)
        client.close()
        #expect(daemon.stop() == 0)
    }

    @Test("an answer is the same from one engine and from three, and through the command line")
    func engines() async throws {
        var answers: [String] = []
        for engines in ["1", "3"] {
            let daemon = try DaemonProcess(
                model: "Models/abacus", arguments: ["--engines", engines])
            let client = try await daemon.connect()
            let (status, out, error) = try daemon.control(
                ["generate", "12 + 7 = ", "--max-tokens", "16"])
            #expect(status == 0, "\(error)")
            answers.append(out)
            client.close()
            #expect(daemon.stop() == 0)
        }
        #expect(answers[0] == answers[1])
        #expect(answers[0].hasPrefix("19"))
    }
}
