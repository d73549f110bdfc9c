@testable import Engine
import Testing

/// Which rows a step runs.
@Suite("StepPlanner")
struct StepPlannerTests {
    private func prompt(
        _ rows: Int, share: UInt64 = 1, weight: Int = 1, lane: JobShare.Lane = .interactive
    ) -> StepPlanner.Candidate {
        .init(
            share: JobShare(identifier: share, weight: weight, lane: lane), pendingRows: rows)
    }

    private func decoding(
        share: UInt64 = 1, lane: JobShare.Lane = .interactive
    ) -> StepPlanner.Candidate {
        .init(
            share: JobShare(identifier: share, lane: lane), isDecoding: true, pendingRows: 1)
    }

    /// Runs steps until nothing is left; decoding candidates go on for ever.
    ///
    /// - Returns: the rows of each step.
    private func run(
        _ candidates: [StepPlanner.Candidate], steps: Int, rowsPerStep: Int = 192
    ) -> [[Int]] {
        var planner = StepPlanner(rowsPerStep: rowsPerStep)
        var candidates = candidates
        return (0..<steps).map { _ in
            let rows = planner.plan(candidates)
            for index in candidates.indices where rows[index] > 0 {
                candidates[index].lastStep = planner.step
                if !candidates[index].isDecoding { candidates[index].pendingRows -= rows[index] }
            }
            return rows
        }
    }

    @Test("of one share, prompts run in order of arrival and fill the step")
    func order() {
        let steps = run([prompt(300), prompt(100), decoding()], steps: 3)
        #expect(steps == [[191, 0, 1], [109, 82, 1], [0, 18, 1]])
    }

    @Test("decode rows go first")
    func decodeFirst() {
        let steps = run(
            [prompt(500)] + Array(repeating: decoding(), count: 64), steps: 1)
        #expect(steps[0] == [128] + Array(repeating: 1, count: 64))
    }

    @Test("a short prompt beside a long one of another share is done in the next step")
    func shortBesideLong() {
        let steps = run([prompt(4000, share: 1), prompt(20, share: 2)], steps: 2)
        #expect(steps[0] == [28, 20])
    }

    @Test("a short prompt that comes while a long one runs does not wait for its end")
    func lateComer() {
        var planner = StepPlanner(rowsPerStep: 192)
        var long = prompt(4000, share: 1)
        for _ in 0..<5 { long.pendingRows -= planner.plan([long])[0] }
        #expect(long.pendingRows == 4000 - 5 * 192)
        #expect(planner.plan([long, prompt(20, share: 2)]) == [28, 20])
    }

    @Test("prompt rows are divided by weight", arguments: [1, 2, 3, 7])
    func weights(weight: Int) {
        let steps = run(
            [prompt(100_000, share: 1), prompt(100_000, share: 2, weight: weight)], steps: 100)
        let sums = steps.reduce(into: [0, 0]) { sums, rows in
            for index in rows.indices { sums[index] += rows[index] }
        }
        #expect(sums[0] + sums[1] == 100 * EngineLimits.sharedRowsPerStep)
        #expect(abs(sums[1] - weight * sums[0]) <= 12 * (weight + 1))
    }

    @Test("sequences of one share divide its rows, not the rows of others")
    func manyOfOneShare() {
        let crowd = (0..<20).map { _ in prompt(10_000, share: 1) }
        let steps = run(crowd + [prompt(10_000, share: 2)], steps: 50)
        let alone = steps.reduce(0) { $0 + $1[20] }
        #expect(abs(alone - 50 * EngineLimits.sharedRowsPerStep / 2) <= 24)
    }

    @Test("a share that was away gets no more than its part when it comes back")
    func noSavings() {
        var planner = StepPlanner(rowsPerStep: 192)
        for _ in 0..<100 { _ = planner.plan([prompt(10_000, share: 1)]) }
        var sums = [0, 0]
        for _ in 0..<10 {
            let rows = planner.plan([prompt(10_000, share: 1), prompt(10_000, share: 2)])
            sums[0] += rows[0]
            sums[1] += rows[1]
        }
        // It may be ahead by the step that ran as it came.
        #expect(abs(sums[0] - sums[1]) <= 192 + 24)
    }

