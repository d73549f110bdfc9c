import Hooks
import Kernels

/// What a job may share with others that begin alike: the keys of its full blocks.
struct PreparedPrefix: Sendable {
    /// Of the full blocks of given tokens.
    let keys: [PrefixKey]
    /// Goes on with blocks of generated tokens.
    let chain: PrefixChain
    /// Blocks that need not be run if they are there.
    ///
    /// The last row of the prompt always runs, since its logits are read, and so does every row
    /// that a capture reads or that is counted.
    let reusableCount: Int

    var reusableKeys: ArraySlice<PrefixKey> { keys.prefix(reusableCount) }

    /// - Returns: nil for a job whose keys would take too long, or whose receipts too much room.
    init?(_ job: Job, plan: CompiledPlan, model: String, share: UInt64?) {
        guard plan.receiptSites.count <= EngineLimits.prefixReceipts,
            plan.prefixActions.count * job.maximumRows <= EngineLimits.prefixKeyChecks
        else { return nil }
        var chain = PrefixChain(
            model: model, adapter: job.adapter?.hash.hex ?? "", share: share,
            actions: plan.prefixActions, promptCount: job.promptCount)
        let positions = KeyValueStore.blockPositions
        keys = (0..<job.givenRows / positions).map { block in
            let first = block * positions
            return chain.next(job.tokens[first..<(first + positions)], at: first)
        }
        self.chain = chain
        reusableCount = Self.reusableRows(job) / positions
    }

    private static func reusableRows(_ job: Job) -> Int {
        let captured = job.plan.captures.compactMap { job.firstRow($0.positions) }
        let counted = job.sums?.counted.first?.lowerBound ?? .max
        return min(job.promptCount - 1, counted, captured.min() ?? .max)
    }
}

extension Job {
    /// The first of the rows that a selector picks; nil if it picks none.
    fileprivate func firstRow(_ selector: Positions) -> Int? {
        tokens.indices.first { position in
            selector.contains(
                position: position, token: tokens[position], promptCount: promptCount)
        }
    }
}
