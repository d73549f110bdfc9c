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
            return refuse(streamID, of: session, Self.end(of: refusal))
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
        case .status: session.answer(streamID, EndMessage.encode(status))
        case .listObjects: session.answer(streamID, EndMessage.encode(objectList))
        case .dropObject: dropObject(request.payload, streamID, of: session)
        case .loadModel, .unloadModel, .drain:
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
        if let refusal = queue.enqueue(key, for: session.identity) {
            ledger.end(key)
            return refuse(streamID, of: session, Self.end(of: refusal))
        }
        // It was just released for this very payload, so there is room.
        _ = budget.reserve(incoming.payload.count, for: session.number)
        let request = RelayedRequest(
            key: key, session: session, streamID: streamID, method: incoming.method.rawValue,
            requestID: options.requestID, model: options.model, payload: incoming.payload)
        requests[key] = request
        session.records[streamID]?.key = key
        session.requests[streamID] = request
        if options.deadline != nil { scheduleDeadlines() }
        pump()
    }

    private struct OptionsError: Error {
        let end: [UInt8]
    }

    private func options(of payload: [UInt8]) throws(OptionsError) -> ReceivedOptions {
        guard let envelope = try? Neurond_V1_RequestEnvelope(serializedBytes: payload) else {
            throw OptionsError(
                end: EndMessage.failure(
                    .invalidArgument, "MALFORMED_MESSAGE",
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
            deadline: milliseconds == 0 ? nil : loop.now + milliseconds)
    }

    private static func end(of refusal: PayloadBudget.Refusal) -> [UInt8] {
        let (reason, whose, asked, limit) =
            switch refusal {
            case .full(let asked, let limit): ("REQUEST_BYTES", "all", asked, limit)
            case .connectionFull(let asked, let limit):
                ("CONNECTION_REQUEST_BYTES", "this connection's", asked, limit)
            }
        return EndMessage.failure(
            .resourceExhausted, reason,
            "with this one \(whose) requests would keep \(asked) bytes, at most \(limit) may",
            asked: asked, limit: limit,
            retryAfterMilliseconds: Supervision.Limits.queueRetryAfterMilliseconds)
    }

    private static func end(of refusal: AdmissionQueue.Refusal) -> [UInt8] {
        let (reason, waiting, limit) =
            switch refusal {
            case .full(let waiting, let limit): ("QUEUE_FULL", waiting, limit)
            case .identityFull(let waiting, let limit): ("IDENTITY_QUEUE_FULL", waiting, limit)
            }
        return EndMessage.failure(
            .resourceExhausted, reason, "\(waiting) requests wait already, at most \(limit) may",
            asked: waiting + 1, limit: limit,
            retryAfterMilliseconds: Supervision.Limits.queueRetryAfterMilliseconds)
    }

    // MARK: Running

    /// Gives waiting requests to engines that have room.
    func pump() {
        while let admission = queue.admit() {
            guard let request = requests[admission.key] else {
                preconditionFailure("request \(admission.key) is queued and unknown")
            }
            dispatch(request, to: engines[admission.engine])
        }
    }

    private func dispatch(_ request: RelayedRequest, to link: EngineLink) {
        ledger.assign(request.key, to: link.index)
        do throws(WireError) {
            try link.start(request)
            if request.session.records[request.streamID]?.startedAt == nil {
                request.session.records[request.streamID]?.startedAt = loop.now
            }
        } catch {
            queue.didFinish(on: link.index)
            fail(request, EndMessage.failure(.internal, "RELAY_FAILED", "\(error)"))
        }
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
        forget(request)
        request.session.forward(frame, on: request.streamID)
        queue.didFinish(on: link.index)
        pump()
    }

    // MARK: Early ends

    /// Ends a request for a reason of ours.
    func fail(_ request: RelayedRequest, _ end: [UInt8]) {
        release(request)
        request.session.end(request.streamID, end)
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
    }
}
