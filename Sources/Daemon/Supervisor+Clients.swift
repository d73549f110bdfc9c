import EventLoop
import Logging
import Messages
import Supervision
import Wire

extension Supervisor {
    /// Takes a new connection up.
    func accept(_ stream: ByteStream) {
        lastSessionNumber += 1
        let channel = Channel(loop, stream, role: .server, outbox: outbox)
        let session = ClientSession(
            number: lastSessionNumber, identity: .network, role: .read, channel: channel)
        identify(session, by: stream.peerCredentials)
        let refusal = refusal(of: session)
        sessions[session.number] = session
        listen(to: session)
        perform(drain.activeCountChanged(to: sessions.count))
        // Whoever has proved nothing learns nothing: not even which version this is.
        let isStranger = session.challenge != nil || refusal != nil
        let agent = isStranger ? "neurond" : "neurond/\(configuration.build)"
        channel.open(
            hello: Hello(role: .server, agent: agent, credential: session.challenge ?? []))
        observe(.clientConnected(session))
        if let refusal { turnAway(session, refusal) }
        outbox.flush()
    }

    private func listen(to session: ClientSession) {
        session.onEnd = { [weak self, weak session] record, end in
            guard let self, let session else { return }
            observe(.requestEnded(record, session, end))
        }
        session.channel.onEvent = { [weak self, weak session] event in
            guard let self, let session else { return }
            handle(event, from: session)
        }
        session.channel.onDrained = { [weak self, weak session] in
            guard let self, let session else { return }
            for request in Array(session.requests.values) { clientReads(request) }
        }
        session.channel.onClosed = { [weak self, weak session] reason in
            guard let self, let session else { return }
            didClose(session, reason)
        }
    }

    private func handle(_ event: Event, from session: ClientSession) {
        switch event {
        case .hello(let hello):
            let agent = hello.agent.debugDescription
            logger.debug(
                "client greeted", metadata: ["client": "\(session.number)", "agent": "\(agent)"])
            if let refusal = prove(session, hello) { turnAway(session, refusal) }
        case .request(let frame): didReceiveRequest(frame, from: session)
        case .message(let frame), .tensor(let frame): didReceiveData(frame, from: session)
        case .cancelled(let streamID): didCancel(streamID, from: session)
        case .streamViolated(let streamID, let violation):
            didViolate(streamID, violation, from: session)
        case .writable(let streamID): session.requests[streamID].map(clientReads)
        case .end, .pong, .goAway: break
        }
    }

    private func didViolate(
        _ streamID: UInt32, _ violation: StreamViolation, from session: ClientSession
    ) {
        let end =
            switch violation {
            case .tooManyStreams:
                EndMessage.failure(
                    .resourceExhausted, "TOO_MANY_STREAMS", "\(violation)",
                    retryAfterMilliseconds: Supervision.Limits.queueRetryAfterMilliseconds)
            case .dataAfterLast:
                EndMessage.failure(.invalidArgument, "DATA_AFTER_LAST", "\(violation)")
            }
        forget(streamID, of: session)
        if session.records[streamID] == nil { record(streamID, method: 0, of: session) }
        if let request = session.requests[streamID] {
            fail(request, end)
        } else {
            session.end(streamID, end)
        }
    }

    private func didCancel(_ streamID: UInt32, from session: ClientSession) {
        forget(streamID, of: session)
        if let request = session.requests[streamID] {
            stop(request, Self.cancelled)
        } else {
            session.end(streamID, Self.cancelled)
        }
    }

    private static var cancelled: [UInt8] {
        EndMessage.failure(.cancelled, "CANCELLED", "the client cancelled the request")
    }

    /// Forgets what a stream without an engine's request is for; its END is the caller's.
    private func forget(_ streamID: UInt32, of session: ClientSession) {
        _ = takeIncoming(streamID, of: session)
        if let upload = session.uploads[streamID] { forget(upload) }
        forgetWaiting { $0.session === session && $0.streamID == streamID }
    }

    private func didClose(_ session: ClientSession, _ reason: String?) {
        sessions[session.number] = nil
        observe(.clientLeft(session, reason: reason))
        for request in Array(session.requests.values) { release(request) }
        for streamID in Array(session.incoming.keys) { _ = takeIncoming(streamID, of: session) }
        for upload in Array(session.uploads.values) { forget(upload) }
        forgetWaiting { $0.session === session }
        for streamID in session.records.keys.sorted() { session.end(streamID, Self.cancelled) }
        pump()
        perform(drain.activeCountChanged(to: sessions.count))
    }
}
