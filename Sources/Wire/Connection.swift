/// The state of one connection, on either side, without a socket or a clock.
///
/// Bytes from the peer go into ``receive(_:)``; then call ``nextEvent()`` until it gives nil. Calls
/// that send put bytes into an output buffer; write out ``takeOutput()`` after every batch of
/// calls.
/// When ``isFinished`` turns true, flush the output and close the socket.
///
/// | phase   | legal from the peer                            | anything else             |
/// |---------|------------------------------------------------|---------------------------|
/// | hello   | HELLO once, GOAWAY                             | connection error          |
/// | ready   | what its role may send, but HELLO              | connection error          |
/// | closing | as ready; a REQUEST after our GOAWAY is dropped | connection error         |
/// | closed  | –                                              | ignored                   |
///
/// A connection error throws `WireError.peer` once, with the GOAWAY already in the output. A fault
/// on one stream is an event, ``Event/streamViolated(streamID:_:)``, and leaves the rest alone.
///
/// Memory is bounded by what was granted: one frame in the decoder, a connection window of data
/// not yet consumed, and per stream what our own side queued. The output grows with what the peer
/// asks for (PONG, END), so its owner stops reading while the peer does not take its output.
public struct Connection: Sendable {
    /// The two sides.
    ///
    /// Raw values are the role byte of HELLO.
    public enum Role: UInt8, Sendable, CaseIterable, CustomStringConvertible {
        /// Opens streams.
        case client = 1
        /// Answers them.
        case server = 2

        /// The other side.
        public var peer: Role { self == .client ? .server : .client }

        /// The word in messages.
        public var description: String { self == .client ? "client" : "server" }
    }

    /// How far the connection is.
    public enum Phase: Sendable, Equatable, CaseIterable {
        /// One HELLO or both are missing.
        case hello
        /// Streams may be opened.
        case ready
        /// A side has announced that it leaves; open streams are finished.
        case closing
        /// Nothing more is read or sent, but what is in the output.
        case closed
    }

    /// Which side we play.
    public let role: Role
    /// How far the connection is.
    public internal(set) var phase = Phase.hello
    /// What we stated, once sent.
    public internal(set) var localHello: Hello?
    /// What the peer stated, once received.
    public internal(set) var peerHello: Hello?
    /// Highest stream id opened so far.
    public internal(set) var lastStreamID: UInt32 = 0

    var decoder = FrameDecoder(frameLimit: Limits.helloByteCount)
    var output: [UInt8] = []
    var streams: [UInt32: StreamState] = [:]
    var events: [Event] = []
    var sendCredit = SendCredit(0)
    var receiveCredit = ReceiveCredit(window: 0)
    /// Streams whose queue is not empty, in the order in which they take turns.
    var blocked: [UInt32] = []
    /// Whether our own GOAWAY is out: later REQUESTs are dropped.
    var isDraining = false
    /// Whether the peer's GOAWAY is in.
    var isPeerLeaving = false

    /// A connection before its first byte.
    ///
    /// A server calls ``sendHello(_:)`` next; a client may wait for the server's HELLO, and must
    /// when it has to answer a challenge.
    public init(role: Role) { self.role = role }

    /// The version in use, once both HELLOs are known.
    public var version: UInt16? {
        guard let localHello, let peerHello else { return nil }
        return localHello.commonVersion(with: peerHello)
    }

    /// Streams that are not ended.
    public var streamCount: Int { streams.count }

    /// Whether a stream is not ended yet.
    public func isOpen(_ streamID: UInt32) -> Bool { streams[streamID] != nil }

    /// Whether all is said: flush the output, then close the socket.
    public var isFinished: Bool {
        phase == .closed || (phase == .closing && streams.isEmpty)
    }

    /// Payload bytes that wait for credit on a stream.
    ///
    /// A producer pauses while this is not zero, and goes on at ``Event/writable(streamID:)``.
    public func queuedByteCount(on streamID: UInt32) -> Int {
        streams[streamID]?.queue.byteCount ?? 0
    }

    /// Whether ``takeOutput()`` would give anything.
    public var hasOutput: Bool { !output.isEmpty }

    /// The bytes to write to the peer, in order.
    public mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    mutating func emit(_ frame: Frame) { FrameEncoder.encode(frame, into: &output) }

    /// Enters `ready` when both HELLOs are known.
    mutating func helloExchanged() {
        guard phase == .hello, let localHello, let peerHello else { return }
        phase = .ready
        decoder.frameLimit = localHello.frameByteCount
        sendCredit = SendCredit(peerHello.connectionWindowByteCount)
        receiveCredit = ReceiveCredit(window: localHello.connectionWindowByteCount)
    }

    /// Ends the connection for the peer's fault: GOAWAY is queued, nothing more is read.
    mutating func fail(_ violation: Violation) {
        close(violation.goAwayCode, text: violation.description)
    }

    mutating func close(_ code: GoAwayCode, text: String) {
        guard phase != .closed else { return }
        let goAway = GoAway(code: code, lastStreamID: lastStreamID, text: text)
        emit(Frame(.goAway, payload: goAway.payload))
        enterClosed()
    }

    mutating func enterClosed() {
        phase = .closed
        streams = [:]
        blocked = []
        events = []
        decoder = FrameDecoder(frameLimit: Limits.helloByteCount)
    }
}
