import EventLoop
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("Access")
struct AccessTests {
    private static let runner = String(repeating: "a", count: 32)
    private static let reader = String(repeating: "b", count: 32)
    private static let admin = String(repeating: "c", count: 32)
    private static let tokens = """
        # NAME ROLE TOKEN
        ann run \(runner)
        bob read \(reader)
        eve admin \(admin)
        """

    private let forward = Neurond_V1_ForwardRequest.with {
        $0.items = [.with { $0.prompt.text = "2 + 3 = " }]
        $0.topK = 1
    }
    private let tokenize = Neurond_V1_TokenizeRequest.with { $0.prompt.text = "2 + 3" }

    /// The kinds of all frames in the bytes.
    private func kinds(in bytes: [UInt8]) -> [FrameKind] {
        var decoder = FrameDecoder()
        decoder.append(bytes)
        var kinds: [FrameKind] = []
        while case .frame(let frame) = decoder.next() { kinds.append(frame.kind) }
        return kinds
    }

    @Test func `who proves nothing learns nothing but the refusal`() throws {
        try DaemonFixture.runConfigured(tokens: Self.tokens) { daemon, folder in
            let overheard = try daemon.connect(folder, token: Self.runner)
            let stolen = AccessClient.proof(
                Self.runner, try #require(overheard.serverHello).credential)
            let zeroes = [UInt8](repeating: 0, count: 32)
            let answers: [(String, (Hello) -> [UInt8])] = [
                ("none", { _ in [] }),
                ("another token's", { AccessClient.proof("wrong", $0.credential) }),
                ("that of another connection", { _ in stolen }),
                ("over no challenge", { _ in AccessClient.proof(Self.runner, zeroes) }),
                ("the token itself", { _ in Array(Self.runner.utf8) }),
                ("the challenge", { $0.credential }),
            ]
            // A request in the same breath must not be looked at.
            let request = try pipelinedRequest()
            for (name, answer) in answers {
                let client = try daemon.connectOverNetwork(
                    folder, pipelined: request, answer: answer)
                try daemon.wait { client.isClosed }
                #expect(kinds(in: client.bytes) == [.hello, .goAway], "\(name)")
                #expect(client.goAway?.code == .unauthenticated, "\(name)")
                #expect(client.goAway?.text == "a valid token is needed", "\(name)")
                #expect(client.serverHello?.agent == "neurond", "\(name)")
                #expect(client.serverHello?.hasCredential == true, "\(name)")
            }
            #expect(try daemon.end(overheard, .tokenize, tokenize).status.code == .ok)
        }
    }

    private func pipelinedRequest() throws -> [UInt8] {
        var bytes: [UInt8] = []
        FrameEncoder.encode(
            Frame(
                .request, streamID: 1, flags: .last, method: Wire.Method.forward.rawValue,
                payload: try forward.serializedBytes()), into: &bytes)
        return bytes
    }

    @Test func `challenges are never the same`() throws {
        try DaemonFixture.runConfigured(tokens: Self.tokens) { daemon, folder in
            var seen: Set<[UInt8]> = []
            for _ in 0..<20 {
                let client = try daemon.connect(folder, token: Self.reader)
                seen.insert(try #require(client.serverHello).credential)
            }
            #expect(seen.count == 20)
        }
    }

    @Test func `a role is what its holder may do, and no more`() throws {
        try DaemonFixture.runConfigured(tokens: Self.tokens) { daemon, folder in
            let bob = try daemon.connect(folder, token: Self.reader)
            #expect(try daemon.end(bob, .tokenize, tokenize).status.code == .ok)
            for method in [Wire.Method.forward, .generate, .score, .project, .putObject] {
                let status = try daemon.end(bob, method, forward).status
                #expect(status.code == .permissionDenied && status.reason == "NO_RIGHT")
                #expect(status.message == "\(method) needs the role run; token:bob has read")
            }
            let ann = try daemon.connect(folder, token: Self.runner)
            #expect(try daemon.end(ann, .forward, forward).status.code == .ok)
            #expect(try daemon.end(ann, .loadModel, tokenize).status.reason == "NO_RIGHT")
            let eve = try daemon.connect(folder, token: Self.admin)
            #expect(try daemon.end(eve, .loadModel, tokenize).status.reason == "UNIMPLEMENTED")
        }
    }

    /// The least role of each method, as the documentation says it.
    private static let methods: [(needed: String, methods: [Wire.Method])] = [
        ("read", [.capabilities, .status, .tokenize, .detokenize, .explain, .listObjects]),
        (
            "run",
            [
                .forward, .generate, .score, .statistics, .sweep, .importance, .project, .columns,
                .putObject, .dropObject,
            ]
        ),
        ("admin", [.loadModel, .unloadModel, .drain]),
    ]

    @Test func `every method asks for its role`() throws {
        let all = Self.methods.flatMap(\.methods)
        #expect(all.count == Wire.Method.allCases.count && Set(all) == Set(Wire.Method.allCases))
        try DaemonFixture.runConfigured(tokens: Self.tokens) { daemon, folder in
            let clients = [
                ("read", try daemon.connect(folder, token: Self.reader)),
                ("run", try daemon.connect(folder, token: Self.runner)),
            ]
            let order = ["read", "run", "admin"]
            for (role, client) in clients {
                for (needed, methods) in Self.methods {
                    let isAllowed =
                        order.firstIndex(of: needed) ?? 0
                        <= order.firstIndex(of: role) ?? 0
                    for method in methods {
                        let request = Neurond_V1_RequestEnvelope()
                        let status = try daemon.end(client, method, request).status
                        #expect((status.reason != "NO_RIGHT") == isAllowed, "\(role) \(method)")
                        if !isAllowed { #expect(status.message.contains("the role \(needed);")) }
                    }
                }
            }
        }
    }

    @Test func `connections without a proof are few`() throws {
        try DaemonFixture.runConfigured(tokens: Self.tokens) { daemon, folder in
            // They never read, so that none answers the HELLO.
            let silent = try (0..<64).map { _ in try daemon.connectRaw(to: folder.network) }
            let late = try daemon.connectOverNetwork(folder) {
                AccessClient.proof(Self.runner, $0.credential)
            }
            try daemon.wait { late.isClosed }
            #expect(late.goAway?.code == .resourceExhausted)
            // Who comes by the unix socket is not in their way.
            _ = try daemon.status(try daemon.connect())
            // Nor is who proves a token, once there is a place again.
            silent[0].close()
            try daemon.wait(forPlaceIn: folder, token: Self.runner)
        }
    }

    @Test func `connections of one identity are bounded, others still get in`() throws {
        let limits = "[limits]\nconnections_per_identity = 2"
        try DaemonFixture.runConfigured(tokens: Self.tokens, limits) { daemon, folder in
            let first = try daemon.connect(folder, token: Self.runner)
            let second = try daemon.connect(folder, token: Self.runner)
            #expect(try daemon.end(second, .tokenize, tokenize).status.code == .ok)
            let third = try daemon.connect(folder, token: Self.runner)
            try daemon.wait { third.isClosed }
            #expect(third.goAway?.code == .resourceExhausted)
            let bob = try daemon.connect(folder, token: Self.reader)
            #expect(try daemon.end(bob, .tokenize, tokenize).status.code == .ok)
            first.stream.close()
            _ = second
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root can be somebody else"))
    func `a user who is not on the list is turned away`() throws {
        let configuration = "[socket]\nmode = \"0666\"\nallow_users = [54321]"
        try DaemonFixture.runConfigured(configuration) { daemon, _ in
            guard case .unix(let path) = daemon.address else { return }
            let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            try #require(chmod(directory, 0o755) == 0)
            _ = try daemon.connect()
            #expect(try daemon.neuronctl(asUser: 54321, ["ping", "--count", "1"]) == 0)
            #expect(try daemon.neuronctl(asUser: 54322, ["ping", "--count", "1"]) == 1)
        }
    }
}

extension DaemonFixture {
    /// Connects with a token until the daemon has room.
    fileprivate func wait(forPlaceIn folder: Folder, token: String) throws {
        while true {
            let client = try connect(folder, token: token)
            // The refusal may have come with the HELLO.
            guard client.connection.phase == .ready else { continue }
            try client.connection.sendPing([UInt8](repeating: 1, count: 8))
            client.flush()
            try wait { client.isClosed || client.hasPong }
            if client.hasPong { return }
        }
    }

    /// The exit status of `neuronctl` when another user calls it.
    fileprivate func neuronctl(asUser user: UInt32, _ words: [String]) throws -> Int64 {
        let program = try DaemonFixture.executable("neuronctl")
        var result: Int64?
        let child = try ChildProcess(
            loop, executable: "setpriv",
            arguments: ["--reuid=\(user)", "--regid=\(user)", "--clear-groups", program] + words
                + ["--address", "\(address)"],
            environment: nil, descriptors: [-1, -1, -1]
        ) { [loop] status, signal in
            result = signal == 0 ? status : -Int64(signal)
            loop.stop()
        }
        defer { child.close() }
        try wait { result != nil }
        return try #require(result)
    }
}
