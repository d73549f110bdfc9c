import EventLoop
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

/// What clients and monitoring see while the model loads.
@Suite("Loading")
struct LoadingTests {
    private static let loaded = "."
    private static let failed = "!"
    private static let crashed = "?"
    private static let other = "x"
    private static let deadly = "-"

    /// Runs a daemon that loads until the gate is passed, each time by a sign of how.
    private func run(
        _ body: (DaemonFixture, _ pass: (_ sign: String) throws -> Void) throws -> Void
    ) throws {
        var gate = ""
        try DaemonFixture.run { daemon in
            try body(daemon) { sign in
                let descriptor = open(gate, O_WRONLY | O_CLOEXEC)
                try #require(descriptor >= 0)
                defer { closeDescriptor(descriptor) }
                try #require(write(descriptor, sign, 1) == 1)
            }
            unlink(gate)
        } command: { address in
            gate = address.dropFirst("unix:".count) + ".gate"
            mkfifo(gate, 0o600)
            return ("DaemonTestHost", ["serve", address, "1", "metrics", "gate"])
        }
    }

    @Test func `clients see it, wait, and are answered when the model is there`() throws {
        try run { daemon, pass in
            let client = try daemon.connect()
            #expect(try daemon.status(client).state == "starting")
            let early = try client.request("messages=2 bytes=10")
            let capabilities = try client.call(
                .capabilities, Neurond_V1_CapabilitiesRequest())
            let waiting = try daemon.waitForStatus(client) { $0.queued == 1 }
            #expect(waiting.engines.map(\.state) == ["idle"] && waiting.state == "starting")
            try pass(Self.loaded)
            #expect(try daemon.end(of: early, client).status.code == .ok)
            #expect(try daemon.end(of: capabilities, client).status.code == .ok)
            #expect(try daemon.status(client).state == "ready")
        }
    }

    @Test func `it is alive, and neither ready nor healthy`() throws {
        try run { daemon, pass in
            let client = try daemon.connect()
            #expect(try daemon.get("/live")?.code == "200")
            for path in ["/ready", "/health"] {
                let answer = try #require(try daemon.get(path))
                #expect(answer.code == "503" && answer.body == "Loading model\n")
            }
            #expect(try daemon.get("/metrics")?.body.contains("neurond_requests_waiting") == true)
            try pass(Self.loaded)
            _ = try daemon.waitForStatus(client) { $0.state == "ready" }
            for path in ["/ready", "/health"] { #expect(try daemon.get(path)?.code == "200") }
        }
    }

    @Test func `deadlines pass meanwhile`() throws {
        try run { daemon, _ in
            let client = try daemon.connect()
            let late = try client.request("messages=1", deadline: 1)
            #expect(try daemon.end(of: late, client).status.reason == "DEADLINE_EXCEEDED")
        }
    }

    @Test func `a model that does not load is told to everybody who waits`() throws {
        try run { daemon, pass in
            let client = try daemon.connect()
            let early = try client.request("messages=1")
            let capabilities = try client.call(
                .capabilities, Neurond_V1_CapabilitiesRequest())
            _ = try daemon.waitForStatus(client) { $0.queued == 1 }
            try pass(Self.failed)
            for stream in [early, capabilities] {
                let status = try daemon.end(of: stream, client).status
                #expect(status.code == .unavailable && status.reason == "MODEL_NOT_LOADED")
            }
            try daemon.wait { daemon.exitStatus != nil && client.isClosed }
            #expect(daemon.exitStatus == 1)
            #expect(try daemon.isRefusing())
        }
    }

    @Test func `SIGTERM ends it at once where nobody waits`() throws {
        try run { daemon, _ in
            let client = try daemon.connect()
            daemon.signal(SIGTERM)
            try daemon.wait { daemon.exitStatus != nil && client.isClosed }
            #expect(daemon.exitStatus == 0)
        }
    }

    @Test func `SIGTERM lets those who wait have their answer`() throws {
        try run { daemon, pass in
            let client = try daemon.connect()
            let early = try client.request("messages=2 bytes=10")
            _ = try daemon.waitForStatus(client) { $0.queued == 1 }
            daemon.signal(SIGTERM)
            try daemon.wait { client.goAway != nil }
            try pass(Self.loaded)
            #expect(try daemon.end(of: early, client).status.code == .ok)
            try daemon.wait { daemon.exitStatus != nil }
            #expect(daemon.exitStatus == 0)
        }
    }

    @Test func `a model that ends the process that reads it is told like one that does not load`()
        throws
    {
        try run { daemon, pass in
            let client = try daemon.connect()
            let early = try client.request("messages=1")
            _ = try daemon.waitForStatus(client) { $0.queued == 1 }
            try pass(Self.crashed)
            #expect(try daemon.end(of: early, client).status.reason == "MODEL_NOT_LOADED")
            try daemon.wait { daemon.exitStatus != nil }
            #expect(daemon.exitStatus == 1)
        }
    }

    @Test func `engines that cannot start end the daemon`() throws {
        try run { daemon, pass in
            let client = try daemon.connect()
            let early = try client.request("messages=1")
            _ = try daemon.waitForStatus(client) { $0.queued == 1 }
            try pass(Self.deadly)
            #expect(try daemon.end(of: early, client).status.reason == "MODEL_NOT_LOADED")
            try daemon.wait { daemon.exitStatus != nil }
            #expect(daemon.exitStatus == 1)
        }
    }

    @Test func `a process that is killed while it loads is started again`() throws {
        try run { daemon, pass in
            let client = try daemon.connect()
            let early = try client.request("messages=2 bytes=10")
            let first = try daemon.waitForForkServer(client)
            kill(first, SIGKILL)
            _ = try daemon.waitForForkServer(client, otherThan: first)
            #expect(try daemon.status(client).state == "starting")
            try pass(Self.loaded)
            #expect(try daemon.end(of: early, client).status.code == .ok)
        }
    }

    @Test func `while it loads again, requests wait and nobody is told that it is ready`() throws {
        try run { daemon, pass in
            let client = try daemon.connect()
            try pass(Self.loaded)
            _ = try daemon.waitForStatus(client) { $0.state == "ready" }
            let first = try #require(daemon.forkServer)
            kill(first, SIGKILL)
            _ = try daemon.waitForForkServer(client, otherThan: first)
            let request = try client.request("messages=2 bytes=10")
            let waiting = try daemon.waitForStatus(client) { $0.queued == 1 }
            #expect(waiting.engines.map(\.state) == ["idle"] && waiting.state == "starting")
            #expect(try daemon.get("/ready")?.code == "503")
            try pass(Self.loaded)
            #expect(try daemon.end(of: request, client).status.code == .ok)
            let status = try daemon.waitForStatus(client) { $0.state == "ready" }
            #expect(status.engines.map(\.restarts) == [1])
        }
    }

    @Test func `another model than before is not served`() throws {
        try run { daemon, pass in
            let client = try daemon.connect()
            try pass(Self.loaded)
            _ = try daemon.waitForStatus(client) { $0.state == "ready" }
            let first = try #require(daemon.forkServer)
            kill(first, SIGKILL)
            _ = try daemon.waitForForkServer(client, otherThan: first)
            let request = try client.request("messages=1")
            try pass(Self.other)
            #expect(try daemon.end(of: request, client).status.reason == "MODEL_NOT_LOADED")
            try daemon.wait { daemon.exitStatus != nil }
            #expect(daemon.exitStatus == 1)
        }
    }
}
