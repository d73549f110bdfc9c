import EventLoop
import Messages
import Supervision
import SwiftProtobuf
import Wire

extension Supervisor {
    /// Answers Status, once or again and again.
    func answerStatus(_ payload: [UInt8], _ streamID: UInt32, of session: ClientSession) {
        guard let request = try? Neurond_V1_StatusRequest(serializedBytes: payload) else {
            return refuse(
                streamID, of: session, Refusals.malformed("the payload is no StatusRequest"))
        }
        guard request.intervalMs > 0 else {
            return withReports { [weak self, weak session] in
                guard let self, let session else { return }
                session.answer(streamID, EndMessage.encode(status(for: session)))
            }
        }
        let interval = Int(request.intervalMs)
        guard DaemonLimits.statusIntervalMilliseconds.contains(interval) else {
            let range = DaemonLimits.statusIntervalMilliseconds
            return refuse(
                streamID, of: session,
                EndMessage.failure(
                    .outOfRange, "BAD_INTERVAL",
                    "interval_ms is \(interval); accepted: 0, or "
                        + "\(range.lowerBound) to \(range.upperBound)", field: "interval_ms",
                    asked: interval, limit: range.upperBound))
        }
        let stream = StatusStream(loop, session, streamID, count: request.count)
        sight.streams.append(stream)
        stream.timer.start(
            afterMilliseconds: 0, repeatMilliseconds: UInt64(interval)
        ) { [weak self, weak stream] in
            guard let self, let stream else { return }
            tick(stream)
        }
    }

    /// Ends all streams of Status: the daemon leaves.
    func endStatusStreams() {
        for stream in sight.streams where stream.isOpen {
            stream.session.end(stream.streamID, EndMessage.ok)
        }
        forgetStreams { _ in true }
    }

    private func forgetStreams(where isOver: (StatusStream) -> Bool) {
        for stream in sight.streams where isOver(stream) { stream.timer.close() }
        sight.streams.removeAll(where: isOver)
    }

    private func tick(_ stream: StatusStream) {
        guard stream.isOpen else { return forgetStreams { $0 === stream } }
        // A slow reader gets fewer replies, and no queue of old ones.
        guard stream.session.channel.connection.queuedByteCount(on: stream.streamID) == 0,
            !stream.session.channel.isCongested
        else { return }
        withReports { [weak self, weak stream] in
            guard let self, let stream, stream.isOpen else { return }
            stream.session.send(stream.streamID, EndMessage.encode(status(for: stream.session)))
            stream.remaining? -= 1
            guard stream.remaining == 0 else { return }
            stream.session.end(stream.streamID, EndMessage.ok)
            forgetStreams { $0 === stream }
        }
        outbox.flush()
    }

    // MARK: Reports of the engines

    /// Does something when the engines' reports are fresh, or an engine takes too long to answer.
    func withReports(_ body: @escaping () -> Void) {
        let ready = engines.filter(\.isReady)
        let isFresh = sight.reportsAt.map {
            loop.now - $0 < DaemonLimits.freshReportMilliseconds
        }
        if ready.isEmpty || isFresh == true { return body() }
        sight.waiting.append(body)
        guard sight.waiting.count == 1 else { return }
        for link in ready { ask(link) }
        sight.patience.start(afterMilliseconds: DaemonLimits.reportPatienceMilliseconds) {
            [weak self] in
            self?.didGetReports()
        }
    }

    private func ask(_ link: EngineLink) {
        sight.awaitedReports += 1
        let payload = EndMessage.encode(Neurond_V1_StatusRequest())
        link.start(
            EngineCall(.status, payload: payload) { [weak self, weak link] outcome in
                guard let self else { return }
                if let link, case .ended(let reply?, _) = outcome,
                    let report = try? Neurond_V1_EngineReport(serializedBytes: reply)
                {
                    link.report = report
                }
                sight.awaitedReports -= 1
                if sight.awaitedReports == 0 { didGetReports() }
            })
    }

    private func didGetReports() {
        sight.patience.stop()
        sight.reportsAt = loop.now
        let waiting = sight.waiting
        sight.waiting = []
        for body in waiting { body() }
        outbox.flush()
    }

