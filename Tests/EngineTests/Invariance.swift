import Engine
import Kernels
import Testing

/// A job whose answer must not depend on how it is run (design: "same bits, always").
struct Invariance: Sendable {
    /// All that a job answers with numbers.
    struct Answer: Equatable {
        let tokens: [GeneratedToken]
        let captures: [CapturedTensor]
        let receipts: [Receipt]
        /// Bit patterns of what was added up over rows.
        let sums: [UInt64]
    }

    /// Threads, rows of a step, and how many jobs run beside it.
    private static let ways = [
        (1, 1, 0), (1, 3, 0), (1, 7, 0), (2, 13, 0), (3, 128, 0), (2, 128, 6), (3, 50, 3),
        (1, 31, 2),
    ]

    let model: Model
    var kernels: String?
    /// The job, and six others that may run at the same time.
    let jobs: @Sendable (StepEngine) async throws -> (Job, neighbours: [Job])

    /// Expects the bits of the job alone, in one thread and whole steps, from every other way.
    ///
    /// - Returns: the answer, for what else is to be expected of it.
    func check() async throws -> Answer {
        let alone = try await answer(threads: 1, rowsPerStep: 128, neighbours: 0)
        for (threads, rows, neighbours) in Self.ways {
            let other = try await answer(
                threads: threads, rowsPerStep: rows, neighbours: neighbours)
            let way = Comment("\(threads) threads, steps of \(rows), \(neighbours) neighbours")
            #expect(other.tokens == alone.tokens, way)
            #expect(other.captures == alone.captures, way)
            #expect(other.receipts == alone.receipts, way)
            #expect(other.sums == alone.sums, way)
        }
        return alone
    }

    private func answer(
        threads: Int, rowsPerStep: Int, neighbours: Int
    ) async throws -> Answer {
        let engine = try StepEngine.make(
            model, threads: threads, rowsPerStep: rowsPerStep, kernels: kernels)
        defer { engine.shutdown() }
        let (job, others) = try await jobs(engine)
        try #require(others.count >= neighbours)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for other in others.prefix(neighbours) {
                group.addTask { _ = try await engine.run(other) }
            }
            let (tokens, result) = try await engine.run(job)
            try await group.waitForAll()
            return Answer(tokens, result)
        }
    }
}

extension Invariance.Answer {
    init(_ tokens: [GeneratedToken], _ result: JobResult) {
        self.tokens = tokens
        captures = result.captures
        receipts = result.receipts
        sums = result.sums.map(\.bitPatterns) ?? []
    }
}

extension RowSums {
    var bitPatterns: [UInt64] { (0..<sums.count).map { sums[$0].bitPattern } }
}
