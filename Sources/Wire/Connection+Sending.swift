extension Connection {
    /// Sends our HELLO: a server at once, a client when it knows what to answer.
    ///
    /// - Throws: `WireError.local` when HELLO was sent before, states another role, or a
    ///   limit that the peer would refuse.
    public mutating func sendHello(_ hello: Hello) throws(WireError) {
        guard localHello == nil, phase == .hello, hello.role == role else {
            throw .local(.helloNotAllowed)
        }
        do throws(WireError) {
            _ = try Hello(payload: hello.payload, from: role)
        } catch {
            guard case .peer(let violation) = error else { throw error }
            throw .local(.illegalFrame(violation))
        }
        localHello = hello
        emit(Frame(.hello, payload: hello.payload))
        helloExchanged()
    }

    /// Opens a stream with a REQUEST.
    ///
    /// - Parameters:
    ///   - method: Method number, see ``Method``.
    ///   - payload: The request message, encoded.
    ///   - isLast: Whether no MESSAGE or TENSOR of ours will follow.
    /// - Returns: The id of the new stream.
    /// - Throws: `WireError.local` when the phase, the stream limit or the size forbids it.
    public mutating func sendRequest(
        method: UInt16, payload: [UInt8], isLast: Bool = true
    ) throws(WireError) -> UInt32 {
        guard role == .client, phase == .ready else { throw .local(.wrongPhase(.request, phase)) }
        let limit = peerHello?.streamCount ?? 0
        guard streams.count < Int(limit) else { throw .local(.streamLimit(limit)) }
        guard lastStreamID < .max else { throw .local(.streamIDsExhausted) }
        let frame = Frame(
            .request, streamID: lastStreamID + 1, flags: isLast ? .last : [], method: method,
            payload: payload)
        try check(frame)
        lastStreamID += 1
        openStream(lastStreamID, isLast: isLast)
        emit(frame)
        return lastStreamID
    }

    /// Sends one message, or queues it until there is credit.
    ///
    /// - Parameters:
    ///   - payload: The message, encoded.
    ///   - streamID: An open stream.
    ///   - isLast: On a client, that nothing more will follow.
    /// - Returns: Payload bytes that now wait for credit on this stream.
    /// - Throws: `WireError.local` when the stream, the size or the queue forbids it.
    @discardableResult
    public mutating func sendMessage(
        _ payload: [UInt8], on streamID: UInt32, isLast: Bool = false
    ) throws(WireError) -> Int {
        try sendData(
            Frame(.message, streamID: streamID, flags: isLast ? .last : [], payload: payload))
    }

    /// Sends one tensor as its fixed sequence of TENSOR frames.
    ///
    /// - Parameters:
    ///   - descriptor: What it is.
    ///   - data: All elements in row-major order, little-endian.
    ///   - streamID: An open stream.
    ///   - isLast: On a client, that nothing more will follow.
    /// - Returns: Payload bytes that now wait for credit on this stream.
    /// - Throws: `WireError.local`; nothing was sent if the tensor itself is malformed.
    @discardableResult
    public mutating func sendTensor(
        _ descriptor: TensorDescriptor, data: [UInt8], on streamID: UInt32, isLast: Bool = false
    ) throws(WireError) -> Int {
        let payloads = try descriptor.segmentPayloads(data)
        var queued = 0
        for (index, payload) in payloads.enumerated() {
            let isFinal = index == payloads.count - 1
            let flags: FrameFlags = isFinal ? (isLast ? .last : []) : .more
            queued = try sendData(
                Frame(.tensor, streamID: streamID, flags: flags, payload: payload))
        }
        return queued
    }

    /// Ends a stream, after everything queued on it.
    ///
    /// - Throws: `WireError.local` when the stream is not open or END was sent already.
    public mutating func sendEnd(_ payload: [UInt8], on streamID: UInt32) throws(WireError) {
        guard role == .server else { throw .local(.wrongPhase(.end, phase)) }
        guard let state = streams[streamID], !state.isEndQueued else {
            throw .local(.streamNotOpen(.end, streamID))
        }
        let frame = Frame(.end, streamID: streamID, payload: payload)
        try check(frame)
        streams[streamID]?.enqueue(frame)
        sendQueued(on: streamID)
    }

    /// Passes on a MESSAGE, TENSOR or END of another connection, payload untouched.
    ///
    /// - Returns: Payload bytes that now wait for credit on this stream.
    /// - Throws: As the call for that kind does.
    @discardableResult
    public mutating func forward(_ frame: Frame, on streamID: UInt32) throws(WireError) -> Int {
        switch frame.kind {
        case .message, .tensor:
            return try sendData(frame.onStream(streamID))
        case .end:
            try sendEnd(frame.payload, on: streamID)
            return 0
        default:
            throw .local(.wrongPhase(frame.kind, phase))
        }
    }

    /// Takes back what waits for credit on a stream, but for the first frame.
    ///
    /// For a sender that can make the same frames again: the frame that stays tells, by
    /// ``Event/writable(streamID:)``, when the peer reads on.
    ///
    /// - Returns: How many frames were taken back.
    public mutating func takeBack(on streamID: UInt32) -> Int {
        streams[streamID]?.takeBack() ?? 0
    }

    /// Asks the server to stop.
    ///
    /// The stream stays open until its END arrives; data that arrives before is dropped here.
    ///
    /// Does nothing on a stream that has ended or was cancelled before: ends and cancels cross.
    public mutating func cancel(_ streamID: UInt32) {
        guard role == .client, streams[streamID]?.cancel() == true else { return }
        blocked.removeAll { $0 == streamID }
        emit(Frame(.cancel, streamID: streamID))
    }

    /// Asks for a PONG with these eight bytes.
    ///
    /// - Throws: `WireError.local` outside `ready` and `closing`, or with another length.
    public mutating func sendPing(_ payload: [UInt8]) throws(WireError) {
        guard phase == .ready || phase == .closing else { throw .local(.wrongPhase(.ping, phase)) }
        let frame = Frame(.ping, payload: payload)
        try check(frame)
        emit(frame)
    }

    /// Leaves: in order with `.drain`, at once with any other code.
    ///
    /// After `.drain` open streams go on to their END and new ones are dropped; a second call with
    /// `.drain` does nothing. In phase `hello` every code closes at once.
    public mutating func sendGoAway(_ code: GoAwayCode, text: String) {
        guard code.isGraceful, phase != .hello else { return close(code, text: text) }
        guard phase != .closed, !isDraining else { return }
        isDraining = true
        phase = .closing
        let goAway = GoAway(code: code, lastStreamID: lastStreamID, text: text)
        emit(Frame(.goAway, payload: goAway.payload))
    }

    // MARK: Checks and queues

    private mutating func sendData(_ frame: Frame) throws(WireError) -> Int {
        let streamID = frame.streamID
        guard let state = streams[streamID], let outcome = state.outgoingData(from: role) else {
            throw .local(.streamNotOpen(frame.kind, streamID))
        }
        // The peer wants no more: a race between its CANCEL and our data, nobody's fault.
        guard outcome == .deliver else { return 0 }
        try checkRoleRules(frame)
        try check(frame)
        let waiting = state.queue.byteCount
        guard waiting == 0 || waiting + frame.payload.count <= Limits.queuedByteCountPerStream
        else {
            throw .local(.queueFull(streamID, byteCount: waiting))
        }
        if frame.isLast { streams[streamID]?.sentLast() }
        streams[streamID]?.enqueue(frame)
        sendQueued(on: streamID)
        return queuedByteCount(on: streamID)
    }

    private func checkRoleRules(_ frame: Frame) throws(WireError) {
        if role == .server && frame.isLast {
            throw .local(
                .illegalFrame(.illegalFlags(frame.kind, frame.header.flags.rawValue)))
        }
        if role == .client && frame.payload.isEmpty && !frame.isLast {
            throw .local(.illegalFrame(.emptyMessage(frame.streamID)))
        }
    }

    /// Applies the peer's own header checks, so that we never send what it would refuse.
    private func check(_ frame: Frame) throws(WireError) {
        let limit = peerHello?.frameByteCount ?? Limits.helloByteCount
        guard frame.payload.count <= limit else {
            throw .local(.payloadTooLarge(frame.kind, frame.payload.count, limit: limit))
        }
        if let violation = frame.header.violation(frameLimit: limit) {
            throw .local(.illegalFrame(violation))
        }
    }

    /// Sends what credit lets through on one stream.
    mutating func sendQueued(on streamID: UInt32) {
        while sendNext(on: streamID) {}
        if let state = streams[streamID], !state.queue.isEmpty, !blocked.contains(streamID) {
            blocked.append(streamID)
        }
    }

    /// After new credit: one frame of each waiting stream in turn, so that none starves.
    ///
    /// Who has sent goes to the back, also across calls.
    mutating func sendBlocked() {
        var progressed = true
        while progressed {
            progressed = false
            for streamID in blocked where sendNext(on: streamID) {
                progressed = true
                blocked.removeAll { $0 == streamID }
                guard let state = streams[streamID] else { continue }
                if state.queue.isEmpty {
                    events.append(.writable(streamID: streamID))
                } else {
                    blocked.append(streamID)
                }
            }
        }
    }

    private mutating func sendNext(on streamID: UInt32) -> Bool {
        guard let frame = streams[streamID]?.takeSendable(connectionCredit: sendCredit) else {
            return false
        }
        if frame.kind.isCredited { sendCredit.spend(frame.payload.count) }
        emit(frame)
        if frame.kind == .end { streams[streamID] = nil }
        return true
    }
}
