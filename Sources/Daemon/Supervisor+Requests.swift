import EventLoop
import Messages
import Supervision
import SwiftProtobuf
import Wire

// The anatomy of a request, in the order in which things happen:
// frames arrive (didReceiveRequest, didReceiveData) → the whole request is looked at (begin) →
// answered here, or queued (enqueue) → given to an engine (pump, dispatch) → its answer is
// relayed (didReply) → it ends (didEnd), or is released early (release, fail).

extension Supervisor {
    // MARK: Arrival

    func didReceiveRequest(_ frame: Frame, from session: ClientSession) {
        let streamID = frame.streamID
        record(streamID, method: frame.method, of: session)
        guard let method = Wire.Method(rawValue: frame.method) else {
            return refuse(
                streamID, of: session,
                EndMessage.failure(
                    .unimplemented, "UNKNOWN_METHOD", "method \(frame.method) does not exist"))
        }
        let options: ReceivedOptions
        do {
            options = try self.options(of: frame.payload)
        } catch {
            return refuse(streamID, of: session, error.end)
        }
        session.records[streamID]?.requestID = options.requestID
        if let refusal = authorize(method, session) {
            return refuse(streamID, of: session, refusal)
        }
        let request = IncomingRequest(method: method, payload: frame.payload, options: options)
        if method == .putObject { return beginUpload(frame, options, of: session) }
        if let refusal = budget.reserve(frame.payload.count, for: session.number) {
            return refuse(streamID, of: session, Refusals.end(of: refusal))
        }
        session.incoming[streamID] = request
        if frame.isLast { begin(streamID, from: session) }
    }

    /// Opens the record of a stream, which its END closes.
    func record(_ streamID: UInt32, method: UInt16, of session: ClientSession) {
        let record = RequestRecord(method: method, arrivedAt: loop.now)
        session.records[streamID] = record
        observe(.requestArrived(record, session))
    }

    func didReceiveData(_ frame: Frame, from session: ClientSession) {
        let streamID = frame.streamID
        session.channel.connection.consumed(frame.payload.count, on: streamID)
        if let upload = session.uploads[streamID] { return receive(frame, of: upload) }
        guard session.incoming[streamID] != nil else { return }
        guard frame.payload.isEmpty else {
            _ = takeIncoming(streamID, of: session)
            return refuse(
                streamID, of: session,
                EndMessage.failure(
                    .invalidArgument, "UNEXPECTED_MESSAGE",
                    "this method takes one REQUEST and no MESSAGE"))
        }
        if frame.isLast { begin(streamID, from: session) }
    }

    /// Takes a request whose frames were arriving out of the books.
    func takeIncoming(_ streamID: UInt32, of session: ClientSession) -> IncomingRequest? {
        guard let incoming = session.incoming.removeValue(forKey: streamID) else { return nil }
        budget.release(incoming.payload.count, for: session.number)
        return incoming
    }

    private func begin(_ streamID: UInt32, from session: ClientSession) {
        guard let request = takeIncoming(streamID, of: session) else { return }
        if let deadline = request.options.deadline, deadline <= loop.now {
            return refuse(streamID, of: session, Self.deadlineExceeded)
        }
        switch request.method {
        case .capabilities:
            answerCapabilities(streamID, of: session, deadline: request.options.deadline)
        case .status: answerStatus(request.payload, streamID, of: session)
        case .listObjects: session.answer(streamID, EndMessage.encode(objectList(for: session)))
        case .dropObject: dropObject(request.payload, streamID, of: session)
        case .drain: drain(request.payload, streamID, of: session)
        case .loadModel, .unloadModel:
            refuse(
                streamID, of: session,
                EndMessage.failure(
                    .unimplemented, "UNIMPLEMENTED",
                    "\(request.method) is not served by this build"))
        default: enqueue(request, streamID, from: session)
        }
    }

    // MARK: Queueing

    private func enqueue(
        _ incoming: IncomingRequest, _ streamID: UInt32, from session: ClientSession
    ) {
        if let refusal = refusalOfPoison(incoming) {
            return refuse(streamID, of: session, refusal)
        }
        let options = incoming.options
        let key = ledger.add(deadline: options.deadline)
        let origin = AdmissionQueue.Origin(
            identity: session.identity, connection: session.number, lane: options.lane)
        let byteCount = incoming.payload.count
        if let refusal = queue.arrive(key, from: origin, byteCount: byteCount) {
            ledger.end(key)
            return refuse(streamID, of: session, Refusals.end(of: refusal, queue))
        }
        // It was just released for this very payload, so there is room.
        _ = budget.reserve(incoming.payload.count, for: session.number)
        let request = RelayedRequest(
            key: key, session: session, streamID: streamID, incoming)
        requests[key] = request
        session.records[streamID]?.key = key
        session.requests[streamID] = request
        if options.deadline != nil { scheduleDeadlines() }
        if !Self.isPriced(request.method) { line(request, up: Price(ofPayload: byteCount)) }
        pump()
    }

    private struct OptionsError: Error {
        let end: [UInt8]
    }

