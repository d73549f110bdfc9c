import Messages
import SwiftProtobuf
import Testing
import Wire

/// What a client is told about the daemon, once and again and again.
@Suite("Status", .serialized)
struct StatusStreamTests {
    private func stream(
        _ fixture: DaemonFixture, _ client: TestClient, interval: UInt32, count: UInt32 = 0
    ) throws -> UInt32 {
        try client.call(
            .status,
            Neurond_V1_StatusRequest.with {
                $0.intervalMs = interval
                $0.count = count
            })
    }

    @Test("as many replies come as were asked for, then the end")
    func counted() throws {
        // No engine is asked for its report, which would make some replies later than others.
        try DaemonFixture.run(engines: 0) { fixture in
            let client = try fixture.connect()
            let streamID = try stream(fixture, client, interval: 100, count: 3)
            #expect(try fixture.end(of: streamID, client).status.code == .ok)
            let replies = try (client.frames[streamID] ?? []).map {
                try Neurond_V1_StatusReply(serializedBytes: $0.payload)
            }
            #expect(replies.count == 3)
            #expect(replies[2].uptimeSeconds - replies[0].uptimeSeconds >= 0.19)
        }
    }

    @Test("an endless stream ends when it is cancelled, and disturbs no other")
    func cancelled() throws {
        try DaemonFixture.run { fixture in
            let client = try fixture.connect()
            let streamID = try stream(fixture, client, interval: 100)
            try fixture.wait { client.frames[streamID]?.count ?? 0 >= 2 }
            client.cancel(streamID)
            #expect(try fixture.end(of: streamID, client).status.code == .cancelled)
            #expect(try fixture.status(client).connections == 1)
        }
    }

    @Test("an interval out of range is refused with the range", arguments: [1, 99, 60_001])
    func refused(interval: UInt32) throws {
        try DaemonFixture.run { fixture in
            let client = try fixture.connect()
            let end = try fixture.end(
                of: stream(fixture, client, interval: interval), client)
            #expect(end.status.reason == "BAD_INTERVAL")
            #expect(end.status.asked == UInt64(interval))
        }
    }

    @Test("identity, role, and requests with their state are told")
    func rows() throws {
        try DaemonFixture.run { fixture in
            let client = try fixture.connect()
            _ = try fixture.waitForStatus(client) { $0.state == "ready" }
            let streamID = try client.request("messages=100000000 bytes=100")
            let status = try fixture.waitForStatus(client) { status in
                status.requests.contains { $0.state == "running" }
            }
            let row = try #require(status.requests.first)
            #expect(row.method == "Generate")
            #expect(row.identity == status.identity)
            #expect(status.identity.hasPrefix("uid:"))
            let own = try #require(status.identities.first { $0.identity == status.identity })
            #expect(own.running == 1)
            #expect(own.connections == 1)
            client.cancel(streamID)
            _ = try fixture.end(of: streamID, client)
            let after = try fixture.waitForStatus(client) { $0.requests.isEmpty }
            let total = after.identities.first { $0.identity == after.identity }?.requestsTotal
            #expect(total ?? 0 > 0)
        }
    }
}
