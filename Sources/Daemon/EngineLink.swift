import EventLoop
import Messages
import Supervision
import SwiftProtobuf
import Wire

/// One engine process as the supervisor sees it: its life, its connection, its open streams.
final class EngineLink {
    /// What a stream to an engine is for.
    enum Purpose {
        /// A client's request.
        case request(RelayedRequest)
        /// A request whose client no longer waits; the engine still counts it as running.
        case abandoned(Farewell?)
        /// A call of the supervisor's own.
        case call(EngineCall)
    }

    let index: Int
    var lifecycle = EngineLifecycle()
    var process: EngineProcess?
    /// When its process was ordered.
    var startedAt: UInt64 = 0
    var channel: Channel?
    var purposes: [UInt32: Purpose] = [:]
    /// Whether it does what it has to do.
    var watchdog = EngineWatchdog(
        silenceSeconds: Supervision.Limits.watchdogSeconds,
        stepSeconds: Supervision.Limits.stepSeconds)
    /// What it said of itself last, while it had work.
    var report = Neurond_V1_EngineReport()
    var isAskedForReport = false
    /// Hashes of the objects that this process has been given.
    var knownObjects: Set<[UInt8]> = []
    /// Runs the lifecycle's checks: the start limit and the end of a pause.
    let timer: Timer

    init(_ loop: Loop, index: Int) {
        self.index = index
        timer = Timer(loop)
    }

    /// Whether requests may be sent.
    var isReady: Bool { lifecycle.phase == .ready }

    /// Whether it works on anything but requests that clients wait for.
    var hasOtherWork: Bool {
        purposes.values.contains { purpose in
            switch purpose {
            case .request: false
            case .abandoned: true
            case .call(let call): call.method != .status
            }
        }
    }

    /// Whether it has anything to do but to tell how it is.
    var isWorking: Bool {
        purposes.values.contains { purpose in
            if case .call(let call) = purpose { call.method != .status } else { true }
        }
    }

    /// Requests that it is asked the price of.
    var pricingCount: Int {
        purposes.values.count {
            if case .call(let call) = $0 { call.method == .explain } else { false }
        }
    }

    /// Opens a stream with a client's request.
    ///
    /// - Parameter envelope: options that take the place of the request's own, encoded; messages
    ///   that are written one after another are one message, and what comes last holds.
    /// - Throws: `WireError.local` when the request does not fit the engine's limits.
    func start(_ request: RelayedRequest, envelope: [UInt8]) throws(WireError) {
        guard let channel else { throw .local(.wrongPhase(.request, .closed)) }
        let streamID = try channel.connection.sendRequest(
            method: request.method, payload: request.payload + envelope)
        purposes[streamID] = .request(request)
        request.place = (self, streamID)
        request.uncreditedByteCount = 0
        channel.scheduleFlush()
    }

    /// Makes the engine stop working on a request that nobody waits for any more.
    ///
    /// - Parameter farewell: told of the engine's END, or that none will come.
    func abandon(
        _ request: RelayedRequest, on streamID: UInt32, _ farewell: Farewell? = nil
    ) {
        purposes[streamID] = .abandoned(farewell)
        consumed(request.uncreditedByteCount, on: streamID)
        request.uncreditedByteCount = 0
        request.place = nil
        channel?.connection.cancel(streamID)
        channel?.scheduleFlush()
    }

    /// Gives the engine credit back.
    func consumed(_ byteCount: Int, on streamID: UInt32) {
        guard byteCount > 0, let channel, !channel.isClosed else { return }
        channel.connection.consumed(byteCount, on: streamID)
        channel.scheduleFlush()
    }

    /// Asks for a sign of life.
    func ping() {
        guard let channel, !channel.isClosed else { return }
        do throws(WireError) {
            try channel.connection.sendPing([UInt8](repeating: 0, count: 8))
        } catch {
            // It has a GOAWAY of ours, and its connection is about to end.
            return
        }
        channel.scheduleFlush()
    }

    /// Makes a call of the supervisor's own.
    func start(_ call: EngineCall) {
        guard let channel, !channel.isClosed else {
            return call.finish(.engineDied(isCrash: false, wasAlone: false))
        }
        do throws(WireError) {
            let isWhole = call.remaining.isEmpty
            let streamID = try channel.connection.sendRequest(
                method: call.method.rawValue, payload: call.payload, isLast: isWhole)
            purposes[streamID] = .call(call)
            continueUpload(call, on: streamID)
        } catch {
            call.finish(.refused("\(error)"))
        }
        channel.scheduleFlush()
    }

    /// Sends further parts of a call until they wait for credit.
    func continueUpload(_ call: EngineCall, on streamID: UInt32) {
        guard let channel else { return }
        do throws(WireError) {
            var waiting = 0
            while waiting == 0, let part = call.takePart() {
                waiting = try channel.connection.sendMessage(
                    part, on: streamID, isLast: call.remaining.isEmpty)
            }
        } catch {
            channel.connection.cancel(streamID)
        }
        channel.scheduleFlush()
    }

    /// Forgets the process: its connection, its streams, its objects.
    ///
    /// - Returns: the supervisor's own calls that will not be answered.
    func reset() -> [EngineCall] {
        let calls = purposes.values.compactMap { purpose -> EngineCall? in
            if case .call(let call) = purpose { call } else { nil }
        }
        for case .request(let request) in purposes.values { request.place = nil }
        for case .abandoned(let farewell?) in purposes.values { farewell.say() }
        purposes = [:]
        knownObjects = []
        isAskedForReport = false
        report = Neurond_V1_EngineReport()
        channel?.onClosed = nil
        channel?.close()
        channel = nil
        process = nil
        return calls
    }
}

/// A call of the supervisor's own to an engine: unary, or an upload in parts.
final class EngineCall {
    /// How a call ended.
    enum Outcome {
        /// The engine answered: the message, if any, and the END payload.
        case ended(reply: [UInt8]?, end: [UInt8])
        /// The engine died first, of this or of something else.
        case engineDied(isCrash: Bool, wasAlone: Bool)
        /// It could not be sent.
        case refused(String)
    }

    let method: Wire.Method
    let payload: [UInt8]
    /// Content that follows the request, in parts.
    private(set) var remaining: ArraySlice<UInt8>
    private let encodePart: (ArraySlice<UInt8>) -> [UInt8]
    private var done: ((Outcome) -> Void)?
    var reply: [UInt8]?

    init(
        _ method: Wire.Method, payload: [UInt8], content: ArraySlice<UInt8> = [],
        encodePart: @escaping (ArraySlice<UInt8>) -> [UInt8] = { Array($0) },
        done: @escaping (Outcome) -> Void
    ) {
        self.method = method
        self.payload = payload
        remaining = content
        self.encodePart = encodePart
        self.done = done
    }

    /// The next part to send; nil when all are sent.
    func takePart() -> [UInt8]? {
        guard !remaining.isEmpty else { return nil }
        let part = remaining.prefix(DaemonLimits.uploadChunkByteCount)
        remaining = remaining.dropFirst(part.count)
        return encodePart(part)
    }

    /// Reports the outcome, the first time.
    func finish(_ outcome: Outcome) {
        let done = self.done
        self.done = nil
        done?(outcome)
    }
}
