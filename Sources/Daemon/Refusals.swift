import Messages
import Supervision

/// Payloads of the ENDs that refuse a request before any engine works on it.
enum Refusals {
    /// A payload is not the method's message.
    static func malformed(_ text: String) -> [UInt8] {
        EndMessage.failure(.invalidArgument, "MALFORMED_MESSAGE", text)
    }

    /// A request is not taken into the books for its size.
    static func end(of refusal: PayloadBudget.Refusal) -> [UInt8] {
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

    /// A request is not queued.
    static func end(
        of refusal: AdmissionQueue.Refusal, _ queue: AdmissionQueue
    ) -> [UInt8] {
        let retry = queue.rate.retryAfterMilliseconds(waiting: queue.waitingMultiplyAdds)
        switch refusal {
        case .full(let waiting, let limit):
            return busy("QUEUE_FULL", "\(waiting) requests wait already", waiting, limit, retry)
        case .identityFull(let waiting, let limit):
            return busy(
                "IDENTITY_QUEUE_FULL", "\(waiting) requests of yours wait already", waiting, limit,
                retry)
        case .requestQuota(let asked, let limit):
            return busy(
                "QUOTA_REQUESTS", "\(asked - 1) requests of yours run or wait already", asked - 1,
                limit, retry)
        case .excess(.keyValueBytes(let asked, let limit)):
            return beyondQuota(
                "QUOTA_KEY_VALUE_BYTES", "bytes of attention state", asked, limit)
        case .excess(.captureBytes(let asked, let limit)):
            return beyondQuota(
                "QUOTA_CAPTURE_BYTES", "bytes of captured values", asked, limit)
        }
    }

    private static func busy(
        _ reason: String, _ message: String, _ count: Int, _ limit: Int, _ retry: UInt32
    ) -> [UInt8] {
        EndMessage.failure(
            .resourceExhausted, reason, "\(message), at most \(limit) may", asked: count + 1,
            limit: limit, retryAfterMilliseconds: retry)
    }

    /// Alone the request is beyond its identity's quota; one that only has to wait for others of
    /// its identity waits.
    private static func beyondQuota(
        _ reason: String, _ what: String, _ asked: Int, _ limit: Int
    ) -> [UInt8] {
        EndMessage.failure(
            .outOfRange, reason, "the request takes \(asked) \(what); your quota is \(limit)",
            asked: asked, limit: limit)
    }

    /// An object that nobody has put, or that was dropped.
    static let unknownObject = EndMessage.failure(
        .notFound, "UNKNOWN_OBJECT", "no object has this hash", field: "hash")

    /// An object that the caller may not drop.
    static let notOwner = EndMessage.failure(
        .permissionDenied, "NOT_OWNER", "only who has put an object may drop it", field: "hash")

    /// An object for which its owner's quota has no room; nil when there is room.
    static func objectQuota(_ asked: Int, used: Int, limit: Int) -> [UInt8]? {
        guard limit > 0, used + asked > limit else { return nil }
        guard asked <= limit else {
            return beyondQuota("OBJECT_TOO_LARGE", "bytes of objects", asked, limit)
        }
        return EndMessage.failure(
            .resourceExhausted, "QUOTA_OBJECT_BYTES",
            "your objects would have \(used + asked) bytes, your quota is \(limit); drop some",
            asked: used + asked, limit: limit,
            retryAfterMilliseconds: Supervision.Limits.queueRetryAfterMilliseconds)
    }

    /// Something between us and the engine went wrong.
    static func relayFailed(_ message: String) -> [UInt8] {
        EndMessage.failure(.internal, "RELAY_FAILED", message)
    }
}
