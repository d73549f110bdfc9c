public import Hooks
import Kernels
import ModelFile

/// A job that was checked against the model and whose stored values were looked up: it can run.
public struct PreparedJob: Sendable {
    /// What was asked.
    public let job: Job
    /// The tensors of each of the plan's captures; row counts are upper bounds where positions of
    /// generated tokens are selected by token.
    public let layouts: [[CaptureLayout]]
    let plan: CompiledPlan
    /// Bytes of values that were looked up for this job: none where an earlier job's are used.
    public let planByteCount: Int
    /// nil if nothing of it is shared with other jobs.
    let prefix: PreparedPrefix?

    /// Prompt tokens that need not be run if their state is kept from another job.
    public var reusableTokens: Int {
        (prefix?.reusableCount ?? 0) * KeyValueStore.blockPositions
    }

    /// Bytes of captured values and sums that the job may come to hold.
    public let captureByteCount: Int

    /// - Throws: `EngineError` for a job that can never run on this model.
    init(
        _ job: Job, plan: CompiledPlan, sharesPlan: Bool, prefix: PreparedPrefix?, model: Model
    ) throws(EngineError) {
        self.job = job
        self.plan = plan
        self.prefix = prefix
        planByteCount = sharesPlan ? 0 : plan.byteCount
        layouts = job.plan.captures.map { capture in
            let rows = job.selectedRows(capture.positions)
            return capture.layouts(
                rowCount: rows.count, widestPattern: (rows.last ?? -1) + 1, shape: model.shape)
        }
        captureByteCount = layouts.joined().reduce(job.sums?.byteCount(model.shape) ?? 0) {
            $0 + $1.byteCount
        }
        try checkCaptures()
        try checkReferences()
    }

    private func checkCaptures() throws(EngineError) {
        guard captureByteCount <= EngineLimits.captureBytes else {
            throw EngineError(
                .outOfRange, "CAPTURE_TOO_LARGE",
                "the captures take up to \(captureByteCount) bytes; capture fewer sites or "
                    + "positions, or a reduction",
                asked: captureByteCount, limit: EngineLimits.captureBytes)
        }
        let labels = layouts.joined().reduce(0) { $0 + ($1.isPerRow ? $1.shape[0] : 0) }
        guard labels <= EngineLimits.rowLabels else {
            throw EngineError(
                .outOfRange, "CAPTURE_TOO_LARGE",
                "the captures have up to \(labels) labelled rows; capture fewer sites or "
                    + "positions in one request, or a reduction",
                asked: labels, limit: EngineLimits.rowLabels)
        }
    }

    /// Every row that is compared with stored logits has its row there.
    private func checkReferences() throws(EngineError) {
        for (capture, input) in zip(plan.captures, plan.captureInputs) {
            guard let reference = input.reference else { continue }
            let rows = job.selectedRows(capture.positions)
            if let missing = rows.first(where: { !reference.covers($0) }) {
                throw EngineError(
                    .invalidArgument, "NO_SUCH_ROW",
                    "kl: the stored logits have no row for position \(missing)", asked: missing)
            }
        }
    }
}

extension Job {
    /// Absolute positions that a selector picks among the rows that may run, ascending.
    ///
    /// Tokens of generated positions are not known yet: a set of tokens picks them all.
    public func selectedRows(_ selector: Positions) -> [Int] {
        let byToken = selector.clauses.contains { if case .tokens = $0 { true } else { false } }
        return (0..<maximumRows).filter { position in
            guard position < tokens.count else {
                return byToken
                    || selector.contains(position: position, token: -1, promptCount: promptCount)
            }
            return selector.contains(
                position: position, token: tokens[position], promptCount: promptCount)
        }
    }

    /// Whether the job itself reads the logits after a position.
    ///
    /// To score, to sample, or to answer the most likely tokens; captures may read others.
    public func readsLogits(at position: Int) -> Bool {
        if sums != nil { return false }
        if position >= promptCount - 1, position < tokens.count - 1 { return true }
        guard position >= tokens.count - 1 else { return false }
        return generation != nil || (topCount > 0 && position == tokens.count - 1)
    }
}
