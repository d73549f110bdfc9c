import Engine

/// A job that was ended before it was done, with what there is of its answer.
struct JobFailure: Error {
    let error: EngineError
    let result: JobResult
}

/// A job in the engine whose events are read one by one.
///
/// Whoever takes a token event says so by `handle.didConsume()`.
struct RunningJob {
    let handle: JobHandle
    /// Lives as long as the job, with the memory of its plan.
    private let item: PreparedItem
    private let events: Mailbox<JobEvent>

    /// Submits an item's job.
    init(_ item: PreparedItem, to engine: StepEngine) throws {
        let events = Mailbox<JobEvent>()
        self.item = item
        self.events = events
        handle = try engine.submit(item.prepared) { events.put($0) }
    }

    /// The next event; cancelling the task ends the job, whose last event tells so.
    func next() async -> JobEvent {
        await withTaskCancellationHandler {
            await events.next()
        } onCancel: {
            handle.cancel()
        }
    }

    /// Ends the job and waits for it.
    ///
    /// - Returns: what it did.
    func abandon() async -> JobResult {
        handle.cancel()
        while true {
            switch await events.next() {
            case .token: handle.didConsume()
            case .finished(let result), .failed(_, let result): return result
            }
        }
    }
}