    private func options(of payload: [UInt8]) throws(OptionsError) -> ReceivedOptions {
        guard let envelope = try? Neurond_V1_RequestEnvelope(serializedBytes: payload) else {
            throw OptionsError(
                end: Refusals.malformed(
                    "the request is not a protobuf message with options as field 1"))
        }
        let id = envelope.options.requestID.utf8
        let limit = DaemonLimits.requestIDByteCount
        guard id.count <= limit, id.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw OptionsError(
                end: EndMessage.failure(
                    .invalidArgument, "BAD_REQUEST_ID",
                    "request_id must be at most \(limit) bytes of printable ASCII",
                    field: "options.request_id", asked: id.count, limit: limit))
        }
        let milliseconds = UInt64(envelope.options.deadlineMs)
        return ReceivedOptions(
            requestID: envelope.options.requestID, model: envelope.options.model,
            lane: Lane(envelope.options.lane),
            deadline: milliseconds == 0 ? nil : loop.now + milliseconds)
    }

    // MARK: Running

    /// Gives waiting requests to engines that have room.
    func pump() {
        // Without a fork server all engines are dead, some of which were not taken leave of yet.
        guard forkServer != nil else { return }
        pricePending()
        while let admission = queue.admit() {
            guard let request = requests[admission.key] else {
                preconditionFailure("request \(admission.key) is queued and unknown")
            }
            dispatch(request, to: engines[admission.engine])
        }
        queue.runningChanged(now: loop.now)
        keepHouse()
    }

    private func dispatch(_ request: RelayedRequest, to link: EngineLink) {
        ledger.assign(request.key, to: link.index)
        do throws(WireError) {
            try link.start(request, envelope: envelope(of: request))
            if request.session.records[request.streamID]?.startedAt == nil {
                request.session.records[request.streamID]?.startedAt = loop.now
            }
        } catch {
            queue.didFinish(on: link.index)
            fail(request, Refusals.relayFailed("\(error)"))
        }
    }

    /// On whose account an engine runs a request, and what is left of its time.
    private func envelope(of request: RelayedRequest) -> [UInt8] {
        let identity = request.session.identity
        let lane = queue.standing(of: request.key)?.lane ?? .bulk
        let weight = queue.quotas.quota(of: identity).weight
        return EndMessage.encode(
            Neurond_V1_RequestEnvelope.with {
                $0.options.admission.share = identity.share
                $0.options.admission.weight = UInt32(clamping: max(1, weight))
                $0.options.admission.lane = lane == .interactive ? .interactive : .bulk
                if let deadline = ledger.deadline(of: request.key) {
                    let rest = deadline - min(deadline, loop.now)
                    $0.options.deadlineMs = UInt32(clamping: max(1, rest))
                }
            })
    }

    /// Relays a frame of an answer, unless the client has it from an earlier run.
    func didReply(_ frame: Frame, to request: RelayedRequest, from link: EngineLink) {
        switch ledger.didReceiveFrame(of: request.key, from: link.index) {
        case .relay:
            if ledger.wasInterrupted(request.key) { queue.didProgress(request.key) }
            request.uncreditedByteCount += frame.payload.count
            request.session.forward(frame, on: request.streamID)
            request.returnCredit()
            if request.uncreditedByteCount > 0 {
                queue.didStall(request.key, on: link.index)
                pump()
            }
        case .skip, .discard:
            link.consumed(frame.payload.count, on: frame.streamID)
        }
    }

    /// Relays the end of an answer.
    func didEnd(_ request: RelayedRequest, with frame: Frame, on link: EngineLink) {
        // The stream is gone; its bytes are counted on the client's side from here on.
        link.consumed(request.uncreditedByteCount, on: frame.streamID)
        request.place = nil
        settle(request, frame.payload)
        forget(request)
        request.session.forward(frame, on: request.streamID)
        queue.didFinish(on: link.index)
        pump()
    }

    /// Charges a request's identity for what the request took, where its END says that.
    private func settle(_ request: RelayedRequest, _ payload: [UInt8]) {
        guard request.tokenCount > 0, let end = try? Neurond_V1_End(serializedBytes: payload),
            end.hasUsage
        else { return queue.settle(request.key, portion: 1) }
        let ran = UInt64(end.usage.promptTokens) + UInt64(end.usage.generatedTokens)
        let used = ran - min(ran, UInt64(end.usage.cachedTokens))
        queue.settle(request.key, portion: Double(used) / Double(request.tokenCount))
    }

    // MARK: Early ends

    /// Ends a request for a reason of ours.
    func fail(_ request: RelayedRequest, _ end: [UInt8]) {
        release(request)
        request.session.end(request.streamID, end)
        pump()
    }

    /// Ends a request because its time is over or its client wants no more: what an engine has
    /// done until then it tells in its END, with the status that we give.
    func stop(_ request: RelayedRequest, _ end: [UInt8]) {
        guard let place = request.place else { return fail(request, end) }
        let farewell = Farewell(loop, request.session, request.streamID, end) { [outbox] in
            outbox.flush()
        }
        place.link.abandon(request, on: place.streamID, farewell)
        forget(request)
        pump()
    }

    /// Ends a request of which no engine has heard.
    func refuse(_ streamID: UInt32, of session: ClientSession, _ end: [UInt8]) {
        session.end(streamID, end)
    }

    /// Takes a request away from wherever it is; an engine that works on it is told to stop.
    func release(_ request: RelayedRequest) {
        if let place = request.place { place.link.abandon(request, on: place.streamID) }
        forget(request)
    }

    private func forget(_ request: RelayedRequest) {
        ledger.end(request.key)
        queue.remove(request.key)
        guard requests.removeValue(forKey: request.key) != nil else { return }
        budget.release(request.payload.count, for: request.session.number)
        request.session.requests[request.streamID] = nil
        if ledger.nextDeadline == nil { scheduleDeadlines() }
        sweepObjects()
    }
}

extension Lane {
    /// The lane that a client asks for; nil when it says nothing, or what we do not know.
    fileprivate init?(_ lane: Neurond_V1_Lane) {
        switch lane {
        case .interactive: self = .interactive
        case .bulk: self = .bulk
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}
