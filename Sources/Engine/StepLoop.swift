import Hooks
import Kernels
import ModelFile

/// The engine thread's work: admit, plan a step, run it, hand out what it brought.
final class StepLoop {
    private let engine: StepEngine
    private let pass: ForwardPass
    private var planner: StepPlanner
    private var waiting = JobQueue<StepEngine.Arrival>()
    private var running: [Sequence] = []
    private var blocks: BlockPlan
    /// Whether something was given back since jobs were last admitted.
    private var didRelease = false
    /// Lists of a step, kept from one to the next so that a step allocates none.
    private var candidates: [StepPlanner.Candidate] = []
    private var rows: [StepRow] = []
    private var lists = StepLists()

    init(_ engine: StepEngine, pass: ForwardPass, rowsPerStep: Int) {
        self.engine = engine
        self.pass = pass
        planner = StepPlanner(rowsPerStep: rowsPerStep)
        let capacity = pass.keyValues.blockCapacity
        blocks = BlockPlan(
            capacity: capacity, idleLimit: engine.prefixBlocks(of: capacity),
            committedLimit: max(1, EngineLimits.freeBlockBytes / engine.keyValueBlockBytes))
    }

    func run() {
        while true {
            // With nothing that can run, whatever changes that signals the semaphore.
            let isIdle = !didRelease && running.allSatisfy(\.handle.isStalled)
            let (arrivals, isShutDown) = engine.takeArrivals(idle: isIdle)
            for arrival in arrivals { waiting.append(arrival.queueEntry) }
            if isShutDown { return endAll() }
            dropEnded()
            didRelease = false
            admit()
            if running.contains(where: { !$0.handle.isStalled }) { step() }
        }
    }

    /// Fills `rows`.
    private func planStep() {
        candidates.removeAll(keepingCapacity: true)
        for sequence in running { candidates.append(sequence.candidate) }
        let counts = planner.plan(candidates)
        if running.contains(where: { $0.job.adapter != nil }) {
            for index in adapterOrder { appendRows(of: running[index], count: counts[index]) }
        } else {
            for index in running.indices { appendRows(of: running[index], count: counts[index]) }
        }
    }

    /// Running sequences so that those of one adapter are side by side and read its matrices
    /// together.
    ///
    /// A row has the same bits in every order.
    private var adapterOrder: [Int] {
        var first: [ObjectIdentifier: Int] = [:]
        let places = running.enumerated().map { index, sequence in
            guard let adapter = sequence.job.adapter else { return -1 }
            let place = first[ObjectIdentifier(adapter)] ?? index
            first[ObjectIdentifier(adapter)] = place
            return place
        }
        return running.indices.sorted { (places[$0], $0) < (places[$1], $1) }
    }

    private func appendRows(of sequence: Sequence, count: Int) {
        guard count > 0 else { return }
        sequence.lastStep = planner.step
        let first = sequence.nextPosition
        sequence.hooks.stepPosition = first
        for position in first..<(first + count) {
            rows.append(
                StepRow(
                    sequence: sequence, position: position, token: sequence.tokens[position],
                    needsLogits: sequence.needsLogits(at: position)))
        }
    }

    private func step() {
        // Rows hold on to their sequences.
        defer {
            rows.removeAll(keepingCapacity: true)
            lists.clear()
        }
        planStep()
        // A reader may have fallen behind since the step was begun.
        guard !rows.isEmpty else { return }
        let decodeCount = rows.count { $0.sequence.isDecoding }
        engine.counters.stepBegins(now: StepEngine.now())
        let isDone = pass.run(rows, lists: &lists) { row, logits in
            row.sequence.take(logits, at: row.position, now: StepEngine.now())
        }
        note(decodeCount: decodeCount, isDone: isDone)
        guard isDone else { return dropEnded() }
        for row in rows { row.sequence.nextPosition = row.position + 1 }
        for sequence in running { sequence.offerBlocks(to: &blocks) }
        running.removeAll { sequence in
            guard sequence.isFinished || sequence.isComplete else { return false }
            release(sequence)
            sequence.finish(now: StepEngine.now())
            return true
        }
    }

    private func note(decodeCount: Int, isDone: Bool) {
        let count = EngineCounters.StepCount(
            promptRows: rows.count - decodeCount, decodeRows: decodeCount,
            layers: engine.model.configuration.layerCount)
        engine.counters.stepEnded(now: StepEngine.now(), isDone ? count : nil)
    }

    private func release(_ sequence: Sequence) {
        didRelease = true
        blocks.release(sequence.holding)
        for block in blocks.takeDiscarded() { pass.keyValues.release(block: Int(block)) }
        engine.counters.update { totals in
            noteHeld(&totals)
            totals.running -= 1
            for (hook, rows) in sequence.firedHooks { totals.fired[hook, default: 0] += rows }
        }
    }

