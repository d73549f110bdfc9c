import EventLoop
import Messages
import Wire

/// One connection of the fake daemon, on its loop.
final class FakeSession {
    private let stream: ByteStream
    private let hello: Hello
    private let script: FakeDaemon.Script
    private let feed: AsyncStream<FakeEvent>.Continuation
    private var connection = Connection(role: .server)
    private var open: [UInt32: (frame: Frame, messages: [[UInt8]])] = [:]

    init(
        _ stream: ByteStream, _ hello: Hello, _ script: @escaping FakeDaemon.Script,
        _ feed: AsyncStream<FakeEvent>.Continuation
    ) {
        self.stream = stream
        self.hello = hello
        self.script = script
        self.feed = feed
    }

    func begin() {
        stream.onRead = { [self] bytes in received(bytes) }
        stream.onEnd = { [self] _ in
            feed.yield(.disconnected)
            stream.close()
        }
        stream.startReading()
        try? connection.sendHello(hello)
        flush()
    }

    private func flush() {
        if connection.hasOutput { stream.write(connection.takeOutput()) }
        if connection.phase == .closed { stream.closeWhenFlushed() }
    }

    private func received(_ bytes: [UInt8]) {
        connection.receive(bytes)
        while let event = try? connection.nextEvent() { handle(event) }
        flush()
    }

    private func handle(_ event: Event) {
        switch event {
        case .hello(let hello):
            feed.yield(.hello(agent: hello.agent, credential: hello.credential))
        case .request(let frame):
            open[frame.streamID] = (frame, [])
            feed.yield(
                .request(Method(rawValue: frame.method) ?? .drain, streamID: frame.streamID))
            if frame.isLast { answer(frame.streamID) }
        case .message(let frame):
            open[frame.streamID]?.messages.append(frame.payload)
            connection.consumed(frame.payload.count, on: frame.streamID)
            if frame.isLast { answer(frame.streamID) }
        case .cancelled(let streamID):
            feed.yield(.cancelled(streamID: streamID))
            take([.failed(.cancelled, "CANCELLED", "cancelled")], on: streamID)
        default:
            break
        }
    }

    private func answer(_ streamID: UInt32) {
        guard let (frame, messages) = open.removeValue(forKey: streamID) else { return }
        take(
            script(
                FakeRequest(
                    method: Method(rawValue: frame.method) ?? .drain, streamID: streamID,
                    payload: frame.payload, messages: messages)),
            on: streamID)
        feed.yield(
            .answered(
                streamID: streamID, queuedByteCount: connection.queuedByteCount(on: streamID)))
    }

    private func take(_ steps: [FakeStep], on streamID: UInt32) {
        for step in steps {
            switch step {
            case .message(let payload):
                _ = try? connection.sendMessage(payload, on: streamID)
            case .tensor(let descriptor, let data):
                _ = try? connection.sendTensor(descriptor, data: data, on: streamID)
            case .end(let payload):
                try? connection.sendEnd(payload, on: streamID)
            case .goAway(let code, let text):
                connection.sendGoAway(code, text: text)
            case .disconnect:
                flush()
                stream.close()
            }
        }
    }
}
