import EventLoop
import FoundationEssentials
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("Clients that do not read")
struct ParkingTests {
    private let script = "messages=40 bytes=50000"

    @Test func `readers that stop make room for others, and get the whole answer later`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let slow = try daemon.connect(window: 65_536, automatic: false)
            let stalled = try (0..<60).map { _ in try slow.request(script, lane: .bulk) }
            try daemon.wait { stalled.prefix(48).allSatisfy { slow.frames[$0] != nil } }
            // Places in this lane come free only if readers that stopped give theirs up.
            let others = try (0..<4).map { _ in try client.request(script, lane: .bulk) }
            for other in others {
                #expect(try daemon.end(of: other, client).status.code == .ok)
            }
            try daemon.wait { stalled.allSatisfy { slow.frames[$0] != nil } }
            slow.consumeAll()
            for streamID in stalled {
                #expect(try daemon.end(of: streamID, slow).status.code == .ok)
                #expect(visible(slow.frames[streamID]) == visible(client.frames[others[0]]))
            }
        }
    }

    @Test func `a parked request that is cancelled or late is over like any other`() throws {
        try DaemonFixture.run("stall=1") { daemon in
            let client = try daemon.connect()
            _ = try daemon.waitForStatus(client) { $0.engines[0].state == "ready" }
            let slow = try daemon.connect(window: 65_536, automatic: false)
            let late = try slow.request(script, deadline: 4_000)
            let cancelled = try slow.request(script)
            let kept = try slow.request(script)
            try daemon.wait { [late, cancelled, kept].allSatisfy { slow.frames[$0] != nil } }
            _ = try daemon.waitForStatus(client) { $0.running == 0 }
            slow.cancel(cancelled)
            #expect(try daemon.end(of: cancelled, slow).status.code == .cancelled)
            _ = try daemon.waitForStatus(client) { $0.requestsFailed == 1 }
            kill(try daemon.status(client).engines[0].process, SIGKILL)
            slow.consumeAll()
            #expect(try daemon.end(of: late, slow).status.code == .deadlineExceeded)
            #expect(try daemon.end(of: kept, slow).status.code == .ok)
            #expect(slow.frames[kept]?.count == 40)
        }
    }

    /// Bytes that a process holds in memory.
    private func residentByteCount(_ process: Int32) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
        let pages = Int(text.split(separator: " ")[1]) ?? 0
        return pages * 4_096
    }

    @Test func `many readers that stopped fill no memory`() throws {
        try DaemonFixture.run("stall=1") { daemon in
            let client = try daemon.connect()
            let before = try residentByteCount(daemon.process)
            var stalled: [(TestClient, UInt32)] = []
            for _ in 0..<2 {
                let slow = try daemon.connect(window: 65_536, automatic: false)
                for _ in 0..<64 { stalled.append((slow, try slow.request(script, lane: .bulk))) }
            }
            try daemon.wait { stalled.allSatisfy { $0.0.frames[$0.1] != nil } }
            let status = try daemon.waitForStatus(client) { $0.running == 0 && $0.queued == 0 }
            #expect(status.connections == 3)
            let grown = try residentByteCount(daemon.process) - before
            // 128 answers of 2 MB; a window of 1 MiB for each of the 48 that run at once, one
            // message of 50 kB for each that is parked, and half as much for the allocator.
            #expect(grown < (48 * 1_048_576 + 128 * 50_000) * 3 / 2)
        }
    }
}
