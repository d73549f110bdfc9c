import EventLoop
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("Deaths of engines")
struct DeathTests {
    @Test func `a request that engines die of is failed, and the next one is served`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let poison = try client.request("messages=9 bytes=10 die_at=4")
            let end = try daemon.end(of: poison, client)
            #expect(end.status.code == .internal)
            #expect(end.status.reason == "ENGINE_DIED_TWICE")
            #expect(client.frames[poison]?.count ?? 0 <= 3)
            let next = try client.request("messages=2 bytes=10")
            #expect(try daemon.end(of: next, client).status.code == .ok)
            #expect(try daemon.status(client).engines[0].restarts == 2)
        }
    }

    @Test func `who runs beside a request that kills engines is not blamed`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            // This client gives no credit at first, so its request certainly runs at the death.
            let slow = try daemon.connect(window: 65_536, automatic: false)
            let bystander = try slow.request("messages=40 bytes=50000")
            try daemon.wait { (slow.frames[bystander]?.count ?? 0) == 2 }
            let killer = try client.request("messages=9 bytes=10 die_at=4")
            _ = try daemon.waitForStatus(client) { $0.engines[0].restarts > 0 }
            slow.consumeAll()
            #expect(try daemon.end(of: killer, client).status.reason == "ENGINE_DIED_TWICE")
            #expect(try daemon.end(of: bystander, slow).status.code == .ok)
            #expect(slow.frames[bystander]?.count == 40)
        }
    }

    @Test func `what an engine crashed of is refused at once the next time`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let poison = try client.request("messages=9 bytes=10 die_at=1")
            #expect(try daemon.end(of: poison, client).status.reason == "ENGINE_DIED_TWICE")
            let body = Neurond_V1_GenerateRequest.with {
                $0.options.model = "messages=9 bytes=10 die_at=1"
                $0.options.requestID = "another name for the same work"
            }
            let again = try client.call(.generate, body)
            #expect(try daemon.end(of: again, client).status.reason == "ENGINE_DIED_TWICE")
            #expect(try daemon.status(client).engines[0].restarts == 2)
        }
    }

    @Test func `one guilty request among 32 costs the others nothing but time`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let undisturbed = try client.request("messages=6 bytes=50000")
            #expect(try daemon.end(of: undisturbed, client).status.code == .ok)
            let slow = try daemon.connect(window: 65_536, automatic: false)
            let others = try (0..<31).map { _ in try slow.request("messages=6 bytes=50000") }
            try daemon.wait { others.allSatisfy { slow.frames[$0] != nil } }
            let poison = try client.request("messages=2 bytes=10 die_at=1")
            _ = try daemon.waitForStatus(client) { $0.engines[0].restarts > 0 }
            slow.consumeAll()
            for other in others {
                #expect(try daemon.end(of: other, slow).status.code == .ok)
                #expect(visible(slow.frames[other]) == visible(client.frames[undisturbed]))
            }
            #expect(try daemon.end(of: poison, client).status.reason == "ENGINE_DIED_TWICE")
        }
    }

    @Test func `engines killed from outside lose nothing, however often`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let slow = try daemon.connect(window: 65_536, automatic: false)
            let disturbed = try slow.request("messages=40 bytes=50000")
            for round in 1...6 {
                let status = try daemon.waitForStatus(client) {
                    $0.engines[0].state == "ready" && $0.running == 1
                }
                kill(status.engines[0].process, SIGKILL)
                let restarts = UInt32(round)
                _ = try daemon.waitForStatus(client) { $0.engines[0].restarts == restarts }
            }
            slow.consumeAll()
            #expect(try daemon.end(of: disturbed, slow).status.code == .ok)
            #expect(slow.frames[disturbed]?.count == 40)
        }
    }
}
