import Dispatch
import Synchronization

/// A job that was submitted: cancels it, and tells it how far its reader is.
public final class JobHandle: Sendable {
    private let isEnding = Atomic<Bool>(false)
    private let reason = Mutex<EngineError?>(nil)
    private let unread = Atomic<Int>(0)
    private let wake: DispatchSemaphore

    init(wake: DispatchSemaphore) { self.wake = wake }

    /// Ends the job; unless it has ended already, it fails with `CANCELLED`.
    public func cancel() {
        finishEarly(
            EngineError(.cancelled, "CANCELLED", "the request was cancelled"))
    }

    /// Ends the job with an error; unless it has ended already, it fails with that and with what
    /// it has brought so far.
    ///
    /// The first reason counts.
    public func finishEarly(_ error: EngineError) {
        reason.withLock { $0 = $0 ?? error }
        isEnding.store(true, ordering: .releasing)
        wake.signal()
    }

    /// Says that the reader is done with one token event.
    ///
    /// A sequence pauses while its reader is `EngineLimits.unreadTokens` behind, so that what waits
    /// for a slow reader is bounded.
    public func didConsume() {
        let left = unread.subtract(1, ordering: .relaxed).newValue
        if left == EngineLimits.unreadTokens - 1 { wake.signal() }
    }

    func didDeliver() { unread.add(1, ordering: .relaxed) }

    /// Whether the job is to end.
    var isCancelled: Bool { isEnding.load(ordering: .acquiring) }

    /// Why the job is to end; nil unless it is.
    var endReason: EngineError? { reason.withLock { $0 } }

    /// Whether the reader is so far behind that the sequence pauses.
    var isStalled: Bool { unread.load(ordering: .relaxed) >= EngineLimits.unreadTokens }
}
