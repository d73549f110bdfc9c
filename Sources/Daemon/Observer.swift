import EventLoop
import Logging
import Messages
import Supervision
import Wire

extension Supervisor {
    /// Counts an event and writes its log line.
    func observe(_ event: SupervisorEvent) {
        switch event {
        case .clientConnected(let session):
            logger.debug(
                "client connected",
                metadata: ["client": "\(session.number)", "identity": "\(session.identity)"])
        case .clientLeft(let session, let reason):
            logger.debug(
                "client left",
                metadata: ["client": "\(session.number)", "reason": "\(reason ?? "closed")"])
        case .requestArrived: requestsTotal += 1
        case .requestEnded(let record, let session, let end): count(record, session, end)
        case .requestInterrupted(let key):
            logger.debug("request is run again", metadata: ["key": "\(key)"])
        case .requestParked(let key):
            logger.debug("request parked", metadata: ["key": "\(key)"])
        case .requestResumed(let key):
            logger.debug("request resumed", metadata: ["key": "\(key)"])
        case .engineStarted(let index, let process):
            logger.info("engine started", metadata: ["engine": "\(index)", "pid": "\(process)"])
        case .engineBecameReady(let index, let milliseconds):
            sight.loadMilliseconds = milliseconds
            logger.info(
                "engine ready",
                metadata: ["engine": "\(index)", "milliseconds": "\(milliseconds)"])
            tellReady()
        case .engineDied(let index, let cause, let running):
            logger.warning(
                "engine died",
                metadata: ["engine": "\(index)", "reason": "\(cause)", "running": "\(running)"])
        }
    }

    private func count(
        _ record: RequestRecord, _ session: ClientSession, _ end: Neurond_V1_End
    ) {
        let code = end.status.code
        if code != .ok, code != .cancelled { requestsFailed += 1 }
        sight.count(record, session.identity, end, now: loop.now)
        // What engines are asked is worth a line of every log; a look at the daemon is not.
        let level: Logger.Level = record.startedAt == nil && code == .ok ? .debug : .info
        logger.log(level: level, "request ended", metadata: metadata(record, session, end))
    }

    /// Who asked what and how it went; never a prompt.
    private func metadata(
        _ record: RequestRecord, _ session: ClientSession, _ end: Neurond_V1_End
    ) -> Logger.Metadata {
        let method = Wire.Method(rawValue: record.method)?.description ?? "\(record.method)"
        let started = record.startedAt ?? loop.now
        return [
            "request": "\(record.requestID)", "client": "\(session.number)",
            "identity": "\(session.identity)", "key": "\(record.key?.description ?? "")",
            "method": "\(method)", "code": "\(end.status.code)",
            "reason": "\(end.status.reason)",
            "queue_seconds": "\(Double(started - record.arrivedAt) / 1_000)",
            "run_seconds": "\(Double(loop.now - started) / 1_000)",
            "prompt_tokens": "\(end.usage.promptTokens)",
            "generated_tokens": "\(end.usage.generatedTokens)",
            "reply_bytes": "\(record.replyByteCount)",
        ]
    }
}
