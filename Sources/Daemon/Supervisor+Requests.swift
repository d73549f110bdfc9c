import Crypto
import EventLoop
import Logging
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
        requestsTotal += 1
        if frame.isLast {
            return begin(frame.method, [frame.payload], frame.streamID, from: session)
        }
        session.incoming[frame.streamID] = IncomingRequest(
            method: frame.method, payloads: [frame.payload], byteCount: frame.payload.count)
    }

    func didReceiveData(_ frame: Frame, from session: ClientSession) {
        let streamID = frame.streamID
        session.channel.connection.consumed(frame.payload.count, on: streamID)
        guard var incoming = session.incoming[streamID] else { return }
        incoming.byteCount += frame.payload.count
        incoming.payloads.append(frame.payload)
        let limit = byteLimit(ofMethod: incoming.method)
        guard incoming.byteCount <= limit else {
            session.incoming[streamID] = nil
            return refuse(
                streamID, of: session,
                EndMessage.failure(
                    .outOfRange, "REQUEST_TOO_LARGE",
                    "a request of more than \(limit) bytes", asked: incoming.byteCount,
                    limit: limit))
        }
        session.incoming[streamID] = incoming
        guard frame.isLast else { return }
        session.incoming[streamID] = nil
        begin(incoming.method, incoming.payloads, streamID, from: session)
    }

    private func byteLimit(ofMethod method: UInt16) -> Int {
        guard method == Wire.Method.putObject.rawValue else { return DaemonLimits.requestByteCount }
        // The content, and room for the messages around it.
        return Supervision.Limits.largestObjectByteCount + DaemonLimits.requestByteCount
    }

    private func begin(
        _ number: UInt16, _ payloads: [[UInt8]], _ streamID: UInt32, from session: ClientSession
    ) {
        switch Wire.Method(rawValue: number) {
        case .capabilities: answerCapabilities(streamID, of: session)
        case .status: session.answer(streamID, EndMessage.encode(status))
        case .putObject: putObject(payloads, streamID, of: session)
        case .listObjects: session.answer(streamID, EndMessage.encode(objectList))
        case .dropObject: dropObject(payloads[0], streamID, of: session)
        case let method? where [.loadModel, .unloadModel, .drain].contains(method):
            refuse(
                streamID, of: session,
                EndMessage.failure(
                    .unimplemented, "UNIMPLEMENTED", "\(method) is not served by this build"))
        case nil:
            refuse(
                streamID, of: session,
                EndMessage.failure(
                    .unimplemented, "UNKNOWN_METHOD", "method \(number) does not exist"))
        case .some: enqueue(number, payloads, streamID, from: session)
        }
    }

    // MARK: Queueing

    private func enqueue(
        _ method: UInt16, _ payloads: [[UInt8]], _ streamID: UInt32, from session: ClientSession
    ) {
        guard payloads.count == 1 || payloads.dropFirst().allSatisfy(\.isEmpty) else {
            return refuse(
                streamID, of: session,
                EndMessage.failure(
                    .invalidArgument, "UNEXPECTED_MESSAGE",
                    "this method takes one REQUEST and no MESSAGE"))
        }
        let options: Neurond_V1_RequestOptions
        do {
            options = try Self.options(of: payloads[0])
        } catch {
            return refuse(streamID, of: session, error.end)
        }
        let deadline = options.deadlineMs == 0 ? nil : loop.now + UInt64(options.deadlineMs)
        let key = ledger.add(deadline: deadline)
        if let refusal = queue.enqueue(key, for: session.identity) {
            ledger.end(key)
            return refuse(streamID, of: session, Self.end(of: refusal))
        }
        let request = RelayedRequest(
            key: key, session: session, streamID: streamID, method: method,
            requestID: options.requestID, payload: payloads[0])
        requests[key] = request
        session.requests[streamID] = request
        if deadline != nil { scheduleDeadlines() }
        pump()
    }

    private struct OptionsError: Error {
        let end: [UInt8]
    }

    private static func options(
        of payload: [UInt8]
    ) throws(OptionsError) -> Neurond_V1_RequestOptions {
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
        return envelope.options
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
            log("request started", request)
        } catch {
            queue.didFinish(on: link.index)
            fail(request, EndMessage.failure(.internal, "RELAY_FAILED", "\(error)"))
        }
    }

    /// Relays a frame of an answer, unless the client has it from an earlier run.
    func didReply(_ frame: Frame, to request: RelayedRequest, from link: EngineLink) {
        switch ledger.didReceiveFrame(of: request.key, from: link.index) {
        case .relay:
            request.uncreditedByteCount += frame.payload.count
            request.session.forward(frame, on: request.streamID)
            request.returnCredit()
        case .skip, .discard:
            link.consumed(frame.payload.count, on: frame.streamID)
        }
    }

    /// Relays the end of an answer.
    func didEnd(_ request: RelayedRequest, with frame: Frame, on link: EngineLink) {
        // The stream is gone; its bytes are counted on the client's side from here on.
        link.consumed(request.uncreditedByteCount, on: frame.streamID)
        request.place = nil
        if let status = EndMessage.status(of: frame.payload), status.code != .ok {
            requestsFailed += 1
            log("request refused by the engine", request, reason: status.reason)
        } else {
            log("request ended", request)
        }
        forget(request)
        request.session.forward(frame, on: request.streamID)
        queue.didFinish(on: link.index)
        pump()
    }

    // MARK: Early ends

    /// Ends a request for a reason of ours.
    func fail(_ request: RelayedRequest, _ end: [UInt8]) {
        requestsFailed += 1
        log("request failed", request, reason: EndMessage.status(of: end)?.reason ?? "")
        release(request)
        request.session.end(request.streamID, end)
        pump()
    }

    /// Ends a request of which no engine has heard.
    func refuse(_ streamID: UInt32, of session: ClientSession, _ end: [UInt8]) {
        requestsFailed += 1
        logger.debug(
            "request refused",
            metadata: [
                "client": "\(session.number)",
                "reason": "\(EndMessage.status(of: end)?.reason ?? "")",
            ])
        session.end(streamID, end)
    }

    /// Takes a request away from wherever it is; an engine that works on it is told to stop.
    func release(_ request: RelayedRequest) {
        queue.remove(request.key)
        if let place = request.place { place.link.abandon(request, on: place.streamID) }
        forget(request)
    }

    private func forget(_ request: RelayedRequest) {
        ledger.end(request.key)
        requests[request.key] = nil
        request.session.requests[request.streamID] = nil
        if ledger.nextDeadline == nil { scheduleDeadlines() }
    }

    /// Fails a request during which engines died repeatedly; its digest finds it again.
    func failPoisoned(_ request: RelayedRequest) {
        let digest = SHA256.hash(data: request.payload)
            .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        logger.error(
            "request blamed for the death of engines",
            metadata: [
                "request": "\(request.requestID)", "method": "\(request.method)",
                "sha256": "\(digest)",
            ])
        fail(
            request,
            EndMessage.failure(
                .internal, "ENGINE_DIED_TWICE",
                "the engine died twice while it ran this request; it is not tried again"))
    }

    private func log(_ message: Logger.Message, _ request: RelayedRequest, reason: String = "") {
        logger.debug(
            message,
            metadata: [
                "request": "\(request.requestID)", "key": "\(request.key)",
                "client": "\(request.session.number)", "method": "\(request.method)",
                "reason": "\(reason)",
            ])
    }
}
