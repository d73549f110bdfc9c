import Wire

/// Bytes as a peer sends them.
///
/// The first byte chooses the side, whether the handshake is already done, and the size of the
/// pieces in which the rest arrives.
func fuzzFrames(_ bytes: [UInt8]) {
    var input = FuzzBytes(bytes)
    let mode = input.byte()
    let stream = input.takeAll()
    let pieceByteCount = [stream.count, 1, 7, 4_096][Int(mode >> 2 & 3)]
    decodeFrames(stream, pieceByteCount)
    var end = FuzzEnd(role: mode & 1 == 0 ? .server : .client, greets: mode & 2 != 0)
    end.take(stream, pieceByteCount)
}

/// Every frame that is decoded is encoded again into the bytes that it came from.
private func decodeFrames(_ bytes: [UInt8], _ pieceByteCount: Int) {
    var decoder = FrameDecoder(frameLimit: Limits.minimumFrameByteCount)
    var assembler = TensorAssembler(byteLimit: 1 << 20)
    var place = 0
    for piece in pieces(of: bytes, pieceByteCount) {
        decoder.append(piece)
        while case .frame(let frame) = decoder.next() {
            let encoded = FrameEncoder.encode(frame)
            precondition(encoded.elementsEqual(bytes[place..<place + encoded.count]))
            place += encoded.count
            if frame.kind == .tensor { _ = try? assembler.append(frame) }
        }
        let limit = FrameHeader.byteCount + Limits.minimumFrameByteCount
        precondition(decoder.bufferedByteCount <= limit, "a decoder keeps one frame at most")
    }
}

private func pieces(of bytes: [UInt8], _ byteCount: Int) -> [ArraySlice<UInt8>] {
    stride(from: 0, to: bytes.count, by: max(1, byteCount)).map { start in
        bytes[start..<min(start + max(1, byteCount), bytes.count)]
    }
}

/// One side of a connection whose peer is the fuzzer.
private struct FuzzEnd {
    var connection: Connection
    /// Ends that the peer must not see twice.
    private var ended: Set<UInt32> = []

    init(role: Connection.Role, greets: Bool) {
        connection = Connection(role: role)
        attempt { connection throws(WireError) in
            try connection.sendHello(Hello(role: role, agent: "fuzz"))
        }
        guard greets else { return }
        let hello = Frame(.hello, payload: Hello(role: role.peer, agent: "peer").payload)
        connection.receive(FrameEncoder.encode(hello))
        takeEvents()
        precondition(connection.phase == .ready, "a sound handshake leads to ready")
        if role == .client { openStreams() }
    }

    mutating func take(_ bytes: [UInt8], _ pieceByteCount: Int) {
        for piece in pieces(of: bytes, pieceByteCount) {
            connection.receive(piece)
            takeEvents()
            _ = connection.takeOutput()
        }
        try? connection.receiveEndOfBytes()
        precondition(connection.streamCount <= Int(Limits.defaultStreamCount))
    }

    private mutating func openStreams() {
        for _ in 0..<3 {
            attempt { connection throws(WireError) in
                _ = try connection.sendRequest(method: 5, payload: [1, 2], isLast: true)
            }
        }
    }

    private mutating func takeEvents() {
        while true {
            do throws(WireError) {
                guard let event = try connection.nextEvent() else { return }
                handle(event)
            } catch {
                precondition(connection.phase == .closed, "a peer's fault closes the connection")
                return
            }
        }
    }

    /// Answers as a daemon or a client would.
    private mutating func handle(_ event: Event) {
        switch event {
        case .hello: if connection.role == .client { openStreams() }
        case .request(let frame): answer(frame)
        case .message(let frame), .tensor(let frame):
            connection.consumed(frame.payload.count, on: frame.streamID)
        case .end(let frame):
            precondition(ended.insert(frame.streamID).inserted, "a stream ends once")
        case .cancelled(let streamID), .streamViolated(let streamID, _):
            attempt { connection throws(WireError) in try connection.sendEnd([], on: streamID) }
        case .writable, .pong: break
        case .goAway(_, let unprocessed): ended.formUnion(unprocessed)
        }
    }

    private mutating func answer(_ request: Frame) {
        let streamID = request.streamID
        attempt { connection throws(WireError) in
            // Three times the peer's smallest window, so that some of it waits for credit.
            try connection.sendMessage([UInt8](repeating: 1, count: 200_000), on: streamID)
            if request.isLast { try connection.sendEnd([9], on: streamID) }
        }
    }

    private mutating func attempt(
        _ body: (inout Connection) throws(WireError) -> Void
    ) {
        do throws(WireError) { try body(&connection) } catch {
            if case .peer = error { preconditionFailure("sending finds no fault of the peer") }
        }
    }
}
