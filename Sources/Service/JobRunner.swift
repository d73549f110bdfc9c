import Engine
import Synchronization

/// A job that was ended before it was done, with what there is of its answer.
struct JobFailure: Error {
    let error: EngineError
    let result: JobResult
}

/// The events of one job, from the engine's thread to one reader.
///
/// Unlike a stream it does not end with the reader's task: a job that is cancelled still tells
/// what it did.
private final class JobEvents: Sendable {
    private struct State {
        var events: [JobEvent] = []
        var reader: CheckedContinuation<JobEvent, Never>?
    }

    private let state = Mutex(State())

    func put(_ event: JobEvent) {
        let reader = state.withLock { state -> CheckedContinuation<JobEvent, Never>? in
            if let reader = state.reader.take() { return reader }
            state.events.append(event)
            return nil
        }
        reader?.resume(returning: event)
    }

    func next() async -> JobEvent {
        await withCheckedContinuation { continuation in
            let event = state.withLock { state -> JobEvent? in
                guard state.events.isEmpty else { return state.events.removeFirst() }
                state.reader = continuation
                return nil
            }
            if let event { continuation.resume(returning: event) }
        }
    }
}

/// A job in the engine.
///
/// Whoever takes a token event says so by `handle.didConsume()`.
struct RunningJob {
    let handle: JobHandle
    /// Lives as long as the job, with the memory of its plan.
    private let item: PreparedItem
    private let events: JobEvents

    /// Submits an item's job.
    init(_ item: PreparedItem, to engine: StepEngine) throws {
        let events = JobEvents()
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

    /// Runs the job to its end.
    ///
    /// - Throws: `JobFailure`.
    func result() async throws -> JobResult {
        while true {
            switch await next() {
            case .token: handle.didConsume()
            case .finished(let result): return result
            case .failed(let error, let result): throw JobFailure(error: error, result: result)
            }
        }
    }

    /// Ends the job and waits for it.
    ///
    /// - Returns: what it did.
    func abandon() async -> JobResult {
        handle.cancel()
        do {
            return try await result()
        } catch let failure as JobFailure {
            return failure.result
        } catch { preconditionFailure("a job fails with a JobFailure") }
    }
}

extension StepEngine {
    /// Runs items with a few in flight and hands the results out in order.
    ///
    /// They are submitted in order too: what a later one holds until it is answered never keeps an
    /// earlier one from beginning.
    ///
    /// - Parameter deliver: while it waits, no further item starts.
    func run(
        _ items: [PreparedItem], _ progress: RequestProgress,
        deliver: (Int, JobResult) async throws -> Void
    ) async throws {
        var open: [RunningJob] = []
        do {
            for index in items.indices {
                try Task.checkCancellation()
                while open.count < min(ServiceLimits.itemsInFlight, items.count - index) {
                    open.append(try RunningJob(items[index + open.count], to: self))
                }
                let result = try await open[0].result()
                open.removeFirst()
                progress.add(result)
                try await deliver(index, result)
                progress.finishItem()
            }
        } catch {
            if let failure = error as? JobFailure {
                progress.addPart(failure.result)
                open.removeFirst()
            }
            for job in open { job.handle.cancel() }
            for job in open { progress.addPart(await job.abandon()) }
            throw error
        }
    }
}
