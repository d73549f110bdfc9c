import EventLoop
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("neurond")
struct NeurondTests {
    private let generate = Neurond_V1_GenerateRequest.with {
        $0.prompt.text = "12 + 7 = "
        $0.maxTokens = 24
        $0.ignoreEnd = true
    }

    /// The text and every byte of the messages of one generation.
    private func answer(
        _ daemon: DaemonFixture, _ client: TestClient, _ streamID: UInt32
    ) throws -> (text: String, payloads: [[UInt8]]) {
        let end = try daemon.end(of: streamID, client)
        try #require(end.status.code == .ok, "\(end.status)")
        let payloads = (client.frames[streamID] ?? []).map(\.payload)
        let replies = try payloads.map { try Neurond_V1_GenerateReply(serializedBytes: $0) }
        return (replies.map { $0.token.text + $0.finished.text }.joined(), payloads)
    }

    @Test func `the daemon says what it serves and adds`() throws {
        try DaemonFixture.runWithModel { daemon in
            let client = try daemon.connect()
            let capabilities = try Neurond_V1_CapabilitiesReply(
                serializedBytes: daemon.reply(
                    client, .capabilities, Neurond_V1_CapabilitiesRequest()))
            #expect(capabilities.models.map(\.name) == ["abacus"])
            #expect(capabilities.models.first?.layers == 8)
            #expect(capabilities.methods.contains("Generate"))
            #expect(capabilities.limits.contains { $0.name == "daemon.queued_requests" })
            let streamID = try client.call(.generate, generate)
            let (text, _) = try answer(daemon, client, streamID)
            #expect(text.hasPrefix("19"))
        }
    }

    @Test func `an engine killed while it generates changes no byte of the answer`() throws {
        try DaemonFixture.runWithModel { daemon in
            let client = try daemon.connect()
            let undisturbed = try answer(daemon, client, client.call(.generate, generate))
            let disturbed = try client.call(.generate, generate)
            try daemon.wait { (client.frames[disturbed]?.count ?? 0) >= 2 }
            kill(try daemon.status(client).engines[0].process, SIGKILL)
            let result = try answer(daemon, client, disturbed)
            #expect(result.payloads == undisturbed.payloads)
            _ = try daemon.waitForStatus(client) { $0.engines[0].restarts == 1 }
        }
    }

    @Test func `a request that makes no sense is refused, and the connection goes on`() throws {
        try DaemonFixture.runWithModel { daemon in
            let client = try daemon.connect()
            var wrong = generate
            wrong.maxTokens = 1_000_000
            let refused = try client.call(.generate, wrong)
            #expect(try daemon.end(of: refused, client).status.code != .ok)
            let streamID = try client.call(.generate, generate)
            #expect(try !answer(daemon, client, streamID).text.isEmpty)
        }
    }

    @Test func `a log on a full disk costs lines and no answers`() throws {
        let program = try DaemonFixture.executable("neurond")
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let (text, _) = try answer(daemon, client, client.call(.generate, generate))
            #expect(text.hasPrefix("19"))
            daemon.signal(SIGTERM)
            try daemon.wait { daemon.exitStatus != nil }
            #expect(daemon.exitStatus == 0)
        } command: { address in
            let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            let serve = ["serve", "--model", "abacus=/\(root)/Models/abacus", "--listen", address]
            let script = "exec \"$@\" 2>/dev/full"
            return ("sh", ["-c", script, "sh", program] + serve + ["--log-level", "trace"])
        }
    }

    @Test func `SIGTERM ends it cleanly`() throws {
        try DaemonFixture.runWithModel { daemon in
            let client = try daemon.connect()
            daemon.signal(SIGTERM)
            try daemon.wait { daemon.exitStatus != nil && client.isClosed }
            #expect(daemon.exitStatus == 0)
        }
    }
}
