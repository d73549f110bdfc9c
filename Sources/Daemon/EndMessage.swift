import Messages
import SwiftProtobuf

/// Payloads of the END frames that the supervisor writes itself.
enum EndMessage {
    /// The end of a request that was answered.
    static let ok: [UInt8] = []

    /// The end of a request that was not.
    ///
    /// - Parameters:
    ///   - code: the canonical status.
    ///   - reason: for programs; upper case with underscores.
    ///   - message: for people; what was wrong, on what, and what is accepted.
    static func failure(
        _ code: Neurond_V1_StatusCode, _ reason: String, _ message: String, field: String = "",
        asked: Int = 0, limit: Int = 0, retryAfterMilliseconds: UInt32 = 0
    ) -> [UInt8] {
        encode(
            Neurond_V1_End.with {
                $0.status.code = code
                $0.status.reason = reason
                $0.status.message = message
                $0.status.field = field
                $0.status.asked = UInt64(max(0, asked))
                $0.status.limit = UInt64(max(0, limit))
                $0.status.retryAfterMs = retryAfterMilliseconds
            })
    }

    /// The status in an END payload; nil when the payload is not that message.
    static func status(of payload: [UInt8]) -> Neurond_V1_Status? {
        (try? Neurond_V1_End(serializedBytes: payload))?.status
    }

    /// Encodes a message of ours, which has no required fields and so cannot fail.
    static func encode(_ message: some Message) -> [UInt8] {
        do {
            return try message.serializedBytes()
        } catch {
            preconditionFailure("a message without required fields did not encode: \(error)")
        }
    }
}
