import EventLoop
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("Reload")
struct ReloadTests {
    private static let old = String(repeating: "o", count: 32)
    private static let new = String(repeating: "n", count: 32)
    private let tokenize = Neurond_V1_TokenizeRequest.with { $0.prompt.text = "2 + 3" }

    /// Runs a daemon whose news are read from a socket, once it is ready.
    private func run(
        tokens: String, _ configuration: String = "",
        _ body: (DaemonFixture, DaemonFixture.Folder, NewsSocket) throws -> Void
    ) throws {
        var news: NewsSocket?
        try DaemonFixture.runConfigured(tokens: tokens, configuration) { folder in
            news = try? NewsSocket(path: folder.path + "/notify")
            return ["NOTIFY_SOCKET": folder.path + "/notify"]
        } _: { daemon, folder in
            let news = try #require(news)
            try news.wait(for: "READY=1")
            try body(daemon, folder, news)
        }
    }

    private func reload(_ daemon: DaemonFixture, _ news: NewsSocket) throws -> String {
        daemon.signal(SIGHUP)
        let reloading = try news.wait(for: "RELOADING=1")
        #expect(reloading.contains("\nMONOTONIC_USEC="))
        return try news.wait(for: "READY=1")
    }

    @Test func `tokens, roles and limits change without a restart`() throws {
        try run(tokens: "ann run \(Self.old)\nbob run \(Self.new)x") { daemon, folder, news in
            let ann = try daemon.connect(folder, token: Self.old)
            let bob = try daemon.connect(folder, token: Self.new + "x")
            #expect(try daemon.end(ann, .tokenize, tokenize).status.code == .ok)
            #expect(try daemon.end(bob, .tokenize, tokenize).status.code == .ok)
            // The holder stays, the secret does not; another's role shrinks.
            try folder.write(
                "ann run \(Self.new)\nbob read \(Self.new)x", to: folder.tokens)
            try folder.configure("[limits]\nconnections_per_identity = 1")
            #expect(try reload(daemon, news).contains("STATUS=serving"))
            try daemon.wait { ann.isClosed }
            #expect(ann.goAway?.code == .unauthenticated)
            let status = try daemon.end(bob, .project, tokenize).status
            #expect(status.reason == "NO_RIGHT")
            let again = try daemon.connect(folder, token: Self.new)
            #expect(try daemon.end(again, .tokenize, tokenize).status.code == .ok)
            let second = try daemon.connect(folder, token: Self.new)
            try daemon.wait { second.isClosed }
            #expect(second.goAway?.code == .resourceExhausted)
        }
    }

    @Test func `what runs goes on through a reload, with the same bytes`() throws {
        try run(tokens: "ann run \(Self.old)") { daemon, folder, news in
            let client = try daemon.connect()
            let generate = Neurond_V1_GenerateRequest.with {
                $0.prompt.text = "12 + 7 = "
                $0.maxTokens = 24
                $0.ignoreEnd = true
            }
            func payloads(_ stream: UInt32) throws -> [[UInt8]] {
                #expect(try daemon.end(of: stream, client).status.code == .ok)
                return client.frames[stream]?.map(\.payload) ?? []
            }
            let undisturbed = try payloads(client.call(.generate, generate))
            let streams = try (0..<16).map { _ in try client.call(.generate, generate) }
            try daemon.wait { streams.contains { client.frames[$0] != nil } }
            try folder.configure("[limits]\nqueued_requests = 1\n[quota.default]\nweight = 7")
            #expect(try reload(daemon, news).contains("STATUS=serving"))
            for stream in streams { #expect(try payloads(stream) == undisturbed) }
        }
    }

    @Test func `metrics move to another address, and can be switched off`() throws {
        try run(tokens: "ann run \(Self.old)") { daemon, folder, news in
            let places = ["m1", "m2"].map { Address.unix(path: folder.path + "/" + $0) }
            for (place, other) in [(places[0], places[1]), (places[1], places[0])] {
                try folder.configure("[metrics]\nlisten = \"\(place)\"")
                _ = try reload(daemon, news)
                #expect(try daemon.get("/live", at: place)?.code == "200")
                #expect(try daemon.get("/live", at: other) == nil)
            }
            // An address that cannot be listened on leaves the daemon without metrics, and alive.
            try folder.configure("[metrics]\nlisten = \"unix:/nowhere/m\"")
            _ = try reload(daemon, news)
            #expect(try daemon.get("/live", at: places[1]) == nil)
            try folder.configure("[metrics]\nlisten = \"\"")
            _ = try reload(daemon, news)
            let ann = try daemon.connect(folder, token: Self.old)
            #expect(try daemon.end(ann, .tokenize, tokenize).status.code == .ok)
        }
    }

    @Test(arguments: ["[limits]\nconections = 1", "[roles", "[tokens]\nfile = 5"])
    func `a file with a mistake changes nothing`(mistake: String) throws {
        try run(tokens: "ann run \(Self.old)") { daemon, folder, news in
            let ann = try daemon.connect(folder, token: Self.old)
            try folder.write("ann run \(Self.new)", to: folder.tokens)
            try folder.configure(mistake)
            #expect(try reload(daemon, news).contains("mistakes"))
            #expect(try daemon.end(ann, .tokenize, tokenize).status.code == .ok)
            let again = try daemon.connect(folder, token: Self.old)
            #expect(try daemon.end(again, .tokenize, tokenize).status.code == .ok)
        }
    }

    @Test func `a file of tokens that others may read changes nothing`() throws {
        try run(tokens: "ann run \(Self.old)") { daemon, folder, news in
            try folder.write("ann run \(Self.new)", to: folder.tokens, mode: 0o644)
            #expect(try reload(daemon, news).contains("mistakes"))
            let ann = try daemon.connect(folder, token: Self.old)
            #expect(try daemon.end(ann, .tokenize, tokenize).status.code == .ok)
        }
    }

    @Test func `a drain is told`() throws {
        try run(tokens: "ann run \(Self.old)") { daemon, _, news in
            daemon.signal(SIGTERM)
            try news.wait(for: "STOPPING=1")
            try daemon.wait { daemon.exitStatus != nil }
            #expect(daemon.exitStatus == 0)
        }
    }
}
