import EventLoop
import Messages
import Metrics
import Supervision
import Wire

/// What the supervisor counts about its own work, and who looks at it.
final class Sight {
    /// Ended requests by method and outcome; both are closed sets.
    var ended: [String: [Outcome: UInt64]] = [:]
    var queueSeconds = Histogram()
    var requestSeconds = Histogram()
    var replyByteCount: UInt64 = 0
    /// Tensors of methods that capture.
    var captureByteCount: UInt64 = 0
    /// Hooks refused, by reason; reasons are a closed set of this program's own.
    var hooksRefused: [String: UInt64] = [:]
    var promptTokens: UInt64 = 0
    var generatedTokens: UInt64 = 0
    /// What each identity has used so far.
    private(set) var uses: [Identity: IdentityUse] = [:]
    /// Milliseconds from the start of an engine until it was ready, the last time.
    var loadMilliseconds: UInt64 = 0

    /// Streams of Status, each with its timer.
    var streams: [StatusStream] = []
    var server: MetricsServer?
    /// Where the server was told to listen.
    var metricsAddress: Address?

    /// Who waits for the engines' reports, and how many are still to come.
    var waiting: [() -> Void] = []
    var awaitedReports = 0
    /// When all engines had last answered; nil before.
    var reportsAt: UInt64?
    let patience: Timer

    init(_ loop: Loop) { patience = Timer(loop) }

    /// How a request ended, coarsely enough for a label.
    enum Outcome: String, CaseIterable {
        case ok = "OK"
        /// The request itself was at fault, or there was no room for it.
        case rejected = "REJECTED"
        case canceled = "CANCELED"
        /// The daemon or an engine was at fault.
        case backend = "BACKEND"
        case other = "OTHER"

        init(_ code: Neurond_V1_StatusCode) {
            switch code {
            case .ok: self = .ok
            case .cancelled, .deadlineExceeded: self = .canceled
            case .internal, .dataLoss, .unavailable: self = .backend
            case .invalidArgument, .outOfRange, .notFound, .alreadyExists, .permissionDenied,
                .resourceExhausted, .failedPrecondition, .unimplemented, .unauthenticated:
                self = .rejected
            default: self = .other
            }
        }
    }

    /// What one identity has used since the start.
    struct IdentityUse {
        var requests: UInt64 = 0
        var failed: UInt64 = 0
        var promptTokens: UInt64 = 0
        var generatedTokens: UInt64 = 0
        var cachedTokens: UInt64 = 0
    }

    /// Counts a request that has ended.
    func count(
        _ record: RequestRecord, _ identity: Identity, _ end: Neurond_V1_End, now: UInt64
    ) {
        let outcome = Outcome(end.status.code)
        let method = Wire.Method(rawValue: record.method)?.description ?? "unknown"
        ended[method, default: [:]][outcome, default: 0] += 1
        requestSeconds.observe(Double(now - record.arrivedAt) / 1_000)
        if let startedAt = record.startedAt {
            queueSeconds.observe(Double(startedAt - record.arrivedAt) / 1_000)
        }
        replyByteCount += UInt64(record.replyByteCount)
        if Supervisor.isPriced(record.method) {
            captureByteCount += UInt64(record.tensorByteCount)
        }
        if end.status.reason.hasPrefix("HOOK_") { hooksRefused[end.status.reason, default: 0] += 1 }
        promptTokens += UInt64(end.usage.promptTokens)
        generatedTokens += UInt64(end.usage.generatedTokens)
        count(end, outcome, of: identity)
    }

    private func count(_ end: Neurond_V1_End, _ outcome: Outcome, of identity: Identity) {
        // Who comes after that many others is served as everybody, and not counted apart.
        guard uses[identity] != nil || uses.count < DaemonLimits.countedIdentities else { return }
        var use = uses[identity] ?? IdentityUse()
        use.requests += 1
        if outcome != .ok, outcome != .canceled { use.failed += 1 }
        use.promptTokens += UInt64(end.usage.promptTokens)
        use.generatedTokens += UInt64(end.usage.generatedTokens)
        use.cachedTokens += UInt64(end.usage.cachedTokens)
        uses[identity] = use
    }

    /// Lets go of every timer and connection.
    func close() {
        patience.close()
        for stream in streams { stream.timer.close() }
        streams = []
        server?.close()
        server = nil
    }
}

/// A client that is told the status again and again.
final class StatusStream {
    let session: ClientSession
    let streamID: UInt32
    let timer: Timer
    /// Replies still to send; nil is without end.
    var remaining: UInt32?

    init(_ loop: Loop, _ session: ClientSession, _ streamID: UInt32, count: UInt32) {
        self.session = session
        self.streamID = streamID
        timer = Timer(loop)
        remaining = count == 0 ? nil : count
    }

    /// Whether anybody still listens.
    var isOpen: Bool {
        !session.channel.isClosed && session.channel.connection.isOpen(streamID)
    }
}
