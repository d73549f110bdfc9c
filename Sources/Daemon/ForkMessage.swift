import FoundationEssentials

// What supervisor and fork server say to each other: one JSON value a message, over a socket that
// keeps messages apart. Engines are numbered by their starts, so that what is said of one that has
// died is never taken for its successor.

/// What the supervisor has the fork server do.
enum ForkOrder: ForkMessage {
    /// Fork an engine; its connection is attached.
    case start(engine: UInt64)
    /// End an engine; no effect on one that has ended.
    case kill(engine: UInt64)
}

/// What the fork server tells the supervisor.
enum ForkReport: ForkMessage {
    /// Something for the log.
    case note(String, fields: [String: String])
    /// The weights are in memory; the digest tells them from any others.
    case loaded(digest: String)
    /// There is no model to serve, and why.
    case failed(String)
    /// An engine runs; it says so itself, before it says anything to the supervisor directly.
    case started(engine: UInt64, process: Int32)
    /// An engine could not be started, and why.
    case notStarted(engine: UInt64, reason: String)
    /// An engine has ended, with a status or by a signal.
    case exited(engine: UInt64, status: Int32, signal: Int32)

    /// The same with texts that keep to the limits; what a model file says of itself may be long.
    var bounded: ForkReport {
        switch self {
        case .note(let text, let fields):
            let kept = fields.sorted { $0.key < $1.key }.prefix(DaemonLimits.forkNoteFieldCount)
            let short = kept.map { (Self.cut($0.key), Self.cut($0.value)) }
            return .note(Self.cut(text), fields: Dictionary(short) { first, _ in first })
        case .failed(let text): return .failed(Self.cut(text))
        case .notStarted(let engine, let reason):
            return .notStarted(engine: engine, reason: Self.cut(reason))
        case .loaded, .started, .exited: return self
        }
    }

    private static func cut(_ text: String) -> String {
        let limit = DaemonLimits.forkTextByteCount
        guard text.utf8.count > limit else { return text }
        return String(decoding: text.utf8.prefix(limit), as: UTF8.self) + "…"
    }
}

/// One message of the two processes.
protocol ForkMessage: Codable, Equatable, Sendable {}

extension ForkMessage {
    /// Reads a message.
    ///
    /// - Throws: ``MalformedForkMessage`` for anything but one message of this kind.
    init(decoding bytes: [UInt8]) throws(MalformedForkMessage) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch {
            throw MalformedForkMessage(kind: "\(Self.self)", byteCount: bytes.count)
        }
    }

    /// The bytes to send.
    var encoded: [UInt8] {
        do {
            return Array(try JSONEncoder().encode(self))
        } catch {
            preconditionFailure("numbers and texts have a JSON form: \(error)")
        }
    }
}

/// Bytes that are no message.
struct MalformedForkMessage: Error, Equatable, CustomStringConvertible {
    let kind: String
    let byteCount: Int

    var description: String { "\(byteCount) bytes are no \(kind)" }
}
