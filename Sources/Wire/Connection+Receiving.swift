extension Connection {
    /// Takes bytes as they arrive, in pieces of any size.
    public mutating func receive(_ bytes: some Collection<UInt8>) {
        guard phase != .closed else { return }
        decoder.append(bytes)
    }

    /// The next thing that the peer said, or nil when more bytes are needed.
    ///
    /// - Throws: `WireError.peer` once, when the peer broke the protocol; the connection is then
    ///   closed and its GOAWAY is in the output.
    public mutating func nextEvent() throws(WireError) -> Event? {
        while phase != .closed {
            if !events.isEmpty { return events.removeFirst() }
            switch decoder.next() {
            case .needMore:
                return nil
            case .failure(let violation):
                throw failure(violation)
            case .frame(let frame):
                if let event = try handle(frame) { return event }
            }
        }
        return nil
    }

    /// Says that the peer has closed its side of the byte stream.
    ///
    /// - Throws: `WireError.peer` when it did so inside a frame.
    public mutating func receiveEndOfBytes() throws(WireError) {
        guard phase != .closed else { return }
        let byteCount = decoder.bufferedByteCount
        let isClean = decoder.isAtFrameBoundary
        enterClosed()
        guard isClean else { throw .peer(.truncated(bufferedByteCount: byteCount)) }
    }

    private mutating func failure(_ violation: Violation) -> WireError {
        fail(violation)
        return .peer(violation)
    }

    private mutating func handle(_ frame: Frame) throws(WireError) -> Event? {
        guard isLegal(frame.kind) else {
            throw failure(.unexpectedFrame(frame.kind, from: role.peer, in: phase))
        }
        do throws(WireError) {
            switch frame.kind {
            case .hello: return try receivedHello(frame)
            case .request: return try receivedRequest(frame)
            case .message, .tensor: return try receivedData(frame)
            case .end: return try receivedEnd(frame)
            case .cancel: return receivedCancel(frame)
            case .window: return try receivedWindow(frame)
            case .ping:
                emit(Frame(.pong, payload: frame.payload))
                return nil
            case .pong: return .pong(frame.payload)
            case .goAway: return try receivedGoAway(frame)
            }
        } catch {
            if case .peer(let violation) = error { fail(violation) }
            throw error
        }
    }

    /// Which kinds the peer may send in this phase, streams aside.
    private func isLegal(_ kind: FrameKind) -> Bool {
        switch phase {
        case .hello: (kind == .hello && peerHello == nil) || kind == .goAway
        case .ready: kind != .hello && kind.mayBeSent(by: role.peer)
        case .closing:
            kind != .hello && kind.mayBeSent(by: role.peer)
                && !(kind == .request && isPeerLeaving)
        case .closed: false
        }
    }

    // MARK: The connection

    private mutating func receivedHello(_ frame: Frame) throws(WireError) -> Event? {
        let hello = try Hello(payload: frame.payload, from: role.peer)
        let ours = localHello?.versions ?? Hello(role: role, agent: "").versions
        if min(ours.upperBound, hello.versions.upperBound)
            < max(ours.lowerBound, hello.versions.lowerBound)
        {
            throw .peer(.versionMismatch(ours: ours, theirs: hello.versions))
        }
        peerHello = hello
        helloExchanged()
        return .hello(hello)
    }

    private mutating func receivedGoAway(_ frame: Frame) throws(WireError) -> Event? {
        let goAway = try GoAway(payload: frame.payload)
        let unprocessed = streams.keys.filter { role == .client && $0 > goAway.lastStreamID }
        for streamID in unprocessed { forget(streamID) }
        if goAway.code.isGraceful, phase != .hello {
            phase = .closing
            isPeerLeaving = true
        } else {
            enterClosed()
        }
        return .goAway(goAway, unprocessed: unprocessed.sorted())
    }

    private mutating func receivedWindow(_ frame: Frame) throws(WireError) -> Event? {
        let increment = frame.payload.littleEndianUInt32(at: 0)
        let streamID = frame.streamID
        let refused = WireError.peer(.illegalIncrement(streamID: streamID, increment))
        if streamID == 0 {
            guard sendCredit.grant(increment) else { throw refused }
        } else if streams[streamID] != nil {
            guard streams[streamID]?.sendCredit.grant(increment) == true else { throw refused }
        } else {
            guard streamID <= lastStreamID else { throw .peer(.unknownStream(.window, streamID)) }
            guard increment > 0 else { throw refused }
        }
        sendBlocked()
        return nil
    }

    // MARK: Streams

    private mutating func receivedRequest(_ frame: Frame) throws(WireError) -> Event? {
        let streamID = frame.streamID
        guard streamID > lastStreamID else {
            throw .peer(.streamIDNotIncreasing(streamID, last: lastStreamID))
        }
        lastStreamID = streamID
        // The client learns from our GOAWAY that this stream was never looked at.
        if isDraining { return nil }
        let limit = localHello?.streamCount ?? 0
        let isOverLimit = streams.count >= Int(limit)
        guard streams.count < Int(limit) + Limits.refusedStreamCount else {
            throw .peer(.tooManyStreams(streams.count + 1))
        }
        openStream(streamID, isLast: frame.isLast)
        guard isOverLimit else { return .request(frame) }
        streams[streamID]?.refuse()
        return .streamViolated(streamID: streamID, .tooManyStreams(limit: limit))
    }

    private mutating func receivedData(_ frame: Frame) throws(WireError) -> Event? {
        let streamID = frame.streamID
        if role == .client && frame.isLast {
            throw .peer(.illegalFlags(frame.kind, frame.header.flags.rawValue))
        }
        if role == .server && frame.payload.isEmpty && !frame.isLast {
            throw .peer(.emptyMessage(streamID))
        }
        let byteCount = frame.payload.count
        guard receiveCredit.charge(byteCount) else { throw .peer(.noCredit(streamID: 0)) }
        guard streams[streamID] != nil else {
            // A client may not know yet that the server has ended the stream; a server knows.
            guard role == .server, streamID <= lastStreamID else {
                throw .peer(.unknownStream(frame.kind, streamID))
            }
            returnCredit(byteCount)
            return nil
        }
        guard streams[streamID]?.receiveCredit.charge(byteCount) == true else {
            throw .peer(.noCredit(streamID: streamID))
        }
        return arrived(frame)
    }

    private mutating func arrived(_ frame: Frame) -> Event? {
        let arrival: StreamState.Arrival? =
            if role == .server {
                streams[frame.streamID]?.clientData(frame.kind, isLast: frame.isLast)
            } else {
                streams[frame.streamID]?.phase == .discarding ? .discard : .deliver
            }
        switch arrival {
        case .deliver:
            return frame.kind == .tensor ? .tensor(frame) : .message(frame)
        case .violate(let violation):
            returnCredit(frame.payload.count)
            return .streamViolated(streamID: frame.streamID, violation)
        case .discard, nil:
            returnCredit(frame.payload.count)
            return nil
        }
    }

    private mutating func receivedEnd(_ frame: Frame) throws(WireError) -> Event? {
        guard streams[frame.streamID] != nil else {
            throw .peer(.unknownStream(.end, frame.streamID))
        }
        forget(frame.streamID)
        return .end(frame)
    }

    private mutating func receivedCancel(_ frame: Frame) -> Event? {
        // Ended or never opened: the END and the CANCEL passed each other, or there is nothing
        // to stop. Either way the client has what it wants.
        guard streams[frame.streamID]?.cancel() == true else { return nil }
        sendQueued(on: frame.streamID)
        return streams[frame.streamID] == nil ? nil : .cancelled(streamID: frame.streamID)
    }

    mutating func openStream(_ streamID: UInt32, isLast: Bool) {
        streams[streamID] = StreamState(
            isLast: isLast,
            sendWindow: peerHello?.streamWindowByteCount ?? 0,
            receiveWindow: localHello?.streamWindowByteCount ?? 0)
    }

    mutating func forget(_ streamID: UInt32) {
        streams[streamID] = nil
        blocked.removeAll { $0 == streamID }
    }
}
