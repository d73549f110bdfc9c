import Foundation
import Hooks
import Kernels
import Tokenizer

/// One timeline of tokens with its key-value blocks, hooks and sampling state.
///
/// Confined to the engine thread.
final class Sequence {
    let job: Job
    let handle: JobHandle
    let deliver: @Sendable (JobEvent) -> Void
    let hooks: HookState
    /// Key-value blocks, in order of position, and which of them are shared.
    private(set) var holding: BlockPlan.Holding
    /// Full blocks that were offered to the prefix cache.
    private var offeredCount: Int
    private var keys: [PrefixKey]
    private var chain: PrefixChain?
    /// All tokens: the job's, then generated ones.
    private(set) var tokens: [Int32]
    /// The next position to run.
    var nextPosition: Int
    /// The step that last ran one of its rows.
    var lastStep = 0
    private(set) var result: JobResult
    private var stream: TextTokenizer.StreamDecoder
    private var stops: StopMatcher
    private let endIDs: Set<Int32>
    private let submitted: Double
    private var started = 0.0
    private var firstToken = 0.0

    init(
        _ prepared: PreparedJob, holding: BlockPlan.Holding, reservation: MemoryReservation,
        model: Model, tools: HookTools, handle: JobHandle, submitted: Double,
        deliver: @escaping @Sendable (JobEvent) -> Void
    ) {
        job = prepared.job
        result = JobResult(reservation: reservation)
        self.holding = holding
        offeredCount = holding.reused
        nextPosition = holding.reused * KeyValueStore.blockPositions
        keys = prepared.prefix?.keys ?? []
        chain = prepared.prefix?.chain
        hooks = HookState(prepared, shape: model.shape, tools: tools)
        hooks.restore(holding.receipts)
        self.handle = handle
        self.submitted = submitted
        self.deliver = deliver
        tokens = job.tokens
        stream = TextTokenizer.StreamDecoder(model.tokenizer, after: job.tokens)
        stops = StopMatcher(job.generation?.stop ?? [])
        endIDs = Set(model.endOfSequenceIDs)
    }

    /// Rows that are known and not yet run.
    var pendingRows: Int {
        (job.generation == nil ? job.givenRows : tokens.count) - nextPosition
    }

    /// Whether the prompt (and given continuation) has been run, and rows come one at a time.
    var isDecoding: Bool { nextPosition >= job.tokens.count }

    var isCancelled: Bool { handle.isCancelled }

    /// What the planner of steps needs to know.
    var candidate: StepPlanner.Candidate {
        .init(
            share: job.share, isDecoding: isDecoding, pendingRows: pendingRows,
            isStalled: handle.isStalled, lastStep: lastStep)
    }

    /// Why the sequence cannot go on, found in its last row.
    private(set) var failure: EngineError?

    func begin(now: Double) {
        started = now
        result.queueSeconds = now - submitted
        result.promptTokens = job.promptCount
        result.cachedTokens = nextPosition
    }

    var blocks: [Int32] { holding.blocks }

    /// Offers the blocks that are full by now to the prefix cache.
    func offerBlocks(to plan: inout BlockPlan) {
        let positions = KeyValueStore.blockPositions
        while offeredCount < nextPosition / positions, let key = key(ofBlock: offeredCount) {
            plan.keep(
                offeredCount, of: &holding, as: key,
                receipts: hooks.takeReceipts(atBlock: offeredCount))
            offeredCount += 1
        }
    }

    private func key(ofBlock index: Int) -> PrefixKey? {
        if index < keys.count { return keys[index] }
        let first = index * KeyValueStore.blockPositions
        let end = first + KeyValueStore.blockPositions
        guard let key = chain?.next(tokens[first..<end], at: first) else { return nil }
        keys.append(key)
        return key
    }

    /// Whether the row's logits are needed: to sample, to score, to answer the top, or captured.
    func needsLogits(at position: Int) -> Bool {
        if job.readsLogits(at: position) { return true }
        return hooks.plan.readsHead(
            position: position, token: tokens[position], promptCount: job.promptCount)
    }

