/// Decides how many rows of each sequence the next step runs.
///
/// Decode rows go first, one a sequence; then prompt rows, fairly over shares by their weights and
/// in order of arrival inside a share; interactive work before bulk work. A share that is alone
/// fills its steps. Where several take part, the rows beside interactive decode rows are limited to
/// one tile, so that nobody's prompts make another's tokens slow. Bulk rows beside interactive ones
/// are a tile at most, and every few steps that tile is kept for them, so that they never starve.
/// Steps of bulk work alone are bounded, since whoever comes has to wait for the one that runs, and
/// more so for a while after somebody came.
struct StepPlanner {
    /// What a sequence could run; the order is that of arrival.
    struct Candidate {
        var share = JobShare()
        /// Whether its rows come one at a time.
        var isDecoding = false
        /// Rows that are known and not yet run.
        var pendingRows = 0
        /// Its reader is too far behind: it takes no part.
        var isStalled = false
        /// The step that last ran one of its rows.
        var lastStep = 0

        var takesPart: Bool { !isStalled && pendingRows > 0 }
    }

    let rowsPerStep: Int
    /// Steps planned so far.
    private(set) var step = 0
    /// The last step with interactive rows.
    private var interactiveStep: Int?
    private var clock = ShareClock()
    /// Lists of the step, kept from one to the next so that planning allocates nothing.
    private var lists = Lists()

    fileprivate struct Lists {
        /// Rows of each candidate.
        var rows: [Int] = []
        /// Candidates of each lane that take part.
        var interactive: [Int] = []
        var bulk: [Int] = []
        /// Those of one lane that decode.
        var decoding: [Int] = []
    }

    init(rowsPerStep: Int) {
        self.rowsPerStep = rowsPerStep
    }

    /// - Returns: the rows of each candidate that the next step runs.
    mutating func plan(_ candidates: [Candidate]) -> [Int] {
        step += 1
        let shareCount = sort(candidates)
        guard !lists.interactive.isEmpty else {
            fill(.bulk, candidates, limit: bulkRowLimit)
            return lists.rows
        }
        interactiveStep = step
        let limit = rowLimit(
            decoding: lists.interactive.count { candidates[$0].isDecoding }, shares: shareCount)
        let tile = min(EngineLimits.rowsPerChunk, (limit + 1) / 2)
        let isFloor = !lists.bulk.isEmpty && step % EngineLimits.bulkFloorSteps == 0
        let used = fill(.interactive, candidates, limit: isFloor ? limit - tile : limit)
        fill(.bulk, candidates, limit: min(EngineLimits.rowsPerChunk, limit - used))
        return lists.rows
    }

    /// Puts the candidates that take part into their lanes.
    ///
    /// - Returns: how many shares they are of; more than one is told as two.
    private mutating func sort(_ candidates: [Candidate]) -> Int {
        lists.rows.removeAll(keepingCapacity: true)
        lists.interactive.removeAll(keepingCapacity: true)
        lists.bulk.removeAll(keepingCapacity: true)
        var first: UInt64?
        var isOne = true
        for (index, candidate) in candidates.enumerated() {
            lists.rows.append(0)
            guard candidate.takesPart else { continue }
            let share = candidate.share.identifier
            isOne = isOne && share == (first ?? share)
            first = first ?? share
            switch candidate.share.lane {
            case .interactive: lists.interactive.append(index)
            case .bulk: lists.bulk.append(index)
            }
        }
        clock.begin(
            candidates.lazy.filter(\.takesPart).map { $0.share.identifier })
        return first == nil ? 0 : isOne ? 1 : 2
    }

    /// Rows of a step that serves so many shares, with so many interactive decode rows.
    private func rowLimit(decoding: Int, shares: Int) -> Int {
        guard shares > 1 else { return rowsPerStep }
        let limit =
            decoding > 0
            ? decoding + EngineLimits.rowsBesideDecoding : EngineLimits.sharedRowsPerStep
        return min(limit, rowsPerStep)
    }

    /// Rows of a step of bulk work alone.
    private var bulkRowLimit: Int {
        let isAlert = interactiveStep.map { step - $0 <= EngineLimits.alertSteps } ?? false
        let limit = isAlert ? EngineLimits.alertRowsPerStep : EngineLimits.bulkRowsPerStep
        return min(limit, rowsPerStep)
    }

    /// Gives rows to the sequences of one lane.
    ///
    /// - Returns: how many.
    @discardableResult
    private mutating func fill(
        _ lane: JobShare.Lane, _ candidates: [Candidate], limit: Int
    ) -> Int {
        var left = limit
        giveDecodeRows(lane, candidates, &left)
        while left > 0, let next = nextPrompt(lane, candidates) {
            let share = candidates[next.index].share
            let open = candidates[next.index].pendingRows - lists.rows[next.index]
            let count = min(open, left, next.isAlone ? left : EngineLimits.rowsPerChunk)
            lists.rows[next.index] += count
            left -= count
            clock.charge(share, count)
        }
        return limit - left
    }

    /// One row each; whoever waited longest goes first where not all of them fit.
    private mutating func giveDecodeRows(
        _ lane: JobShare.Lane, _ candidates: [Candidate], _ left: inout Int
    ) {
        lists.decoding.removeAll(keepingCapacity: true)
        for index in lists[lane] where candidates[index].isDecoding {
            lists.decoding.append(index)
        }
        if lists.decoding.count > left {
            lists.decoding.sort {
                (candidates[$0].lastStep, $0) < (candidates[$1].lastStep, $1)
            }
        }
        for index in lists.decoding.prefix(max(0, left)) {
            lists.rows[index] = 1
            left -= 1
            clock.charge(candidates[index].share, 1)
        }
    }

    /// The first prompt of the share that goes next, of those that stand alike the one with the
    /// smallest number; and whether no other share has prompts.
    private func nextPrompt(
        _ lane: JobShare.Lane, _ candidates: [Candidate]
    ) -> (index: Int, isAlone: Bool)? {
        var best: (index: Int, time: Double, share: UInt64)?
        var isAlone = true
        for index in lists[lane]
        where !candidates[index].isDecoding
            && lists.rows[index] < candidates[index].pendingRows
        {
            let share = candidates[index].share.identifier
            let time = clock.time(share)
            guard let found = best else {
                best = (index, time, share)
                continue
            }
            guard share != found.share else { continue }
            isAlone = false
            if (time, share) < (found.time, found.share) { best = (index, time, share) }
        }
        return best.map { ($0.index, isAlone) }
    }
}

extension StepPlanner.Lists {
    fileprivate subscript(lane: JobShare.Lane) -> [Int] {
        switch lane {
        case .interactive: interactive
        case .bulk: bulk
        }
    }
}
