import FoundationEssentials
import Messages
import SwiftProtobuf
import Testing
import Wire

@Suite("Uploads")
struct UploadTests {
    private func put(
        _ content: String, announced: Int? = nil, kind: Neurond_V1_ObjectKind = .neuronSet,
        deadline: UInt32 = 0
    ) -> Neurond_V1_PutObjectRequest {
        .with {
            $0.options.deadlineMs = deadline
            $0.kind = kind
            $0.byteCount = UInt64(announced ?? content.utf8.count)
            $0.content = Data(content.utf8)
        }
    }

    /// Opens an upload that is to go on.
    private func begin(
        _ client: TestClient, _ request: Neurond_V1_PutObjectRequest
    ) throws -> UInt32 {
        defer { client.flush() }
        return try client.connection.sendRequest(
            method: Wire.Method.putObject.rawValue, payload: request.serializedBytes(),
            isLast: false)
    }

    @Test func `an upload that is cancelled is not stored, and its connection goes on`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect(window: 65_536, automatic: false)
            let open = try client.request("messages=40 bytes=50000")
            _ = try daemon.waitForStatus(client) { $0.running == 1 }
            let arriving = try begin(client, put("arriving", announced: 100))
            client.cancel(arriving)
            // In one write, so that the engine certainly answers after the CANCEL.
            let whole = try client.connection.sendRequest(
                method: Wire.Method.putObject.rawValue, payload: put("whole").serializedBytes())
            client.cancel(whole)
            for streamID in [arriving, whole] {
                #expect(try daemon.end(of: streamID, client).status.code == .cancelled)
            }
            _ = try daemon.reply(client, .putObject, put("another"))
            client.consumeAll()
            #expect(try daemon.end(of: open, client).status.code == .ok)
            try daemon.waitForEngine(client, toHaveSeen: "cancelled=0 objects=1")
            #expect(try daemon.status(client).objectCount == 1)
            #expect(client.goAway == nil)
        }
    }

    @Test func `more than was announced ends an upload at once`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let long = try begin(client, put("12", announced: 3))
            let part = Neurond_V1_PutObjectChunk.with { $0.content = Data("34".utf8) }
            try client.connection.sendMessage(part.serializedBytes(), on: long)
            client.flush()
            #expect(try daemon.end(of: long, client).status.reason == "OBJECT_LENGTH")
            #expect(try daemon.status(client).objectCount == 0)
            #expect(client.goAway == nil)
        }
    }

    @Test func `an upload without room is refused before it arrives`() throws {
        // Without engines nothing is ever stored, so all room is that of uploads.
        try DaemonFixture.run(engines: 0) { daemon in
            let client = try daemon.connect()
            let large = try begin(client, put("", announced: 268_435_457))
            #expect(try daemon.end(of: large, client).status.reason == "OBJECT_TOO_LARGE")
            let pending = try (0..<4).map { _ in
                try begin(client, put("", announced: 268_435_456))
            }
            let refused = try daemon.end(of: begin(client, put("", announced: 1)), client).status
            #expect(refused.code == .resourceExhausted && refused.reason == "OBJECTS_FULL")
            #expect(refused.retryAfterMs > 0)
            client.cancel(pending[0])
            let late = try begin(client, put("", announced: 1, deadline: 30))
            #expect(try daemon.end(of: late, client).status.code == .deadlineExceeded)
        }
    }

    @Test func `a mistaken upload of the same bytes takes nothing from the good one`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            _ = try daemon.waitForStatus(client) { $0.engines[0].state == "ready" }
            let method = Wire.Method.putObject.rawValue
            // In one write, so that both certainly are with the engine at once.
            let good = try client.connection.sendRequest(
                method: method, payload: put("?same").serializedBytes())
            let mistaken = try client.call(.putObject, put("?same", kind: .tensors))
            #expect(try daemon.end(of: good, client).status.code == .ok)
            #expect(try daemon.end(of: mistaken, client).status.reason == "OBJECT_UNREADABLE")
            _ = try daemon.reply(client, .putObject, put("other"))
            try daemon.waitForEngine(client, toHaveSeen: "cancelled=0 objects=2")
            #expect(try daemon.status(client).objectCount == 2)
        }
    }
}

@Suite("Requests that wait")
struct WaitingRequestTests {
    @Test func `Capabilities that waits for an engine keeps its deadline`() throws {
        try DaemonFixture.run(engines: 0) { daemon in
            let client = try daemon.connect()
            let late = try client.request("", method: .capabilities, deadline: 30)
            let cancelled = try client.request("", method: .capabilities)
            client.cancel(cancelled)
            #expect(try daemon.end(of: cancelled, client).status.code == .cancelled)
            #expect(try daemon.end(of: late, client).status.code == .deadlineExceeded)
        }
    }

    @Test func `Capabilities cancelled while the engine starts closes no connection`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let cancelled = try client.request("", method: .capabilities)
            client.cancel(cancelled)
            _ = try daemon.end(of: cancelled, client)
            let next = try client.request("messages=2 bytes=10")
            #expect(try daemon.end(of: next, client).status.code == .ok)
            #expect(client.goAway == nil)
        }
    }

    @Test func `options are read for every method`() throws {
        try DaemonFixture.run { daemon in
            let client = try daemon.connect()
            let envelope = Neurond_V1_RequestEnvelope.with { $0.options.requestID = "a\nb" }
            let methods: [Wire.Method] = [
                .status, .capabilities, .listObjects, .putObject, .dropObject, .generate,
            ]
            for method in methods {
                let end = try daemon.end(of: client.call(method, envelope), client)
                #expect(end.status.reason == "BAD_REQUEST_ID", "\(method)")
            }
        }
    }

    @Test func `large requests that wait are refused beyond what a connection may keep`() throws {
        try DaemonFixture.run(engines: 0) { daemon in
            let client = try daemon.connect()
            let padding = String(repeating: "x", count: 262_000)
            let streams = try (0..<5).map { _ in try client.request(padding) }
            let end = try daemon.end(of: streams[4], client)
            #expect(end.status.code == .resourceExhausted)
            #expect(end.status.reason == "CONNECTION_REQUEST_BYTES")
            #expect(end.status.retryAfterMs > 0)
            #expect(try daemon.status(client).queued == 4)
        }
    }
}
