import EventLoop
import Messages
import SwiftProtobuf
import Testing
import Wire

/// A client that keeps every frame and gives credit only when told to, if so wished.
final class TestClient {
    let stream: ByteStream
    var connection = Connection(role: .client)
    private let loop: Loop
    private let isAutomatic: Bool
    private(set) var frames: [UInt32: [Frame]] = [:]
    private(set) var ends: [UInt32: Neurond_V1_End] = [:]
    private(set) var goAway: GoAway?
    private(set) var isClosed = false
    private var unconsumed: [(UInt32, Int)] = []

    init(_ loop: Loop, _ stream: ByteStream, window: Int, automatic: Bool) {
        self.loop = loop
        self.stream = stream
        isAutomatic = automatic
        stream.onRead = { [weak self] in self?.didRead($0) }
        stream.onEnd = { [weak self] _ in
            self?.isClosed = true
            stream.close()
            loop.stop()
        }
        var hello = Hello(role: .client, agent: "test")
        hello.streamWindowByteCount = window
        do { try connection.sendHello(hello) } catch { Issue.record(error) }
        stream.startReading()
        flush()
    }

    /// Sends a request with this script; see the host's `ScriptedService`.
    func request(
        _ script: String, method: Wire.Method = .generate, deadline: UInt32 = 0,
        lane: Neurond_V1_Lane = .unspecified
    ) throws -> UInt32 {
        let envelope = Neurond_V1_RequestEnvelope.with {
            $0.options.model = script
            $0.options.deadlineMs = deadline
            $0.options.lane = lane
        }
        return try call(method, envelope)
    }

    /// Sends a request with this message.
    func call(_ method: Wire.Method, _ message: some Message) throws -> UInt32 {
        let payload: [UInt8] = try message.serializedBytes()
        defer { flush() }
        return try connection.sendRequest(method: method.rawValue, payload: payload)
    }

    func cancel(_ streamID: UInt32) {
        connection.cancel(streamID)
        flush()
    }

    /// From now on, data is taken as it comes.
    func consumeAll() {
        isConsuming = true
        for (streamID, count) in unconsumed { connection.consumed(count, on: streamID) }
        unconsumed = []
        flush()
    }

    private var isConsuming = false

    private func didRead(_ bytes: [UInt8]) {
        connection.receive(bytes)
        do {
            while let event = try connection.nextEvent() { handle(event) }
        } catch {
            Issue.record(error)
        }
        flush()
        loop.stop()
    }

    private func handle(_ event: Event) {
        switch event {
        case .message(let frame), .tensor(let frame):
            frames[frame.streamID, default: []].append(frame)
            if isAutomatic || isConsuming {
                connection.consumed(frame.payload.count, on: frame.streamID)
            } else {
                unconsumed.append((frame.streamID, frame.payload.count))
            }
        case .end(let frame):
            ends[frame.streamID] = try? Neurond_V1_End(serializedBytes: frame.payload)
        case .goAway(let goAway, _): self.goAway = goAway
        default: break
        }
    }

    /// Writes what was put into the connection directly.
    func flush() {
        guard connection.hasOutput, !stream.isClosed else { return }
        stream.write(connection.takeOutput())
    }
}

/// What a client sees of an answer, stream ids aside.
func visible(_ frames: [Frame]?) -> [Frame] {
    (frames ?? []).map { $0.onStream(1) }
}

extension DaemonFixture {
    /// Waits for the end of a stream.
    func end(of streamID: UInt32, _ client: TestClient) throws -> Neurond_V1_End {
        try wait { client.ends[streamID] != nil || client.isClosed }
        return try #require(client.ends[streamID])
    }

    /// Sends a unary request and waits for its one message.
    func reply(
        _ client: TestClient, _ method: Wire.Method, _ message: some Message
    ) throws -> [UInt8] {
        let streamID = try client.call(method, message)
        let end = try end(of: streamID, client)
        try #require(end.status.code == .ok, "\(end.status)")
        return try #require(client.frames[streamID]?.first?.payload)
    }

    func status(_ client: TestClient) throws -> Neurond_V1_StatusReply {
        try Neurond_V1_StatusReply(
            serializedBytes: reply(client, .status, Neurond_V1_StatusRequest()))
    }

    /// Asks for the status until it is as wished.
    func waitForStatus(
        _ client: TestClient, _ condition: (Neurond_V1_StatusReply) -> Bool
    ) throws -> Neurond_V1_StatusReply {
        while true {
            let status = try status(client)
            if condition(status) { return status }
        }
    }

    /// Asks the engine what it has seen until it is this.
    func waitForEngine(_ client: TestClient, toHaveSeen expected: String) throws {
        while true {
            let text = try reply(client, .tokenize, Neurond_V1_RequestEnvelope())
            if String(decoding: text, as: UTF8.self) == expected { return }
        }
    }
}
