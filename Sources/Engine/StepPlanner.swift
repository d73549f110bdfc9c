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

    init(rowsPerStep: Int) {
        self.rowsPerStep = rowsPerStep
    }

    /// - Returns: the rows of each candidate that the next step runs.
    mutating func plan(_ candidates: [Candidate]) -> [Int] {
        step += 1
        let active = candidates.indices.filter { candidates[$0].takesPart }
        clock.begin(active.lazy.map { candidates[$0].share.identifier })
        let interactive = active.filter { candidates[$0].share.lane == .interactive }
        let bulk = active.filter { candidates[$0].share.lane == .bulk }
        var rows = [Int](repeating: 0, count: candidates.count)
        guard !interactive.isEmpty else {
            fill(&rows, bulk, candidates, limit: bulkRowLimit)
            return rows
        }
        interactiveStep = step
        let limit = rowLimit(
            decoding: interactive.count { candidates[$0].isDecoding },
            shares: Set(active.map { candidates[$0].share.identifier }).count)
        let tile = min(EngineLimits.rowsPerChunk, (limit + 1) / 2)
        let isFloor = !bulk.isEmpty && step % EngineLimits.bulkFloorSteps == 0
        let used = fill(&rows, interactive, candidates, limit: isFloor ? limit - tile : limit)
        fill(&rows, bulk, candidates, limit: min(EngineLimits.rowsPerChunk, limit - used))
        return rows
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
        _ rows: inout [Int], _ lane: [Int], _ candidates: [Candidate], limit: Int
    ) -> Int {
        var left = limit
        // Whoever waited longest decodes first; it matters where not all of them fit.
        let decoding = lane.filter { candidates[$0].isDecoding }
            .sorted { (candidates[$0].lastStep, $0) < (candidates[$1].lastStep, $1) }
        for index in decoding.prefix(max(0, left)) {
            rows[index] = 1
            left -= 1
            clock.charge(candidates[index].share, 1)
        }
        var queues: [UInt64: [Int]] = [:]
        for index in lane.reversed() where !candidates[index].isDecoding {
            queues[candidates[index].share.identifier, default: []].append(index)
        }
        while left > 0, let share = next(queues.keys) {
            guard let index = queues[share]?.last else { break }
            let open = candidates[index].pendingRows - rows[index]
            let count = min(open, left, queues.count == 1 ? left : EngineLimits.rowsPerChunk)
            rows[index] += count
            left -= count
            clock.charge(candidates[index].share, count)
            if count == open { queues[share]?.removeLast() }
            if queues[share]?.isEmpty == true { queues[share] = nil }
        }
        return limit - left
    }

    /// The share that goes next; of those that stand alike, the one with the smallest number.
    private func next(_ shares: some Swift.Sequence<UInt64>) -> UInt64? {
        shares.min { (clock.time($0), $0) < (clock.time($1), $1) }
    }
}
