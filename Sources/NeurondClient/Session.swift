import Crypto
import EventLoop
import Foundation
import Wire

/// The connection as it lives on its loop: bytes in and out, and who waits for which stream.
///
/// Confined to the loop's thread; everybody else comes through `Client`, which posts jobs.
final class Session {
    let loop: Loop
    let stream: ByteStream
    var connection = Connection(role: .client)
    /// Calls by stream, until their END has come.
    var calls: [UInt32: Call] = [:]
    /// Calls that wait until the daemon allows another stream.
    var waiting: [Call] = []
    /// How far each upload has come.
    var uploadOffsets: [UInt32: Int] = [:]
    var deadlines: [UInt32: EventLoop.Timer] = [:]
    /// Waiters for PONG, oldest first: pings are answered in order.
    var pings: [(Result<Void, NeurondError>) -> Void] = []
    /// Why there is no connection any more.
    var failure: NeurondError?

    private let options: ConnectOptions
    private let handshakeTimer: EventLoop.Timer
    private var established: ((Result<Hello, NeurondError>) -> Void)?

    init(_ loop: Loop, _ stream: ByteStream, _ options: ConnectOptions) {
        self.loop = loop
        self.stream = stream
        self.options = options
        handshakeTimer = Timer(loop)
    }

    /// Starts to read; `established` is told once, when calls may be made or never will.
    func begin(_ established: @escaping (Result<Hello, NeurondError>) -> Void) {
        self.established = established
        stream.onRead = { [self] bytes in received(bytes) }
        stream.onEnd = { [self] error in
            fail(
                .connection(
                    "DISCONNECTED",
                    error.map { "\($0)" } ?? "the daemon closed the connection"))
        }
        let timeout = UInt64(max(options.timeout / .milliseconds(1), 1))
        handshakeTimer.start(afterMilliseconds: timeout) { [self] in
            fail(.connection("CONNECT_TIMEOUT", "no HELLO of a daemon within \(options.timeout)"))
        }
        stream.startReading()
    }

    /// Ends everything that waits, with `error`.
    func fail(_ error: NeurondError) {
        guard failure == nil else { return }
        failure = error
        flush()
        stream.closeWhenFlushed()
        handshakeTimer.close()
        for timer in deadlines.values { timer.close() }
        deadlines = [:]
        established?(.failure(error))
        established = nil
        for call in Array(calls.values) + waiting { call.finish(.failed(error)) }
        calls = [:]
        waiting = []
        for ping in pings { ping(.failure(error)) }
        pings = []
    }

    /// Writes what the connection has to say.
    func flush() {
        guard connection.hasOutput else { return }
        stream.write(connection.takeOutput())
    }

    private func received(_ bytes: [UInt8]) {
        connection.receive(bytes)
        do throws(WireError) {
            while let event = try connection.nextEvent() { try handle(event) }
        } catch {
            return fail(
                NeurondError(
                    origin: .connection, code: .internal, reason: "PROTOCOL",
                    message: "\(error)"))
        }
        flush()
        if connection.isFinished && failure == nil {
            fail(.connection("DRAINING", "the daemon has left in order"))
        }
    }

    private func handle(_ event: Event) throws(WireError) {
        switch event {
        case .hello(let hello): try answer(hello)
        case .message(let frame), .tensor(let frame):
            if calls[frame.streamID]?.deliver(frame) != true {
                connection.consumed(frame.payload.count, on: frame.streamID)
            }
        case .end(let frame): ended(frame.streamID, .end(frame.payload))
        case .writable(let streamID): sendUpload(on: streamID)
        case .pong:
            if !pings.isEmpty { pings.removeFirst()(.success(())) }
        case .goAway(let goAway, let unprocessed):
            for streamID in unprocessed { ended(streamID, .failed(.left(goAway))) }
            if goAway.code.isGraceful {
                for call in waiting { call.finish(.failed(.left(goAway))) }
                waiting = []
            } else {
                fail(.left(goAway))
            }
        case .request, .cancelled, .streamViolated:
            preconditionFailure("a client's connection reports no \(event)")
        }
    }

    // MARK: Handshake

    private func answer(_ hello: Hello) throws(WireError) {
        guard !hello.hasCredential || options.token != nil else {
            return fail(
                NeurondError(
                    origin: .local, code: .unauthenticated, reason: "TOKEN_NEEDED",
                    message: "the daemon asks for a token and none was given"))
        }
        let proof = options.token.map { Self.proof(token: $0, challenge: hello.credential) }
        try connection.sendHello(
            Hello(
                role: .client, agent: options.agent,
                credential: hello.hasCredential ? proof ?? [] : []))
        guard hello.hasCredential else { return ready(hello) }
        // A wrong proof is answered with GOAWAY, a right one with nothing: ask for a sign.
        ping { [self] result in
            if case .success = result { ready(hello) }
        }
    }

    private func ready(_ hello: Hello) {
        handshakeTimer.close()
        established?(.success(hello))
        established = nil
    }

    /// HMAC-SHA256 under the token over the protocol's label and the challenge (PROTOCOL.md 5.1).
    static func proof(token: String, challenge: [UInt8]) -> [UInt8] {
        let message = Array("neurond auth 1".utf8) + challenge
        let key = SymmetricKey(data: Array(token.utf8))
        return Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    }
}