    /// What is to be made of a row's logits.
    func logitReading(at position: Int) -> LogitRow.Reading {
        guard position >= job.tokens.count - 1 else { return .init() }
        let isLastGiven = position == job.tokens.count - 1
        return .init(
            topCount: max(job.generation?.topCount ?? 0, isLastGiven ? job.topCount : 0),
            sampler: job.generation.map { Sampler(sampling: $0.sampling) },
            tokenIndex: result.generatedTokens)
    }

    /// Whether nothing more will be generated.
    private(set) var isFinished = false

    /// Takes the logits of one row, in order of position.
    func take(_ logits: LogitRow, at position: Int, now: Double) {
        if position >= job.promptCount - 1, position < job.tokens.count - 1 {
            let target = Int(tokens[position + 1])
            result.logProbabilities.append(logits.logProbability(target))
            result.isGreedy.append(logits.best == target)
        }
        guard position >= job.tokens.count - 1 else { return }
        if job.topCount > 0, position == job.tokens.count - 1 {
            result.top = Array(logits.top.prefix(job.topCount))
        }
        guard let generation = job.generation else { return }
        if firstToken == 0 { firstToken = now }
        isFinished = sample(logits, generation)
    }

    /// - Returns: whether that was the last token.
    private func sample(_ logits: LogitRow, _ generation: Generation) -> Bool {
        // No order among candidates and no distribution would mean anything.
        guard let id = logits.choice else {
            failure = EngineError(
                .outOfRange, "NON_FINITE_LOGITS",
                "the logits after position \(tokens.count - 1) are not finite, so no token can be "
                    + "chosen; a hook may be too strong", asked: tokens.count - 1)
            return true
        }
        result.generatedTokens += 1
        if endIDs.contains(id), !generation.ignoresEnd {
            emit(id, "", logits, generation)
            return finish(.end)
        }
        let (text, stop) = stops.append(stream.append(id))
        emit(id, text, logits, generation)
        if let stop {
            result.finish = .stop(stop)
            return true
        }
        if result.generatedTokens >= generation.maxTokens { return finish(.length) }
        tokens.append(id)
        return false
    }

    /// Releases what was held back; a stop string may be complete only now.
    private func finish(_ reason: FinishReason) -> Bool {
        let (text, stop) = stops.append(stream.finish())
        result.heldText += stop == nil ? text + stops.finish() : text
        result.finish = stop.map { .stop($0) } ?? reason
        return true
    }

    private func emit(
        _ id: Int32, _ text: String, _ logits: LogitRow, _ generation: Generation
    ) {
        let logProbability = logits.logProbability(Int(id))
        guard !generation.answersWhole else {
            result.tokens.append(id)
            result.logProbabilities.append(logProbability)
            result.heldText += text
            return
        }
        handle.didDeliver()
        deliver(
            .token(
                GeneratedToken(
                    id: id, text: text, logProbability: logProbability,
                    top: Array(logits.top.prefix(generation.topCount)))))
    }

    /// Whether every row of the job has been run and nothing more will be generated.
    var isComplete: Bool { pendingRows == 0 }

    /// What its actions did, by kind of site and action.
    var firedHooks: [EngineStatistics.FiredHook: Int] {
        let names = Dictionary(
            job.plan.actions.map { ($0.index, $0.operation.name) },
            uniquingKeysWith: { first, _ in first })
        return hooks.firedRows.reduce(into: [:]) { fired, receipt in
            guard receipt.rows > 0, let name = names[receipt.action] else { return }
            let hook = EngineStatistics.FiredHook(site: receipt.site.kind, action: name)
            fired[hook, default: 0] += receipt.rows
        }
    }

    /// The final event.
    func finish(now: Double) {
        if let failure { return fail(failure, now: now) }
        result.captures = hooks.finishCaptures()
        result.sums = hooks.sums?.result
        settle(now: now)
        deliver(.finished(result))
    }

    /// The final event of a sequence that does not run to its end.
    func fail(_ error: EngineError, now: Double) {
        result.reservation = nil
        settle(now: now)
        deliver(.failed(error, result))
    }

    private func settle(now: Double) {
        result.receipts = hooks.receipts
        let prefillEnd = firstToken > 0 ? firstToken : now
        result.prefillSeconds = prefillEnd - started
        result.decodeSeconds = now - prefillEnd
    }
}
