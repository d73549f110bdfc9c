import EventLoop
import FoundationEssentials
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("Watchdog")
struct WatchdogTests {
    @Test func `a stopped engine is replaced, and its answers are whole`() throws {
        try DaemonFixture.run("watchdog=2") { daemon in
            let client = try daemon.connect()
            let undisturbed = try client.request("messages=40 bytes=50000")
            #expect(try daemon.end(of: undisturbed, client).status.code == .ok)
            let slow = try daemon.connect(window: 65_536, automatic: false)
            let disturbed = try slow.request("messages=40 bytes=50000")
            try daemon.wait { slow.frames[disturbed] != nil }
            kill(try daemon.status(client).engines[0].process, SIGSTOP)
            _ = try daemon.waitForStatus(client) { $0.engines[0].restarts == 1 }
            slow.consumeAll()
            #expect(try daemon.end(of: disturbed, slow).status.code == .ok)
            #expect(visible(slow.frames[disturbed]) == visible(client.frames[undisturbed]))
        }
    }

    @Test func `a step that never ends is a crash`() throws {
        try DaemonFixture.run("step=1") { daemon in
            let client = try daemon.connect()
            let hanging = try client.request("messages=4 bytes=10 hang_at=2")
            let end = try daemon.end(of: hanging, client)
            #expect(end.status.reason == "ENGINE_DIED_TWICE")
            #expect(try daemon.status(client).engines[0].restarts == 2)
        }
    }

    @Test func `the kernel is asked to end engines before their supervisor`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let status = try daemon.waitForStatus(client) { $0.engines[0].state == "ready" }
            let path = "/proc/\(status.engines[0].process)/oom_score_adj"
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "500\n")
        }
    }
}