    // MARK: What a client may see

    /// The status as a client may see it: its own identity and requests, or everybody's.
    func status(for session: ClientSession) -> Neurond_V1_StatusReply {
        let seesAll = session.role == .admin
        var reply = status
        reply.identity = session.identity.description
        reply.role = session.role.rawValue
        reply.queuedInteractive = UInt32(queue.queuedCount(in: .interactive))
        reply.queuedBulk = UInt32(queue.queuedCount(in: .bulk))
        reply.residentBytes = UInt64(ProcessMemory.residentByteCount ?? 0)
        for (index, link) in engines.enumerated() { reply.engines[index].report = link.report }
        reply.identities = identities.filter { seesAll || $0 == session.identity }.map(describe)
        reply.requests = requestInfos { seesAll || $0.identity == session.identity }
        return reply
    }

    private var identities: [Identity] {
        Set(sessions.values.map(\.identity)).union(queue.quotas.identities).union(sight.uses.keys)
            .sorted { $0.description < $1.description }
    }

    private func describe(_ identity: Identity) -> Neurond_V1_IdentityInfo {
        let quota = queue.quotas.quota(of: identity)
        let use = queue.quotas.use(of: identity)
        let total = sight.uses[identity] ?? Sight.IdentityUse()
        return .with {
            $0.identity = identity.description
            $0.weight = UInt32(clamping: quota.weight)
            $0.connections = UInt32(sessions.values.count { $0.identity == identity })
            $0.queued = UInt32(clamping: use.requestCount - use.runningCount)
            $0.running = UInt32(clamping: use.runningCount)
            $0.keyValueBytes = UInt64(clamping: use.keyValueByteCount)
            $0.keyValueQuota = UInt64(clamping: quota.keyValueBytes)
            $0.objectBytes = UInt64(clamping: objects.byteCount(of: identity))
            $0.objectQuota = UInt64(clamping: quota.objectBytes)
            $0.captureBytes = UInt64(clamping: use.captureByteCount)
            $0.captureQuota = UInt64(clamping: quota.captureBytes)
            $0.requestsTotal = total.requests
            $0.requestsFailed = total.failed
            $0.promptTokens = total.promptTokens
            $0.generatedTokens = total.generatedTokens
            $0.cachedTokens = total.cachedTokens
        }
    }

    /// Requests that wait or run, those that run first, then in the order in which they will.
    private func requestInfos(
        where isVisible: (RequestStanding) -> Bool
    ) -> [Neurond_V1_RequestInfo] {
        var places: [RequestKey: Int] = [:]
        for lane in Lane.allCases {
            for (place, key) in queue.order(in: lane).enumerated() { places[key] = place }
        }
        let rows = requests.compactMap { key, request -> (UInt64, Neurond_V1_RequestInfo)? in
            guard let standing = queue.standing(of: key), isVisible(standing) else { return nil }
            return (key.value, describe(request, standing, place: places[key] ?? 0))
        }
        return rows.sorted { one, other in
            (one.1.state != "running" ? 1 : 0, one.1.position, one.0)
                < (other.1.state != "running" ? 1 : 0, other.1.position, other.0)
        }.map(\.1)
    }

    private func describe(
        _ request: RelayedRequest, _ standing: RequestStanding, place: Int
    ) -> Neurond_V1_RequestInfo {
        let record = request.session.records[request.streamID]
        return .with {
            $0.requestID = request.requestID
            $0.identity = standing.identity.description
            $0.method = Wire.Method(rawValue: request.method)?.description ?? ""
            $0.lane = standing.lane == .interactive ? .interactive : .bulk
            $0.position = UInt32(place)
            switch standing.stage {
            case .running: $0.state = "running"
            case .parked: $0.state = "parked"
            case .arrived, .waiting, .interrupted: $0.state = "queued"
            }
            if let record {
                let started = record.startedAt ?? loop.now
                $0.waitedSeconds = Double(started - record.arrivedAt) / 1_000
                $0.runningSeconds = Double(loop.now - started) / 1_000
            }
            $0.multiplyAdds = standing.price.multiplyAdds
            $0.keyValueBytes = UInt64(clamping: standing.price.keyValueByteCount)
        }
    }
}
