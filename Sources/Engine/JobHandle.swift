import Dispatch
import Synchronization

/// A job that was submitted: cancels it, and tells it how far its reader is.
public final class JobHandle: Sendable {
    private let cancelled = Atomic<Bool>(false)
    private let unread = Atomic<Int>(0)
    private let wake: DispatchSemaphore

    init(wake: DispatchSemaphore) { self.wake = wake }

    /// Ends the job; unless it has ended already, it fails with `CANCELLED`.
    public func cancel() {
        cancelled.store(true, ordering: .relaxed)
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

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    /// Whether the reader is so far behind that the sequence pauses.
    var isStalled: Bool { unread.load(ordering: .relaxed) >= EngineLimits.unreadTokens }
}