    /// Ends the jobs that are to end: cancelled ones and those whose time is up.
    private func dropEnded() {
        let now = StepEngine.now()
        for arrival in waiting.removeAll(where: { $0.endReason(now: now) != nil }) {
            engine.didLeaveQueue(1)
            didRelease = true
            arrival.fail(arrival.endReason(now: now) ?? Self.cancelled, now: now)
        }
        running.removeAll { sequence in
            guard let reason = sequence.endReason(now: now) else { return false }
            release(sequence)
            sequence.fail(reason, now: now)
            return true
        }
    }

    private static let cancelled = EngineError(
        .cancelled, "CANCELLED", "the request was cancelled")

    private func endAll() {
        let now = StepEngine.now()
        for entry in waiting.entries { entry.element.fail(Self.cancelled, now: now) }
        for sequence in running { sequence.fail(Self.cancelled, now: now) }
    }
}

extension StepLoop {
    /// Starts waiting jobs while their key-value blocks and captures fit.
    ///
    /// All blocks are taken at once, so that running sequences never wait for each other.
    private func admit() {
        let now = StepEngine.now()
        while let arrival = waiting.next(now: now, fits: fits) {
            engine.didLeaveQueue(1)
            begin(arrival, now: now)
        }
    }

    private func fits(_ arrival: StepEngine.Arrival, lane: JobShare.Lane) -> Bool {
        let (places, capacity) = (EngineLimits.runningSequences, blocks.capacity)
        let (needed, free) = blocks.need(
            StepEngine.blockCount(rows: arrival.prepared.job.maximumRows),
            reusing: arrival.prepared.prefix?.reusableKeys ?? [])
        return Self.leaves(1, of: places - running.count, capacity: places, lane)
            && Self.leaves(needed, of: free, capacity: capacity, lane)
            && engine.captureBudget.fits(arrival.prepared.captureByteCount)
    }

    /// Whether as many are free, and a bulk job leaves what is kept for the interactive lane,
    /// unless it needs that itself.
    private static func leaves(
        _ needed: Int, of free: Int, capacity: Int, _ lane: JobShare.Lane
    ) -> Bool {
        let kept = lane == .interactive ? 0 : capacity / EngineLimits.interactiveReserve
        return needed <= free && (needed + kept <= free || needed + kept > capacity)
    }

    private func begin(_ arrival: StepEngine.Arrival, now: Double) {
        let prepared = arrival.prepared
        let count = StepEngine.blockCount(rows: prepared.job.maximumRows)
        guard let holding = blocks.take(count, reusing: prepared.prefix?.reusableKeys ?? [])
        else { preconditionFailure("a job that fits has its blocks") }
        let sequence = Sequence(
            prepared, holding: holding,
            reservation: engine.captureBudget.take(prepared.captureByteCount),
            model: engine.model, tools: pass.hookTools, handle: arrival.handle,
            submitted: arrival.submitted, deliver: arrival.deliver)
        sequence.begin(now: now)
        running.append(sequence)
        engine.counters.update { totals in
            noteHeld(&totals)
            totals.running += 1
            totals.reusedRows += sequence.nextPosition
            if prepared.reusableTokens > 0 { totals.prefixQueries += 1 }
            if holding.reused > 0 { totals.prefixHits += 1 }
        }
    }

    private func noteHeld(_ totals: inout EngineStatistics) {
        totals.keyValueBytes = blocks.usedCount * engine.keyValueBlockBytes
        totals.prefixCacheBytes = blocks.idleCount * engine.keyValueBlockBytes
        totals.prefixEvictions = blocks.evictionCount
    }
}

extension Job {
    /// Why a job is to end now; nil if it may go on.
    fileprivate func endReason(_ handle: JobHandle, now: Double) -> EngineError? {
        if handle.isCancelled { return handle.endReason }
        guard let deadline, now >= deadline else { return nil }
        return EngineError(
            .deadlineExceeded, "DEADLINE_EXCEEDED", "the request took longer than its deadline")
    }
}

extension Sequence {
    fileprivate func endReason(now: Double) -> EngineError? { job.endReason(handle, now: now) }
}

extension StepEngine.Arrival {
    fileprivate func endReason(now: Double) -> EngineError? {
        prepared.job.endReason(handle, now: now)
    }

    /// The only event of a job that does not begin.
    fileprivate func fail(_ error: EngineError, now: Double) {
        deliver(.failed(error, JobResult(queueSeconds: now - submitted)))
    }

    var queueEntry: JobQueue<StepEngine.Arrival>.Entry {
        .init(
            element: self, share: prepared.job.share, cost: prepared.job.maximumRows,
            arrived: submitted)
    }
}
