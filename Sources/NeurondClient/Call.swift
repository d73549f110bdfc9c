import Synchronization
import Wire

/// One call: where the loop leaves frames and the consumer takes them.
///
/// Both sides may come from any thread; everything that changes is behind one lock.
final class Call: Sendable {
    /// What the consumer is given.
    enum Step: Sendable {
        case frame(Frame)
        /// The payload of END.
        case end([UInt8])
        case failed(NeurondError)
    }

    /// How a call reaches its session; each hops to the loop.
    struct Controls: Sendable {
        var consumed: @Sendable (Call, Int) -> Void
        var cancel: @Sendable (Call) -> Void
    }

    private struct State {
        var frames: [Frame] = []
        var head = 0
        /// END or failure, once there is one; later ones are ignored.
        var outcome: Step?
        var waiter: CheckedContinuation<Step, Never>?
        /// Consumed and not yet reported to the loop.
        var owedByteCount = 0
        var streamID: UInt32?
    }

    let method: UInt16
    let payload: [UInt8]
    /// Frames that follow the REQUEST, already encoded as messages; nil for none.
    let upload: Upload?
    let deadlineMilliseconds: UInt64?

    private let controls: Controls
    private let state = Mutex(State())

    init(
        method: UInt16, payload: [UInt8], upload: Upload?, deadlineMilliseconds: UInt64?,
        controls: Controls
    ) {
        self.method = method
        self.payload = payload
        self.upload = upload
        self.deadlineMilliseconds = deadlineMilliseconds
        self.controls = controls
    }

    // MARK: The loop's side

    /// The stream, once opened; set and read on the loop.
    var streamID: UInt32? {
        get { state.withLock { $0.streamID } }
        set { state.withLock { $0.streamID = newValue } }
    }

    /// Whether the consumer has lost interest, or the end is known.
    var isFinished: Bool { state.withLock { $0.outcome != nil } }

    /// Leaves a frame for the consumer; false when nobody will take it.
    func deliver(_ frame: Frame) -> Bool {
        let (waiter, taken): (CheckedContinuation<Step, Never>?, Bool) = state.withLock { state in
            guard state.outcome == nil else { return (nil, false) }
            if let waiter = state.waiter {
                state.waiter = nil
                state.owedByteCount += frame.payload.count
                return (waiter, true)
            }
            state.frames.append(frame)
            return (nil, true)
        }
        waiter?.resume(returning: .frame(frame))
        return taken
    }

    /// Says how the call ended; frames delivered before are still handed out after an END.
    func finish(_ outcome: Step) {
        let waiter = state.withLock { state -> CheckedContinuation<Step, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: outcome)
    }

    // MARK: The consumer's side

    /// The next frame, or how the call ended; after that, the same end again.
    func next() async -> Step {
        if Task.isCancelled { cancel() }
        if let step = takeStep() { return reported(step) }
        let step = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let step = wait(continuation) { continuation.resume(returning: step) }
            }
        } onCancel: {
            cancel()
        }
        return reported(step)
    }

    /// Gives the call up: what was not taken is dropped, and the daemon is told to stop.
    func cancel() {
        let (isFirst, waiter) = state.withLock {
            state -> (Bool, CheckedContinuation<Step, Never>?) in
            guard state.outcome == nil else { return (false, nil) }
            state.outcome = .failed(.cancelled)
            state.owedByteCount += state.frames[state.head...].reduce(0) { $0 + $1.payload.count }
            state.frames = []
            state.head = 0
            defer { state.waiter = nil }
            return (true, state.waiter)
        }
        guard isFirst else { return }
        reportConsumed(atLeast: 1)
        controls.cancel(self)
        waiter?.resume(returning: .failed(.cancelled))
    }

    private func wait(_ continuation: CheckedContinuation<Step, Never>) -> Step? {
        state.withLock { state in
            if let step = Self.take(&state) { return step }
            precondition(state.waiter == nil, "one task at a time reads the answers of a call")
            state.waiter = continuation
            return nil
        }
    }

    private func takeStep() -> Step? { state.withLock { Self.take(&$0) } }

    private static func take(_ state: inout State) -> Step? {
        guard state.head < state.frames.count else { return state.outcome }
        let frame = state.frames[state.head]
        state.head += 1
        state.owedByteCount += frame.payload.count
        if state.head == state.frames.count {
            state.frames.removeAll(keepingCapacity: true)
            state.head = 0
        }
        return .frame(frame)
    }

    private func reported(_ step: Step) -> Step {
        if case .frame = step {
            reportConsumed(atLeast: Limits.consumedByteCountPerReport)
        } else {
            reportConsumed(atLeast: 1)
        }
        return step
    }

    private func reportConsumed(atLeast minimum: Int) {
        let count = state.withLock { state in
            guard state.owedByteCount >= minimum else { return 0 }
            defer { state.owedByteCount = 0 }
            return state.owedByteCount
        }
        if count > 0 { controls.consumed(self, count) }
    }
}

/// Bytes that follow a REQUEST in pieces.
struct Upload: Sendable {
    /// What remains after the part that the REQUEST carries.
    let bytes: [UInt8]
    /// Makes the payload of one MESSAGE from one piece.
    let encode: @Sendable (ArraySlice<UInt8>) throws(NeurondError) -> [UInt8]
}
