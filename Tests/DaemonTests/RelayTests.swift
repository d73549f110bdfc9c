import EventLoop
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("Relay")
struct RelayTests {
    private let script = "messages=40 bytes=50000 tensor=1000000"

    @Test func `an answer arrives whole, in order, and ends well`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let streamID = try client.request(script)
            let end = try daemon.end(of: streamID, client)
            #expect(end.status.code == .ok)
            let frames = try #require(client.frames[streamID])
            #expect(frames.count == 40 + 4, "a million bytes are four segments")
            #expect(frames[3].payload == (0..<50_000).map { UInt8(truncatingIfNeeded: 21 &+ $0) })
        }
    }

    @Test func `an engine killed in the middle of an answer changes no byte of it`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let undisturbed = try client.request(script)
            _ = try daemon.end(of: undisturbed, client)

            // This client gives no credit, so the answer is certain to be in the middle.
            let slow = try daemon.connect(window: 65_536, automatic: false)
            let disturbed = try slow.request(script)
            try daemon.wait { (slow.frames[disturbed]?.count ?? 0) == 2 }
            let before = try daemon.status(client)
            kill(before.engines[0].process, SIGKILL)
            let after = try daemon.waitForStatus(client) {
                $0.engines[0].restarts == 1 && $0.running == 1
            }
            #expect(after.engines[0].process != before.engines[0].process)
            slow.consumeAll()
            let end = try daemon.end(of: disturbed, slow)
            #expect(end.status.code == .ok)
            #expect(visible(slow.frames[disturbed]) == visible(client.frames[undisturbed]))
        }
    }

    @Test func `a second engine takes over at once`() throws {
        try DaemonFixture.run(engines: 2) { daemon in
            let client = try daemon.connect()
            let ready = try daemon.waitForStatus(client) {
                $0.engines.allSatisfy { $0.state == "ready" }
            }
            kill(ready.engines[0].process, SIGKILL)
            let streamID = try client.request("messages=3 bytes=10")
            #expect(try daemon.end(of: streamID, client).status.code == .ok)
            #expect(client.frames[streamID]?.count == 3)
        }
    }

    @Test func `a vanished client's request is cancelled at the engine`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let leaver = try daemon.connect(window: 65_536, automatic: false)
            let streamID = try leaver.request("messages=1000000 bytes=10000")
            try daemon.wait { leaver.frames[streamID] != nil }
            leaver.stream.close()
            try daemon.waitForEngine(client, toHaveSeen: "cancelled=1 objects=0")
            #expect(try daemon.waitForStatus(client) { $0.running == 0 }.connections == 1)
        }
    }

    @Test func `cancelling one stream ends it and disturbs no other`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let other = try client.request(script)
            let endless = try client.request("messages=1000000 bytes=10000")
            try daemon.wait { client.frames[endless] != nil }
            #expect(try daemon.end(of: other, client).status.code == .ok)
            #expect(client.frames[other]?.count == 44)
            client.cancel(endless)
            let end = try daemon.end(of: endless, client)
            #expect(end.status.code == .cancelled && end.status.reason == "CANCELLED")
            #expect(end.partial.generatedTokens >= 1, "what there is, the engine says")
            try daemon.waitForEngine(client, toHaveSeen: "cancelled=1 objects=0")
        }
    }

    @Test func `a deadline ends a request and stops the engine`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            // A deadline that passes before the engine has it would end the request in the queue.
            _ = try daemon.waitForStatus(client) { $0.engines[0].state == "ready" }
            let streamID = try client.request("messages=9 bytes=100 hang_at=3", deadline: 1000)
            let end = try daemon.end(of: streamID, client)
            #expect(end.status.code == .deadlineExceeded)
            #expect(end.hasUsage && end.partial.generatedTokens == 2)
            try daemon.waitForEngine(client, toHaveSeen: "cancelled=1 objects=0")
        }
    }

    @Test func `a reader that stalls holds up nobody else, not even itself elsewhere`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect(window: 65_536, automatic: false)
            let stalled = try client.request("messages=60 bytes=100000")
            try daemon.wait { (client.frames[stalled]?.count ?? 0) >= 1 }
            let small = try client.request("messages=1 bytes=100")
            #expect(try daemon.end(of: small, client).status.code == .ok)
            let other = try daemon.connect()
            let large = try other.request("messages=60 bytes=100000")
            #expect(try daemon.end(of: large, other).status.code == .ok)
            #expect(client.frames[stalled]?.count == 1)
            client.consumeAll()
            #expect(try daemon.end(of: stalled, client).status.code == .ok)
            #expect(client.frames[stalled]?.count == 60)
        }
    }

    @Test func `methods that nobody serves are refused by name or number`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            for method in [Wire.Method.loadModel, .unloadModel] {
                let streamID = try client.request("", method: method)
                let end = try daemon.end(of: streamID, client)
                #expect(end.status.code == .unimplemented)
                #expect(end.status.message.contains("\(method)"))
            }
            let streamID = try client.connection.sendRequest(method: 999, payload: [])
            client.flush()
            #expect(try daemon.end(of: streamID, client).status.message.contains("999"))
        }
    }
}
