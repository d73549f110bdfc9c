import Engine

/// The items of one request in the engine: they begin in order, as far as a window allows, and
/// their results are taken in order.
///
/// What a later item holds until it is answered never keeps an earlier one from beginning.
/// Confined to the request's task.
final class ItemRun {
    private typealias Ending = (index: Int, event: JobEvent)

    private let engine: StepEngine
    /// They live as long as their jobs, with the memory of their plans.
    private let items: [PreparedItem]
    private let costs: [ItemWindow.Cost]
    private let window: ItemWindow
    private let mailbox = Mailbox<Ending>()
    /// Items below have begun.
    private var begun = 0
    /// The jobs of items that have begun and not ended.
    private var handles: [Int: JobHandle] = [:]
    /// What items brought that have ended and were not asked for.
    private var outcomes: [Int: Result<JobResult, JobFailure>] = [:]
    private var hasFailed = false

    init(_ items: [PreparedItem], on engine: StepEngine, window: ItemWindow) {
        self.items = items
        self.engine = engine
        self.window = window
        costs = items.map { item in
            .init(
                keyValueBytes: engine.keyValueBytes(of: item.job),
                captureBytes: item.prepared.captureByteCount)
        }
    }

    /// The result of the next item; all before it have been answered.
    ///
    /// - Throws: `JobFailure`, or an `EngineError` if an item could not begin.
    func result(of index: Int) async throws -> JobResult {
        try begin(answered: index)
        while outcomes[index] == nil {
            take(await next())
            try begin(answered: index)
        }
        guard let outcome = outcomes.removeValue(forKey: index) else {
            preconditionFailure("the loop ends with an outcome")
        }
        return try outcome.get()
    }

    /// Ends what runs and waits for it.
    ///
    /// - Returns: what was done of items that nobody asked for, in their order.
    func abandon() async -> [JobResult] {
        for handle in handles.values { handle.cancel() }
        while !handles.isEmpty { take(await mailbox.next()) }
        return outcomes.sorted { $0.key < $1.key }.map { _, outcome in
            switch outcome {
            case .success(let result): result
            case .failure(let failure): failure.result
            }
        }
    }

    /// Begins what the window admits; nothing behind an item that failed, where the answer ends.
    private func begin(answered: Int) throws {
        while begun < items.count, !hasFailed, admitsNext(answered: answered) {
            let (index, mailbox) = (begun, mailbox)
            handles[index] = try engine.submit(items[index].prepared) { event in
                if case .token = event { return }
                mailbox.put((index, event))
            }
            begun += 1
        }
    }

    private func admitsNext(answered: Int) -> Bool {
        window.admits(
            costs[begun], running: handles.keys.map { costs[$0] },
            unanswered: Array(costs[answered..<begun]))
    }

    /// The next item that ends; cancelling the task ends all.
    private func next() async -> Ending {
        let handles = Array(handles.values)
        return await withTaskCancellationHandler {
            await mailbox.next()
        } onCancel: {
            for handle in handles { handle.cancel() }
        }
    }

    private func take(_ ending: Ending) {
        handles[ending.index] = nil
        switch ending.event {
        case .finished(let result): outcomes[ending.index] = .success(result)
        case .failed(let error, let result):
            hasFailed = true
            outcomes[ending.index] = .failure(JobFailure(error: error, result: result))
        case .token: preconditionFailure("tokens are not put into the mailbox")
        }
    }
}

extension StepEngine {
    /// Runs items side by side and hands the results out in order.
    ///
    /// - Parameters:
    ///   - window: how many run at once.
    ///   - deliver: while it waits, no further item starts.
    func run(
        _ items: [PreparedItem], _ progress: RequestProgress, window: ItemWindow = .passes,
        deliver: (Int, JobResult) async throws -> Void
    ) async throws {
        let run = ItemRun(items, on: self, window: window)
        do {
            for index in items.indices {
                try Task.checkCancellation()
                let result = try await run.result(of: index)
                progress.add(result)
                try await deliver(index, result)
                progress.finishItem()
            }
        } catch {
            if let failure = error as? JobFailure { progress.addPart(failure.result) }
            for part in await run.abandon() { progress.addPart(part) }
            throw error
        }
    }
}
