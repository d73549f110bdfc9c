import Testing

@testable import Wire

/// SplitMix64: the same numbers on every machine for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// A client and a server joined by a perfect wire.
struct Pair {
    var client = Connection(role: .client)
    var server = Connection(role: .server)
    var clientEvents: [Event] = []
    var serverEvents: [Event] = []

    /// Both sides in phase ready, events of the handshake dropped.
    static func ready(
        serverHello: Hello = Hello(role: .server, agent: "server"),
        clientHello: Hello = Hello(role: .client, agent: "client")
    ) throws -> Pair {
        var pair = Pair()
        try pair.server.sendHello(serverHello)
        try pair.exchange()
        try pair.client.sendHello(clientHello)
        try pair.exchange()
        try #require(pair.client.phase == .ready)
        try #require(pair.server.phase == .ready)
        pair.dropEvents()
        return pair
    }

    mutating func dropEvents() {
        clientEvents = []
        serverEvents = []
    }

    /// Carries bytes both ways until neither side has any.
    mutating func exchange() throws {
        while client.hasOutput || server.hasOutput {
            try toServer()
            try toClient()
        }
    }

    mutating func toServer() throws {
        server.receive(client.takeOutput())
        while let event = try server.nextEvent() { serverEvents.append(event) }
    }

    mutating func toClient() throws {
        client.receive(server.takeOutput())
        while let event = try client.nextEvent() { clientEvents.append(event) }
    }

    /// Opens a stream and carries the REQUEST over.
    mutating func open(isLast: Bool = true) throws -> UInt32 {
        let streamID = try client.sendRequest(
            method: Method.forward.rawValue, payload: [1, 2], isLast: isLast)
        try exchange()
        return streamID
    }
}

extension Connection {
    /// Feeds frames and returns all events; throws what the connection throws.
    mutating func take(_ frames: [Frame]) throws -> [Event] {
        for frame in frames { receive(FrameEncoder.encode(frame)) }
        var events: [Event] = []
        while let event = try nextEvent() { events.append(event) }
        return events
    }

    /// The violation that feeding `frame` leads to, or nil.
    mutating func violation(of frame: Frame) -> Violation? {
        do {
            _ = try take([frame])
            return nil
        } catch WireError.peer(let violation) {
            return violation
        } catch {
            return nil
        }
    }
}

/// All frames in some output.
func frames(in bytes: [UInt8]) throws -> [Frame] {
    var decoder = FrameDecoder(frameLimit: Limits.maximumFrameByteCount)
    decoder.append(bytes)
    var found: [Frame] = []
    while true {
        switch decoder.next() {
        case .frame(let frame): found.append(frame)
        case .needMore:
            try #require(decoder.isAtFrameBoundary)
            return found
        case .failure(let violation): throw WireError.peer(violation)
        }
    }
}

/// A WINDOW frame.
func window(_ increment: UInt32, on streamID: UInt32) -> Frame {
    var payload: [UInt8] = []
    payload.appendLittleEndian(increment)
    return Frame(.window, streamID: streamID, payload: payload)
}

/// A well-formed frame of each kind, on stream 1 where a stream is needed.
func sample(_ kind: FrameKind, from role: Connection.Role) -> Frame {
    switch kind {
    case .hello: Frame(.hello, payload: Hello(role: role, agent: "x").payload)
    case .request: Frame(.request, streamID: 1, flags: .last, method: 5, payload: [])
    case .message: Frame(.message, streamID: 1, payload: [7])
    case .tensor: Frame(.tensor, streamID: 1, payload: [UInt8](repeating: 0, count: 64))
    case .end: Frame(.end, streamID: 1)
    case .cancel: Frame(.cancel, streamID: 1)
    case .window: window(1, on: 0)
    case .ping: Frame(.ping, payload: [1, 2, 3, 4, 5, 6, 7, 8])
    case .pong: Frame(.pong, payload: [1, 2, 3, 4, 5, 6, 7, 8])
    case .goAway:
        Frame(.goAway, payload: GoAway(code: .drain, lastStreamID: 0, text: "bye").payload)
    }
}
