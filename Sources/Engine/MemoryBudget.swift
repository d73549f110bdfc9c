import Synchronization

/// A number of bytes that reservations share.
final class MemoryBudget: Sendable {
    private struct Waiter {
        let number: Int
        let byteCount: Int
        let continuation: CheckedContinuation<MemoryReservation?, Never>
    }

    private struct State {
        var used = 0
        /// In order of arrival.
        var waiters: [Waiter] = []
        var lastNumber = 0
        /// Waiters that were cancelled before they stood in line.
        var cancelled: Set<Int> = []
    }

    private let limit: Int
    private let onRelease: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameter onRelease: called after bytes were given back, on whatever thread did.
    init(limit: Int, onRelease: @escaping @Sendable () -> Void = {}) {
        self.limit = limit
        self.onRelease = onRelease
    }

    /// Bytes that are reserved.
    var used: Int { state.withLock { $0.used } }

    /// Whether as many bytes are free and nobody waits for them.
    func fits(_ byteCount: Int) -> Bool {
        state.withLock { $0.used + byteCount <= limit && $0.waiters.isEmpty }
    }

    /// Takes bytes whether they are free or not.
    func take(_ byteCount: Int) -> MemoryReservation {
        state.withLock { $0.used += byteCount }
        return MemoryReservation(self, byteCount)
    }

    /// Waits for bytes behind those who came before.
    ///
    /// - Parameter byteCount: at most the budget's limit.
    /// - Throws: `CancellationError` if the task is cancelled meanwhile.
    func reserve(_ byteCount: Int) async throws -> MemoryReservation {
        precondition(byteCount <= limit, "nobody can wait for more than there is")
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let reservation = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enter(Waiter(number: number, byteCount: byteCount, continuation: continuation))
            }
        } onCancel: {
            cancel(number)
        }
        guard let reservation else { throw CancellationError() }
        return reservation
    }

    private func enter(_ waiter: Waiter) {
        let isCancelled = state.withLock { state in
            if state.cancelled.remove(waiter.number) != nil { return true }
            state.waiters.append(waiter)
            return false
        }
        if isCancelled { waiter.continuation.resume(returning: nil) } else { serve() }
    }

    private func cancel(_ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else {
                state.cancelled.insert(number)
                return nil
            }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(returning: nil)
        serve()
    }

    /// Gives their bytes to those who are first in line.
    private func serve() {
        let served = state.withLock { state -> [Waiter] in
            var served: [Waiter] = []
            while let first = state.waiters.first, state.used + first.byteCount <= limit {
                state.used += first.byteCount
                served.append(state.waiters.removeFirst())
            }
            return served
        }
        for waiter in served {
            waiter.continuation.resume(returning: MemoryReservation(self, waiter.byteCount))
        }
    }

    fileprivate func release(_ byteCount: Int) {
        state.withLock { $0.used -= byteCount }
        serve()
        onRelease()
    }
}

/// Bytes of a budget that are somebody's until this object is let go.
public final class MemoryReservation: Sendable {
    private let budget: MemoryBudget
    /// How many bytes.
    public let byteCount: Int

    fileprivate init(_ budget: MemoryBudget, _ byteCount: Int) {
        self.budget = budget
        self.byteCount = byteCount
    }

    deinit { budget.release(byteCount) }
}