    @Test("beside another share's decode rows, prompts get a tile")
    func promptsBesideDecoding() {
        let crowd = (0..<3).map { _ in prompt(500, share: 2) }
        let steps = run([decoding(share: 1), decoding(share: 2)] + crowd, steps: 4)
        for rows in steps {
            #expect(rows[..<2] == [1, 1])
            #expect(rows[2...].reduce(0, +) == EngineLimits.rowsBesideDecoding)
        }
        // A share that is alone waits for nobody but itself.
        #expect(run([decoding(), prompt(500)], steps: 1) == [[1, 191]])
    }

    @Test("with prompts and bulk work of others, a decoding share's steps stay small")
    func boundedSteps() {
        let crowd =
            (0..<4).map { _ in prompt(5000, share: 2) }
            + (0..<40).map { _ in prompt(5000, share: 2, lane: .bulk) }
        let steps = run([decoding(share: 1)] + crowd, steps: 40)
        #expect(steps.allSatisfy { $0[0] == 1 && $0.reduce(0, +) <= 13 })
        let bulk = steps.reduce(0) { $0 + $1[5...].reduce(0, +) }
        #expect(bulk >= 40 / EngineLimits.bulkFloorSteps * 6)
    }

    @Test("beside interactive sequences, bulk rows are a tile at most")
    func bulkLimit() {
        let bulk = (0..<30).map { _ in decoding(share: 2, lane: .bulk) }
        let steps = run([decoding()] + bulk + [prompt(900, share: 2, lane: .bulk)], steps: 10)
        for rows in steps {
            #expect(rows[0] == 1)
            #expect(rows.dropFirst().reduce(0, +) == EngineLimits.rowsPerChunk)
        }
        // All of them had turns.
        let turns = (1...30).map { index in steps.reduce(0) { $0 + $1[index] } }
        #expect(turns.allSatisfy { (4...5).contains($0) || $0 == 3 })
        #expect(turns.reduce(0, +) == 120)
    }

    @Test("bulk work is not starved by interactive prompts")
    func bulkFloor() {
        let steps = run(
            [prompt(100_000), prompt(1000, share: 2, lane: .bulk)], steps: 40)
        let bulk = steps.reduce(0) { $0 + $1[1] }
        #expect(bulk == 40 / EngineLimits.bulkFloorSteps * EngineLimits.rowsPerChunk)
        #expect(steps.allSatisfy { $0.reduce(0, +) == EngineLimits.sharedRowsPerStep })
    }

    @Test("steps of bulk work alone are bounded")
    func bulkAlone() {
        let steps = run(
            [prompt(500, lane: .bulk), decoding(share: 2, lane: .bulk)], steps: 2)
        #expect(steps == [[95, 1], [95, 1]])
        // A reader that is behind takes no part, so that nobody interactive is there.
        var stalled = decoding(share: 3)
        stalled.isStalled = true
        #expect(run([prompt(500, lane: .bulk), stalled], steps: 1) == [[96, 0]])
    }

    @Test("steps of bulk work alone are short for a while after interactive work")
    func bulkAfterInteractive() {
        var planner = StepPlanner(rowsPerStep: 192)
        let bulk = prompt(100_000, share: 2, lane: .bulk)
        #expect(planner.plan([bulk]) == [96])
        _ = planner.plan([bulk, decoding()])
        for _ in 0..<EngineLimits.alertSteps { #expect(planner.plan([bulk]) == [12]) }
        #expect(planner.plan([bulk]) == [96])
    }

    @Test("every sequence gets its rows at any budget", arguments: [1, 2, 3, 7, 13, 192])
    func smallBudgets(rowsPerStep: Int) {
        var planner = StepPlanner(rowsPerStep: rowsPerStep)
        var left = [40, 3, 25, 60, 9].enumerated().map { index, rows in
            prompt(rows, share: UInt64(index % 3), lane: index > 2 ? .bulk : .interactive)
        }
        var steps = 0
        while left.contains(where: { $0.pendingRows > 0 }), steps < 1000 {
            let rows = planner.plan(left)
            #expect(rows.reduce(0, +) <= rowsPerStep)
            #expect(rows.contains { $0 > 0 })
            for index in left.indices { left[index].pendingRows -= rows[index] }
            steps += 1
        }
        #expect(left.allSatisfy { $0.pendingRows == 0 })
    }
}
