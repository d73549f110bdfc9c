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
    /// Bytes of captured values that the running sequences may come to hold.
    private var captureByteCount = 0
    /// Whether something was given back since jobs were last admitted.
    private var didRelease = false

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
            dropCancelled()
            didRelease = false
            admit()
            if running.contains(where: { !$0.handle.isStalled }) { step() }
        }
    }

    private func planStep() -> [StepRow] {
        let counts = planner.plan(running.map(\.candidate))
        var rows: [StepRow] = []
        for (sequence, count) in zip(running, counts) where count > 0 {
            sequence.lastStep = planner.step
            append(sequence, count: count, to: &rows)
        }
        return rows
    }

    private func append(_ sequence: Sequence, count: Int, to rows: inout [StepRow]) {
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
        let rows = planStep()
        // A reader may have fallen behind since the step was begun.
        guard !rows.isEmpty else { return }
        let decodeCount = rows.count { $0.sequence.isDecoding }
        engine.counters.stepBegins(now: StepEngine.now())
        var finished: Set<ObjectIdentifier> = []
        let isDone = pass.run(rows) { row, logits in
            if row.sequence.take(logits, at: row.position, now: StepEngine.now()) {
                finished.insert(ObjectIdentifier(row.sequence))
            }
        }
        note(rows, decodeCount: decodeCount, isDone: isDone)
        guard isDone else { return dropCancelled() }
        for row in rows { row.sequence.nextPosition = row.position + 1 }
        for sequence in running { sequence.offerBlocks(to: &blocks) }
        running.removeAll { sequence in
            guard finished.contains(ObjectIdentifier(sequence)) || sequence.isComplete else {
                return false
            }
            release(sequence)
            sequence.finish(now: StepEngine.now())
            return true
        }
    }

    private func note(_ rows: [StepRow], decodeCount: Int, isDone: Bool) {
        let layers = engine.model.configuration.layerCount
        let change: (inout EngineStatistics) -> Void = { totals in
            totals.decodeRows += decodeCount
            totals.promptRows += rows.count - decodeCount
            totals.layerEvaluations += rows.count * layers
        }
        engine.counters.stepEnded(now: StepEngine.now(), isDone ? change : nil)
    }

    private func release(_ sequence: Sequence) {
        didRelease = true
        blocks.release(sequence.holding)
        for block in blocks.takeDiscarded() { pass.keyValues.release(block: Int(block)) }
        captureByteCount -= sequence.captureByteCount
        engine.counters.update { totals in
            noteHeld(&totals)
            totals.running -= 1
            for (hook, rows) in sequence.firedHooks { totals.fired[hook, default: 0] += rows }
        }
    }

    private func dropCancelled() {
        for arrival in waiting.removeAll(where: \.handle.isCancelled) {
            engine.didLeaveQueue(1)
            didRelease = true
            arrival.deliver(.failed(Self.cancelled))
        }
        running.removeAll { sequence in
            guard sequence.isCancelled else { return false }
            release(sequence)
            sequence.deliver(.failed(Self.cancelled))
            return true
        }
    }

    private static let cancelled = EngineError(
        .cancelled, "CANCELLED", "the request was cancelled")

    private func endAll() {
        for entry in waiting.entries { entry.element.deliver(.failed(Self.cancelled)) }
        for sequence in running { sequence.deliver(.failed(Self.cancelled)) }
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
        let captured = captureByteCount + arrival.prepared.captureByteCount
        return Self.leaves(1, of: places - running.count, capacity: places, lane)
            && Self.leaves(needed, of: free, capacity: capacity, lane)
            && (captured <= EngineLimits.runningCaptureBytes || running.isEmpty)
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
        captureByteCount += prepared.captureByteCount
        let sequence = Sequence(
            prepared, holding: holding, model: engine.model, tools: pass.hookTools,
            handle: arrival.handle, submitted: arrival.submitted, deliver: arrival.deliver)
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
        totals.captureBytes = captureByteCount
    }
}

extension StepEngine.Arrival {
    var queueEntry: JobQueue<StepEngine.Arrival>.Entry {
        .init(
            element: self, share: prepared.job.share, cost: prepared.job.maximumRows,
            arrived: submitted)
    }
}
