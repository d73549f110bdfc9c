import EventLoop
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("Admission")
struct AdmissionTests {
    /// Sends a request that never ends, so that it keeps what it was admitted with.
    private func hang(_ client: TestClient, _ words: String = "") throws -> UInt32 {
        try client.request("messages=1 hang_at=1 \(words)", lane: .bulk)
    }

    @Test func `what can never run is refused at once, whatever waits`() throws {
        try DaemonFixture.run { daemon in
            let slow = try daemon.connect()
            let client = try daemon.connect()
            for _ in 0..<58 { _ = try hang(slow) }
            let full = try daemon.waitForStatus(client) { $0.running == 48 && $0.queued == 10 }
            #expect(full.running + full.queued == 58)
            let never = try client.request("never=1")
            let end = try daemon.end(of: never, client)
            #expect(end.status.code == .outOfRange && end.status.reason == "SCRIPTED_NEVER")
        }
    }

    @Test func `interactive work passes bulk work, of the same identity too`() throws {
        try DaemonFixture.run { daemon in
            let slow = try daemon.connect()
            let client = try daemon.connect()
            for _ in 0..<60 { _ = try hang(slow) }
            _ = try daemon.waitForStatus(client) { $0.running == 48 && $0.queued == 12 }
            let small = try client.request("messages=2 bytes=10")
            #expect(try daemon.end(of: small, client).status.code == .ok)
            #expect(try daemon.status(client).queued == 12)
        }
    }

    @Test func `an engine is told on whose account it works, not what a client says`() throws {
        try DaemonFixture.run("weight=3") { daemon in
            let client = try daemon.connect()
            let request = Neurond_V1_RequestEnvelope.with {
                $0.options.model = "account=1"
                $0.options.admission.share = 99
                $0.options.admission.weight = 99
                $0.options.deadlineMs = 30_000
                $0.options.lane = .bulk
            }
            let streamID = try client.call(.generate, request)
            #expect(try daemon.end(of: streamID, client).status.code == .ok)
            let payload = client.frames[streamID]?.first?.payload ?? []
            let text = String(decoding: payload, as: UTF8.self)
            #expect(text == "share=\(UInt64(getuid()) + 1) weight=3 lane=bulk timed=true")
        }
    }

    @Test func `a quota on attention state makes its own identity wait, or refuses`() throws {
        try DaemonFixture.run("kv=100") { daemon in
            let slow = try daemon.connect()
            let client = try daemon.connect()
            let first = try hang(slow, "kv=60")
            _ = try daemon.waitForStatus(client) { $0.running == 1 }
            let second = try slow.request("messages=1 kv=60", lane: .bulk)
            _ = try daemon.waitForStatus(client) { $0.running == 1 && $0.queued == 1 }
            let beyond = try client.request("kv=101")
            let end = try daemon.end(of: beyond, client)
            #expect(end.status.code == .outOfRange)
            #expect(end.status.reason == "QUOTA_KEY_VALUE_BYTES")
            #expect(end.status.asked == 101 && end.status.limit == 100)
            let use = try daemon.status(client).identities.first
            #expect(use?.keyValueBytes == 60 && use?.keyValueQuota == 100)
            slow.cancel(first)
            #expect(try daemon.end(of: second, slow).status.code == .ok)
        }
    }

    @Test func `a quota on captured values does the same, and others go on`() throws {
        try DaemonFixture.run("capture=100") { daemon in
            let slow = try daemon.connect()
            let client = try daemon.connect()
            let first = try hang(slow, "capture=60")
            _ = try daemon.waitForStatus(client) { $0.running == 1 }
            let second = try slow.request("messages=1 capture=60", lane: .bulk)
            _ = try daemon.waitForStatus(client) { $0.running == 1 && $0.queued == 1 }
            let small = try client.request("messages=1 capture=40")
            #expect(try daemon.end(of: small, client).status.code == .ok)
            let beyond = try client.request("capture=101")
            let end = try daemon.end(of: beyond, client)
            #expect(end.status.code == .outOfRange && end.status.retryAfterMs == 0)
            #expect(end.status.reason == "QUOTA_CAPTURE_BYTES" && end.status.limit == 100)
            let use = try daemon.status(client).identities.first
            #expect(use?.captureBytes == 60 && use?.captureQuota == 100)
            slow.cancel(first)
            #expect(try daemon.end(of: second, slow).status.code == .ok)
        }
    }

    @Test func `a quota on requests refuses with advice when to try again`() throws {
        try DaemonFixture.run("requests=2") { daemon in
            let slow = try daemon.connect()
            let client = try daemon.connect()
            for _ in 0..<2 { _ = try hang(slow) }
            _ = try daemon.waitForStatus(client) { $0.running == 2 }
            let refused = try client.request("messages=1 bytes=1")
            let end = try daemon.end(of: refused, client)
            #expect(end.status.code == .resourceExhausted)
            #expect(end.status.reason == "QUOTA_REQUESTS" && end.status.retryAfterMs >= 100)
        }
    }

    @Test func `a full queue refuses with advice when to try again`() throws {
        try DaemonFixture.run("queued=3") { daemon in
            let slow = try daemon.connect()
            let client = try daemon.connect()
            for _ in 0..<48 {
                let running = try daemon.status(client).running
                _ = try hang(slow)
                _ = try daemon.waitForStatus(client) { $0.running == running + 1 }
            }
            for _ in 0..<3 { _ = try hang(slow) }
            _ = try daemon.waitForStatus(client) { $0.queued == 3 }
            let refused = try client.request("messages=1 bytes=1")
            let end = try daemon.end(of: refused, client)
            #expect(end.status.reason == "QUEUE_FULL" && end.status.retryAfterMs >= 100)
        }
    }

    @Test func `a request over whose price engines crash is failed`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let poison = try client.request("die_pricing=1")
            let end = try daemon.end(of: poison, client)
            #expect(end.status.reason == "ENGINE_DIED_TWICE")
            let next = try client.request("messages=2 bytes=10")
            #expect(try daemon.end(of: next, client).status.code == .ok)
            #expect(try daemon.status(client).engines[0].restarts == 2)
        }
    }
}
