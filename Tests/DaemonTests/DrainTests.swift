import EventLoop
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("Drain")
struct DrainTests {
    @Test func `an idle daemon ends cleanly on SIGTERM and removes its socket`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            daemon.signal(SIGTERM)
            try daemon.wait { client.isClosed && daemon.exitStatus != nil }
            #expect(client.goAway?.code == .drain)
            #expect(daemon.exitStatus == 0)
            guard case .unix(let path) = daemon.address else { return }
            #expect(access(path, F_OK) != 0)
        }
    }

    @Test func `what runs is finished, nothing new is taken`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect(window: 65_536, automatic: false)
            let streamID = try client.request("messages=40 bytes=50000")
            try daemon.wait { client.frames[streamID] != nil }
            daemon.signal(SIGTERM)
            try daemon.wait { client.goAway != nil }
            #expect(client.goAway?.lastStreamID == streamID)
            #expect(try daemon.isRefusing())
            client.consumeAll()
            #expect(try daemon.end(of: streamID, client).status.code == .ok)
            #expect(client.frames[streamID]?.count == 40)
            try daemon.wait { daemon.exitStatus != nil }
            #expect(daemon.exitStatus == 0)
        }
    }

    @Test func `a second signal stops at once, tells the client, and is not a clean end`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect(window: 65_536, automatic: false)
            let streamID = try client.request("messages=40 bytes=50000")
            try daemon.wait { client.frames[streamID] != nil }
            daemon.signal(SIGINT)
            try daemon.wait { client.goAway != nil }
            daemon.signal(SIGTERM)
            try daemon.wait { daemon.exitStatus != nil && client.isClosed }
            #expect(daemon.exitStatus == 1)
        }
    }

    @Test func `Drain does what the first signal does`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect(window: 65_536, automatic: false)
            let streamID = try client.request("messages=40 bytes=50000")
            try daemon.wait { client.frames[streamID] != nil }
            let other = try daemon.connect()
            _ = try daemon.reply(other, .drain, Neurond_V1_DrainRequest())
            try daemon.wait { client.goAway != nil }
            client.consumeAll()
            #expect(try daemon.end(of: streamID, client).status.code == .ok)
            try daemon.wait { daemon.exitStatus != nil }
            #expect(daemon.exitStatus == 0)
        }
    }

    @Test func `Drain now does what the second signal does`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect(window: 65_536, automatic: false)
            let streamID = try client.request("messages=40 bytes=50000")
            try daemon.wait { client.frames[streamID] != nil }
            let other = try daemon.connect()
            _ = try daemon.reply(other, .drain, Neurond_V1_DrainRequest.with { $0.now = true })
            try daemon.wait { daemon.exitStatus != nil && client.isClosed }
            #expect(daemon.exitStatus == 1)
        }
    }
}
