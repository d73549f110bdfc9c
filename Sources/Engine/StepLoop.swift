import Hooks
import Kernels

/// The engine thread's work: admit, plan a step, run it, hand out what it brought.
final class StepLoop {
    private let engine: StepEngine
    private let pass: ForwardPass
    private let rowsPerStep: Int
    private var waiting: [StepEngine.Arrival] = []
    private var running: [Sequence] = []
    private var blocks: BlockAllocator

    init(_ engine: StepEngine, pass: ForwardPass, rowsPerStep: Int) {
        self.engine = engine
        self.pass = pass
        self.rowsPerStep = rowsPerStep
        blocks = BlockAllocator(capacity: pass.keyValues.blockCapacity)
    }

    func run() {
        while true {
            let isIdle = running.isEmpty && waiting.isEmpty
            let (arrivals, isShutDown) = engine.takeArrivals(idle: isIdle)
            waiting += arrivals
            if isShutDown { return endAll() }
            dropCancelled()
            admit()
            if !running.isEmpty { step() }
        }
    }

    /// Decode rows first, one a sequence; then prompt rows in order of arrival up to the budget.
    private func planStep() -> [StepRow] {
        var rows: [StepRow] = []
        for sequence in running where sequence.isDecoding && rows.count < rowsPerStep {
            append(sequence, count: 1, to: &rows)
        }
        for sequence in running where !sequence.isDecoding && rows.count < rowsPerStep {
            append(sequence, count: rowsPerStep - rows.count, to: &rows)
        }
        return rows
    }

    private func append(_ sequence: Sequence, count: Int, to rows: inout [StepRow]) {
        let first = sequence.nextPosition
        for position in first..<(first + min(count, sequence.pendingRows)) {
            rows.append(
                StepRow(
                    sequence: sequence, position: position, token: sequence.tokens[position],
                    needsLogits: sequence.needsLogits(at: position)))
        }
    }

    private func step() {
        let rows = planStep()
        var finished: Set<ObjectIdentifier> = []
        let isDone = pass.run(rows) { row, logits in
            if row.sequence.take(logits, at: row.position, now: StepEngine.now()) {
                finished.insert(ObjectIdentifier(row.sequence))
            }
        }
        guard isDone else { return dropCancelled() }
        for row in rows { row.sequence.nextPosition = row.position + 1 }
        running.removeAll { sequence in
            guard finished.contains(ObjectIdentifier(sequence)) || sequence.isComplete else {
                return failIfTooLarge(sequence)
            }
            blocks.release(sequence.blocks)
            sequence.finish(now: StepEngine.now())
            return true
        }
    }

    /// Ends a sequence whose captures outgrew the bound.
    private func failIfTooLarge(_ sequence: Sequence) -> Bool {
        let held = sequence.hooks.captureByteCount
        guard held > EngineLimits.captureBytes else { return false }
        blocks.release(sequence.blocks)
        sequence.deliver(
            .failed(
                EngineError(
                    .outOfRange, "CAPTURE_TOO_LARGE",
                    "captures of this request hold \(held) bytes, more than "
                        + "\(EngineLimits.captureBytes); capture fewer sites or positions, or a "
                        + "reduction", asked: held, limit: EngineLimits.captureBytes)))
        return true
    }

    private func dropCancelled() {
        waiting.removeAll { arrival in
            guard arrival.cancel.isSet else { return false }
            arrival.deliver(.failed(Self.cancelled))
            return true
        }
        running.removeAll { sequence in
            guard sequence.isCancelled else { return false }
            blocks.release(sequence.blocks)
            sequence.deliver(.failed(Self.cancelled))
            return true
        }
    }

    private static let cancelled = EngineError(
        .cancelled, "CANCELLED", "the request was cancelled")

    private func endAll() {
        for arrival in waiting { arrival.deliver(.failed(Self.cancelled)) }
        for sequence in running { sequence.deliver(.failed(Self.cancelled)) }
    }

    /// Starts waiting jobs in order while their key-value blocks fit.
    ///
    /// All blocks are taken at once, so that running sequences never wait for each other.
    private func admit() {
        while let arrival = waiting.first, running.count < EngineLimits.runningSequences {
            let needed =
                (arrival.job.maximumRows + KeyValueStore.blockPositions - 1)
                / KeyValueStore.blockPositions
            guard let taken = blocks.take(needed) else { return }
            waiting.removeFirst()
            do {
                let sequence = try makeSequence(arrival)
                sequence.blocks = taken
                sequence.begin(now: StepEngine.now())
                running.append(sequence)
            } catch {
                blocks.release(taken)
                arrival.deliver(.failed(error))
            }
        }
    }

    private func makeSequence(_ arrival: StepEngine.Arrival) throws(EngineError) -> Sequence {
        let model = engine.model
        let plan = try CompiledPlan(arrival.job.plan, model: model, objects: engine.objects)
        let hooks = try HookState(
            plan, promptCount: arrival.job.promptCount, shape: model.shape,
            objects: engine.objects)
        return Sequence(
            arrival.job, hooks: hooks, model: model, cancel: arrival.cancel,
            submitted: arrival.submitted, deliver: arrival.deliver)
    }
}

/// Hands out key-value blocks, lowest first, so that memory once touched is used again.
struct BlockAllocator {
    private var free: [Int32]

    init(capacity: Int) {
        free = (0..<capacity).reversed().map { Int32($0) }
    }

    /// - Returns: nil if there are not as many.
    mutating func take(_ count: Int) -> [Int32]? {
        guard count <= free.count else { return nil }
        defer { free.removeLast(count) }
        return free.suffix(count).reversed()
    }

    mutating func release(_ blocks: [Int32]) {
        free.append(contentsOf: blocks.reversed())
    }
}
