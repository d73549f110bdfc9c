import Engine

/// The events of a running job.
///
/// Whoever takes a token event says so by `handle.didConsume()`.
struct RunningJob {
    let events: AsyncStream<JobEvent>
    let handle: JobHandle
}

extension StepEngine {
    /// Runs a job and yields its events; cancelling the consuming task cancels the job.
    func run(_ prepared: PreparedJob) throws -> RunningJob {
        let (stream, continuation) = AsyncStream.makeStream(of: JobEvent.self)
        let handle = try submit(prepared) { event in
            continuation.yield(event)
            switch event {
            case .finished, .failed: continuation.finish()
            case .token: break
            }
        }
        continuation.onTermination = { reason in
            if case .cancelled = reason { handle.cancel() }
        }
        return RunningJob(events: stream, handle: handle)
    }

    /// Runs a job that generates nothing to its end.
    func result(of prepared: PreparedJob) async throws -> JobResult {
        for await event in try run(prepared).events {
            switch event {
            case .token: continue
            case .finished(let result): return result
            case .failed(let error): throw error
            }
        }
        throw CancellationError()
    }
}

/// Runs items with a few in flight and hands the results out in order.
///
/// - Parameters:
///   - count: number of items.
///   - run: computes one item; called for at most `ServiceLimits.itemsInFlight` items at once.
///   - deliver: takes the results in order of items; while it waits, no further item starts.
func inOrder<Result: Sendable>(
    _ count: Int, run: @escaping @Sendable (Int) async throws -> Result,
    deliver: (Int, Result) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var started = 0
        var delivered = 0
        var done: [Int: Result] = [:]
        while delivered < count {
            while started < count, started - delivered < ServiceLimits.itemsInFlight {
                let item = started
                group.addTask { (item, try await run(item)) }
                started += 1
            }
            guard let (item, result) = try await group.next() else { return }
            done[item] = result
            while let next = done.removeValue(forKey: delivered) {
                try await deliver(delivered, next)
                delivered += 1
            }
        }
    }
}
