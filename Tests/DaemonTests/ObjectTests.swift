import FoundationEssentials
import Glibc
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("Objects")
struct ObjectTests {
    private func put(_ content: String) -> Neurond_V1_PutObjectRequest {
        .with {
            $0.kind = .neuronSet
            $0.byteCount = UInt64(content.utf8.count)
            $0.content = Data(content.utf8)
        }
    }

    @Test func `objects are stored once, listed, outlive an engine, and are dropped`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let first = try Neurond_V1_PutObjectReply(
                serializedBytes: daemon.reply(client, .putObject, put("one")))
            let again = try Neurond_V1_PutObjectReply(
                serializedBytes: daemon.reply(client, .putObject, put("one")))
            #expect(!first.existed && again.existed)
            #expect(first.hash == again.hash && first.hash.count == 32)
            _ = try daemon.reply(client, .putObject, put("two"))
            let listed = try daemon.reply(
                client, .listObjects, Neurond_V1_ListObjectsRequest())
            let list = try Neurond_V1_ListObjectsReply(serializedBytes: listed)
            #expect(list.objects.map(\.byteCount) == [3, 3])
            #expect(list.objects.first?.hash == first.hash)

            kill(try daemon.status(client).engines[0].process, SIGKILL)
            _ = try daemon.waitForStatus(client) { $0.engines[0].restarts == 1 }
            try daemon.waitForEngine(client, toHaveSeen: "cancelled=0 objects=2")

            let drop = Neurond_V1_DropObjectRequest.with { $0.hash = first.hash }
            _ = try daemon.reply(client, .dropObject, drop)
            try daemon.waitForEngine(client, toHaveSeen: "cancelled=0 objects=1")
            let streamID = try client.call(.dropObject, drop)
            #expect(try daemon.end(of: streamID, client).status.reason == "UNKNOWN_OBJECT")
        }
    }

    @Test func `a large object arrives in chunks`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let chunk = Data(repeating: 7, count: 1_000_000)
            let request = Neurond_V1_PutObjectRequest.with {
                $0.kind = .tensors
                $0.byteCount = 9_000_000
            }
            let streamID = try client.connection.sendRequest(
                method: Wire.Method.putObject.rawValue, payload: request.serializedBytes(),
                isLast: false)
            for index in 0..<9 {
                let part = Neurond_V1_PutObjectChunk.with { $0.content = chunk }
                try client.connection.sendMessage(
                    part.serializedBytes(), on: streamID, isLast: index == 8)
            }
            client.flush()
            #expect(try daemon.end(of: streamID, client).status.code == .ok)
            #expect(try daemon.status(client).objectBytes == 9_000_000)
        }
    }

    @Test func `what the engine finds unsound is refused and not kept`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let streamID = try client.call(.putObject, put("!bad"))
            #expect(try daemon.end(of: streamID, client).status.reason == "OBJECT_UNREADABLE")
            #expect(try daemon.status(client).objectCount == 0)
            var short = put("short")
            short.byteCount = 9
            let second = try client.call(.putObject, short)
            #expect(try daemon.end(of: second, client).status.reason == "OBJECT_LENGTH")
            short.byteCount = 1 << 40
            let third = try client.call(.putObject, short)
            #expect(try daemon.end(of: third, client).status.reason == "OBJECT_TOO_LARGE")
        }
    }

    @Test func `a dropped object stays for a request that was open, also on a new engine`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let slow = try daemon.connect(window: 65_536, automatic: false)
            let open = try slow.request("messages=40 bytes=50000")
            try daemon.wait { slow.frames[open] != nil }
            let hash = try Neurond_V1_PutObjectReply(
                serializedBytes: daemon.reply(client, .putObject, put("one"))
            ).hash
            let drop = Neurond_V1_DropObjectRequest.with { $0.hash = hash }
            _ = try daemon.reply(client, .dropObject, drop)
            let listed = try daemon.reply(
                client, .listObjects, Neurond_V1_ListObjectsRequest())
            #expect(try Neurond_V1_ListObjectsReply(serializedBytes: listed).objects.isEmpty)
            kill(try daemon.status(client).engines[0].process, SIGKILL)
            _ = try daemon.waitForStatus(client) { $0.engines[0].restarts == 1 }
            try daemon.waitForEngine(client, toHaveSeen: "cancelled=0 objects=1")
            slow.consumeAll()
            #expect(try daemon.end(of: open, slow).status.code == .ok)
            try daemon.waitForEngine(client, toHaveSeen: "cancelled=0 objects=0")
        }
    }

    @Test func `a quota on object bytes refuses what goes beyond`() throws {
        try DaemonFixture.run("objects=5") { daemon in
            let client = try daemon.connect()
            _ = try daemon.reply(client, .putObject, put("one"))
            let second = try daemon.end(of: client.call(.putObject, put("two")), client)
            #expect(second.status.reason == "QUOTA_OBJECT_BYTES")
            let large = try daemon.end(of: client.call(.putObject, put("larger")), client)
            #expect(large.status.reason == "OBJECT_TOO_LARGE" && large.status.limit == 5)
        }
    }
}
