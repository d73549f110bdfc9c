public import Messages
import SwiftProtobuf
public import Wire

/// Why a call failed, and whether it is worth trying again.
///
/// The same shape for all origins, so that a caller handles one type: what the daemon answered,
/// what happened to the connection, and what this side refused to send.
public struct NeurondError: Error, Sendable, Equatable {
    /// Who found the error.
    public enum Origin: String, Sendable {
        /// The daemon answered with it.
        case daemon
        /// The connection failed or was never made.
        case connection
        /// This side did not send the request, or gave it up.
        case local
    }

    /// Who found the error.
    public let origin: Origin
    /// Canonical status code.
    public let code: StatusCode
    /// Machine-readable, upper case with underscores, such as `CONTEXT_TOO_LONG`.
    public let reason: String
    /// One sentence for people: what was wrong, on what, and what is accepted.
    public let message: String
    /// The part of the request that was wrong; empty if none.
    public let field: String
    /// What was asked, where numbers were compared.
    public let asked: UInt64
    /// What the limit is, where numbers were compared.
    public let limit: UInt64
    /// When to try again; nil where the daemon gave no time.
    public let retryAfter: Duration?
    /// How far the request had come, where it ended before its answer was complete.
    ///
    /// What the stream has given until then is valid.
    public var partial: Neurond_V1_Partial?

    /// An error from its parts.
    public init(
        origin: Origin, code: StatusCode, reason: String, message: String, field: String = "",
        asked: UInt64 = 0, limit: UInt64 = 0, retryAfter: Duration? = nil
    ) {
        self.origin = origin
        self.code = code
        self.reason = reason
        self.message = message
        self.field = field
        self.asked = asked
        self.limit = limit
        self.retryAfter = retryAfter
    }

    /// What the daemon's END says.
    public init(status: Neurond_V1_Status) {
        self.init(
            origin: .daemon,
            code: StatusCode(rawValue: UInt32(truncatingIfNeeded: status.code.rawValue))
                ?? .unknown,
            reason: status.reason, message: status.message, field: status.field,
            asked: status.asked, limit: status.limit,
            retryAfter: status.retryAfterMs == 0
                ? nil : .milliseconds(Int64(status.retryAfterMs)))
    }

    /// What the daemon's END says, with how far the request had come.
    init(end: Neurond_V1_End) {
        self.init(status: end.status)
        partial = end.hasPartial ? end.partial : nil
    }

    /// Whether the same request may succeed later: the daemon was busy, gone, or gave a time.
    public var isRetryable: Bool {
        switch code {
        case .resourceExhausted, .unavailable: true
        default: retryAfter != nil
        }
    }
}

extension NeurondError: CustomStringConvertible {
    /// The message with its reason, and the time to wait if there is one.
    public var description: String {
        var text = message.isEmpty ? "\(code)" : message
        if !reason.isEmpty { text += " [\(reason)]" }
        if let retryAfter { text += "; try again in \(retryAfter)" }
        return text
    }
}

extension NeurondError {
    static let cancelled = NeurondError(
        origin: .local, code: .cancelled, reason: "CANCELLED", message: "the call was cancelled")

    static let closed = NeurondError(
        origin: .local, code: .unavailable, reason: "CLOSED",
        message: "the client has been closed")

    static func connection(_ reason: String, _ message: String) -> NeurondError {
        NeurondError(origin: .connection, code: .unavailable, reason: reason, message: message)
    }

    static func notSent(_ error: WireError) -> NeurondError {
        NeurondError(
            origin: .local, code: .invalidArgument, reason: "NOT_SENT", message: "\(error)")
    }

    static func malformedReply(_ what: String) -> NeurondError {
        NeurondError(
            origin: .connection, code: .internal, reason: "MALFORMED_REPLY",
            message: "the daemon's reply cannot be read: \(what)")
    }

    static func left(_ goAway: GoAway) -> NeurondError {
        let code: StatusCode =
            switch goAway.code {
            case .unauthenticated: .unauthenticated
            case .resourceExhausted: .resourceExhausted
            case .versionMismatch: .failedPrecondition
            case .protocolError, .frameTooLarge, .flowControl, .internalError: .internal
            default: .unavailable
            }
        return NeurondError(
            origin: .connection, code: code,
            reason: goAway.code.isGraceful ? "DRAINING" : "GOAWAY",
            message: "the daemon is leaving: "
                + (goAway.text.isEmpty ? "code \(goAway.code.rawValue)" : goAway.text))
    }
}
