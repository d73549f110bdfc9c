public import EventLoop
import Messages
import Wire

/// The inside of an engine process: answers the supervisor's requests with a service.
///
/// Each request runs as a task of its own; the loop only moves frames. The process ends with its
/// connection, so an engine never outlives its supervisor.
public final class EngineHost {
    /// Answers one request.
    ///
    /// Given are the method, the payload, the payloads of MESSAGE frames that follow, and where
    /// replies go; returned is the payload of the END frame. Its task is cancelled with the
    /// stream.
    public typealias Service =
        @Sendable (UInt16, [UInt8], AsyncStream<[UInt8]>, EngineSink) async -> [UInt8]

    private struct Running {
        let task: Task<Void, Never>
        let sink: EngineSink
        let incoming: AsyncStream<[UInt8]>.Continuation
    }

    private let loop: Loop
    private let outbox = Outbox()
    private let channel: Channel
    private let service: Service
    private var running: [UInt32: Running] = [:]

    /// Serves on a connected descriptor until the other side closes it.
    ///
    /// - Parameters:
    ///   - loop: stopped when the connection ends.
    ///   - descriptor: the connection to the supervisor.
    ///   - build: version of this program, stated in HELLO.
    ///   - service: answers the requests.
    /// - Throws: `LoopError` when the descriptor is not a connection.
    public init(
        _ loop: Loop, descriptor: Int32, build: String,
        service: @escaping Service
    ) throws(LoopError) {
        self.loop = loop
        self.service = service
        let stream = try ByteStream(loop, adopting: descriptor)
        channel = Channel(loop, stream, role: .server, outbox: outbox)
        channel.onEvent = { [unowned self] in handle($0) }
        channel.onClosed = { [unowned self] _ in didClose() }
        var hello = Hello(role: .server, agent: "neurond-engine/\(build)")
        hello.streamCount = DaemonLimits.engineStreamCount
        hello.frameByteCount = DaemonLimits.requestByteCount + DaemonLimits.envelopeByteCount
        channel.open(hello: hello)
        outbox.flush()
    }

    /// Is an engine process until its connection ends.
    ///
    /// - Parameters:
    ///   - descriptor: the connection to the supervisor.
    ///   - build: version of this program.
    ///   - service: answers the requests.
    public static func run(
        descriptor: Int32, build: String, service: @escaping Service
    ) throws(LoopError) {
        ProcessSignal.leaveEndToSupervisor()
        ProcessSignal.goFirstWhenMemoryRunsOut()
        let loop = try Loop()
        let host = try EngineHost(
            loop, descriptor: descriptor, build: build, service: service)
        loop.run()
        withExtendedLifetime(host) {}
        loop.closeAllHandles()
        try loop.close()
    }

    private func handle(_ event: Event) {
        switch event {
        case .request(let frame): start(frame)
        case .message(let frame), .tensor(let frame):
            channel.connection.consumed(frame.payload.count, on: frame.streamID)
            running[frame.streamID]?.incoming.yield(frame.payload)
            if frame.isLast { running[frame.streamID]?.incoming.finish() }
        case .cancelled(let streamID), .streamViolated(let streamID, _):
            running[streamID]?.task.cancel()
            running[streamID]?.sink.discard()
            running[streamID]?.incoming.finish()
        case .writable(let streamID): reportQueue(streamID)
        case .hello, .end, .pong, .goAway: break
        }
    }

    private func start(_ frame: Frame) {
        let streamID = frame.streamID
        let (incoming, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        if frame.isLast { continuation.finish() }
        let host = LoopBound(self, on: loop)
        let sink = EngineSink(loop.handle) { replies in host.value.send(replies, on: streamID) }
        let task = Task.detached { [service, handle = loop.handle] in
            let end = await service(frame.method, frame.payload, incoming, sink)
            handle.execute { host.value.finish(streamID, end) }
        }
        running[streamID] = Running(task: task, sink: sink, incoming: continuation)
    }

    private func send(_ replies: [EngineSink.Reply], on streamID: UInt32) {
        guard !channel.isClosed, running[streamID] != nil else { return }
        do throws(WireError) {
            for reply in replies {
                switch reply {
                case .message(let payload):
                    try channel.connection.sendMessage(payload, on: streamID)
                case .tensor(let descriptor, let data):
                    try channel.connection.sendTensor(descriptor, data: data, on: streamID)
                }
            }
        } catch {
            // A reply that does not fit the protocol is a bug of the service: ending the process
            // here would have the same request end the next one.
            refuse(streamID, "\(error)")
        }
        reportQueue(streamID)
        channel.scheduleFlush()
        outbox.flush()
    }

    private func refuse(_ streamID: UInt32, _ message: String) {
        guard let request = running.removeValue(forKey: streamID) else { return }
        request.task.cancel()
        request.sink.discard()
        end(streamID, EndMessage.failure(.internal, "REPLY_TOO_LARGE", message))
    }

    private func finish(_ streamID: UInt32, _ payload: [UInt8]) {
        guard running.removeValue(forKey: streamID) != nil else { return }
        end(streamID, payload)
        outbox.flush()
    }

    private func end(_ streamID: UInt32, _ payload: [UInt8]) {
        guard !channel.isClosed else { return }
        do throws(WireError) {
            try channel.connection.sendEnd(payload, on: streamID)
        } catch {
            channel.leave(.internalError, "\(error)")
        }
        channel.scheduleFlush()
    }

    private func reportQueue(_ streamID: UInt32) {
        let waiting = channel.connection.queuedByteCount(on: streamID)
        running[streamID]?.sink.didQueue(byteCount: waiting)
    }

    private func didClose() {
        for request in running.values {
            request.task.cancel()
            request.sink.discard()
        }
        running = [:]
        loop.stop()
    }
}
