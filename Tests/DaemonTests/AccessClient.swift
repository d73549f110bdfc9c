import Crypto
import EventLoop
import Messages
import SwiftProtobuf
import Testing
import Wire

/// A client that answers the daemon's HELLO with whatever a test likes.
final class AccessClient {
    let stream: ByteStream
    var connection = Connection(role: .client)
    /// Every byte that the daemon sent.
    private(set) var bytes: [UInt8] = []
    private(set) var serverHello: Hello?
    private(set) var goAway: GoAway?
    private(set) var ends: [UInt32: Neurond_V1_End] = [:]
    private(set) var messages: [UInt32: [UInt8]] = [:]
    private(set) var hasPong = false
    private(set) var isClosed = false
    private let answer: (Hello) -> [UInt8]
    private let pipelined: [UInt8]

    /// - Parameters:
    ///   - answer: the credential for a challenge; empty for none.
    ///   - pipelined: bytes that follow our HELLO at once.
    init(
        _ loop: Loop, _ stream: ByteStream, pipelined: [UInt8] = [],
        answer: @escaping (Hello) -> [UInt8]
    ) {
        self.stream = stream
        self.answer = answer
        self.pipelined = pipelined
        stream.onRead = { [weak self] bytes in
            self?.didRead(bytes)
            loop.stop()
        }
        stream.onEnd = { [weak self] _ in
            self?.isClosed = true
            stream.close()
            loop.stop()
        }
        stream.startReading()
    }

    /// The proof that PROTOCOL.md §5.1 asks for.
    static func proof(_ token: String, _ challenge: [UInt8]) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(
                for: Array("neurond auth 1".utf8) + challenge,
                using: SymmetricKey(data: Array(token.utf8))))
    }

    private func didRead(_ received: [UInt8]) {
        bytes += received
        connection.receive(received)
        do {
            while let event = try connection.nextEvent() { try handle(event) }
        } catch {
            Issue.record(error)
        }
        flush()
    }

    private func handle(_ event: Event) throws {
        switch event {
        case .hello(let hello):
            serverHello = hello
            try connection.sendHello(
                Hello(role: .client, agent: "access", credential: answer(hello)))
            flush()
            if !pipelined.isEmpty { stream.write(pipelined) }
        case .message(let frame): messages[frame.streamID] = frame.payload
        case .end(let frame):
            ends[frame.streamID] = try Neurond_V1_End(serializedBytes: frame.payload)
        case .goAway(let goAway, _): self.goAway = goAway
        case .pong: hasPong = true
        default: break
        }
    }

    func flush() {
        guard connection.hasOutput, !stream.isClosed else { return }
        stream.write(connection.takeOutput())
    }
}

extension DaemonFixture {
    /// Connects over TCP and waits for the daemon's HELLO.
    func connectOverNetwork(
        _ folder: Folder, pipelined: [UInt8] = [], answer: @escaping (Hello) -> [UInt8]
    ) throws -> AccessClient {
        let stream = try connectRaw(to: folder.network)
        let client = AccessClient(loop, stream, pipelined: pipelined, answer: answer)
        try wait { client.serverHello != nil || client.isClosed }
        return client
    }

    /// Connects over TCP with a token.
    func connect(_ folder: Folder, token: String) throws -> AccessClient {
        try connectOverNetwork(folder) { AccessClient.proof(token, $0.credential) }
    }

    /// The END of a request.
    func end(
        _ client: AccessClient, _ method: Wire.Method, _ message: some Message
    ) throws -> Neurond_V1_End {
        let streamID = try client.connection.sendRequest(
            method: method.rawValue, payload: message.serializedBytes())
        client.flush()
        try wait { client.ends[streamID] != nil || client.isClosed }
        return try #require(client.ends[streamID], "\(String(describing: client.goAway))")
    }
}
