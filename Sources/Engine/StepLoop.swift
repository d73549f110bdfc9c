import Hooks
import Kernels
import ModelFile

/// The engine thread's work: admit, plan a step, run it, hand out what it brought.
final class StepLoop {
    private let engine: StepEngine
    private let pass: ForwardPass
    private let rowsPerStep: Int
    private var waiting: [StepEngine.Arrival] = []
    private var running: [Sequence] = []
    private var blocks: BlockAllocator
    /// Bytes of captured values that the running sequences may come to hold.
    private var captureByteCount = 0

    init(_ engine: StepEngine, pass: ForwardPass, rowsPerStep: Int) {
        self.engine = engine
        self.pass = pass
        self.rowsPerStep = rowsPerStep
        blocks = BlockAllocator(capacity: pass.keyValues.blockCapacity)
    }

    func run() {
        while true {
            // With nothing that can run, whatever changes that signals the semaphore.
            let canAdmit = running.isEmpty && !waiting.isEmpty
            let isIdle = !canAdmit && running.allSatisfy(\.handle.isStalled)
            let (arrivals, isShutDown) = engine.takeArrivals(idle: isIdle)
            waiting += arrivals
            if isShutDown { return endAll() }
            dropCancelled()
            admit()
            if running.contains(where: { !$0.handle.isStalled }) { step() }
        }
    }

    /// Decode rows first, one a sequence; then prompt rows in order of arrival up to the budget.
    ///
    /// Sequences whose reader is too far behind take no part.
    private func planStep() -> [StepRow] {
        var rows: [StepRow] = []
        for sequence in running
        where sequence.isDecoding && !sequence.handle.isStalled && rows.count < rowsPerStep {
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
        blocks.release(sequence.blocks)
        captureByteCount -= sequence.captureByteCount
        engine.counters.update { totals in
            totals.running -= 1
            totals.keyValueBytes -= sequence.blocks.count * engine.keyValueBlockBytes
            totals.captureBytes = captureByteCount
            for (hook, rows) in sequence.firedHooks { totals.fired[hook, default: 0] += rows }
        }
    }

    private func dropCancelled() {
        waiting.removeAll { arrival in
            guard arrival.handle.isCancelled else { return false }
            engine.didLeaveQueue(1)
            arrival.deliver(.failed(Self.cancelled))
            return true
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
        for arrival in waiting { arrival.deliver(.failed(Self.cancelled)) }
        for sequence in running { sequence.deliver(.failed(Self.cancelled)) }
    }

    /// Starts waiting jobs in order while their key-value blocks and captures fit.
    ///
    /// All blocks are taken at once, so that running sequences never wait for each other.
    private func admit() {
        while let arrival = waiting.first, running.count < EngineLimits.runningSequences {
            let needed = StepEngine.blockCount(rows: arrival.prepared.job.maximumRows)
            let captured = captureByteCount + arrival.prepared.captureByteCount
            guard captured <= EngineLimits.runningCaptureBytes || running.isEmpty,
                let taken = blocks.take(needed)
            else { return }
            waiting.removeFirst()
            engine.didLeaveQueue(1)
            captureByteCount = captured
            let sequence = Sequence(
                arrival.prepared, model: engine.model, tools: pass.hookTools,
                handle: arrival.handle, submitted: arrival.submitted, deliver: arrival.deliver)
            sequence.blocks = taken
            sequence.begin(now: StepEngine.now())
            running.append(sequence)
            engine.counters.update { totals in
                totals.running += 1
                totals.keyValueBytes += taken.count * engine.keyValueBlockBytes
                totals.captureBytes = captureByteCount
            }
        }
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
