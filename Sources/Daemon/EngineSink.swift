import EventLoop
import Synchronization
public import Wire

/// Where a service's replies to one request go; usable from any thread.
///
/// Sending suspends while more than a fixed number of bytes waits for the client, so a service
/// that produces faster than its client reads holds a bounded amount.
public final class EngineSink: Sendable {
    enum Reply: Sendable {
        case message([UInt8])
        case tensor(TensorDescriptor, [UInt8])

        var byteCount: Int {
            switch self {
            case .message(let payload): payload.count
            case .tensor(_, let data): data.count
            }
        }
    }

    private struct State {
        /// Replies that the loop has not taken yet.
        var posted: [Reply] = []
        var postedByteCount = 0
        /// What the loop took and the client has given no credit for.
        var queuedByteCount = 0
        var isDiscarding = false
        var waiter: CheckedContinuation<Void, Never>?

        var isFull: Bool { postedByteCount + queuedByteCount > DaemonLimits.replyByteCount }
    }

    private let state = Mutex(State())
    private let handle: LoopHandle
    private let deliver: @Sendable ([Reply]) -> Void

    /// A sink that hands replies to `deliver`, on the loop.
    init(_ handle: LoopHandle, deliver: @escaping @Sendable ([Reply]) -> Void) {
        self.handle = handle
        self.deliver = deliver
    }

    /// Sends one MESSAGE.
    public func send(message payload: [UInt8]) async {
        await send(.message(payload))
    }

    /// Sends one tensor as TENSOR frames; `data` are its elements, little-endian, row-major.
    public func send(tensor descriptor: TensorDescriptor, data: [UInt8]) async {
        await send(.tensor(descriptor, data))
    }

    private func send(_ reply: Reply) async {
        let (isFirst, isFull) = state.withLock { state in
            guard !state.isDiscarding else { return (false, false) }
            state.posted.append(reply)
            state.postedByteCount += reply.byteCount
            return (state.posted.count == 1, state.isFull)
        }
        if isFirst { handle.execute { [self] in deliver(takePosted()) } }
        if isFull { await waitForRoom() }
    }

    private func takePosted() -> [Reply] {
        state.withLock { state in
            defer {
                state.posted = []
                state.postedByteCount = 0
            }
            return state.posted
        }
    }

    private func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let mayGoOn = state.withLock { state in
                guard state.isFull, !state.isDiscarding else { return true }
                state.waiter = continuation
                return false
            }
            if mayGoOn { continuation.resume() }
        }
    }

    /// Notes how much waits for the client's credit.
    func didQueue(byteCount: Int) {
        wake { $0.queuedByteCount = byteCount }
    }

    /// Drops everything from now on: nobody waits for it.
    func discard() {
        wake { state in
            state.isDiscarding = true
            state.posted = []
            state.postedByteCount = 0
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            change(&state)
            guard !state.isFull || state.isDiscarding else { return nil }
            return state.waiter.take()
        }
        waiter?.resume()
    }
}
