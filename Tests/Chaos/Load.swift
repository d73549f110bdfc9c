import Foundation
import Messages
import NeurondClient

/// Many clients at once, with nothing going wrong.
struct Load {
    let daemon: TestedDaemon
    let seed: UInt64
    let requestCount: Int
    let clientCount: Int
    let decodedTokens: Int

    /// What the load came to.
    struct Report {
        var requests = 0
        var wrong = 0
        var complaints: [String] = []
        /// Generated tokens a second: one client, and sixteen.
        var alone = 0.0
        var sixteen = 0.0
        /// Seconds to the END of equal requests asked by all clients at once.
        var meanWait = 0.0
        var longestWait = 0.0

        var isGood: Bool { wrong == 0 }
    }

    /// Runs all three parts.
    func run() async throws -> Report {
        let client = try await daemon.connect()
        defer { client.close() }
        let vocabulary = Int(try await client.capabilities().models.first?.vocabulary ?? 0)
        var pool = WorkPool(seed: seed, vocabulary: vocabulary)
        var report = Report()
        try await mix(&pool, client, &report)
        let decode = Work.generate(try pool.generation(tokens: decodedTokens))
        report.alone = try await tokensPerSecond(decode, clients: 1)
        report.sixteen = try await tokensPerSecond(decode, clients: 16)
        try await askAlike(decode, &report)
        return report
    }

    /// All requests at once by all clients; each answer must be that of its solo run.
    private func mix(
        _ pool: inout WorkPool, _ client: Client, _ report: inout Report
    ) async throws {
        let work = try pool.mixed(min(requestCount, 96))
        var answers: [[Piece]] = []
        for item in work {
            let outcome = await item.run(on: client)
            if let error = outcome.error { throw error }
            answers.append(outcome.pieces)
        }
        let tally = Tally()
        let each = (requestCount + clientCount - 1) / clientCount
        try await forEachClient(clientCount) { [answers] client, number in
            for turn in 0..<each {
                let index = (number * 31 + turn) % work.count
                while true {
                    let outcome = await work[index].run(on: client)
                    let again = tally.judge(
                        outcome, against: answers[index], allowing: [],
                        name: "client \(number), request \(turn)")
                    guard again else { break }
                    try await Task.sleep(for: outcome.error?.retryAfter ?? .seconds(1))
                }
            }
        }
        let counts = tally.counts
        report.requests = counts.right + counts.wrong + counts.lost
        report.wrong = counts.wrong + counts.lost
        report.complaints = counts.complaints
    }

    private func tokensPerSecond(_ work: Work, clients: Int) async throws -> Double {
        let start = ContinuousClock.now
        try await forEachClient(clients) { client, _ in
            if let error = await work.run(on: client).error { throw error }
        }
        return Double(clients * decodedTokens) / ((ContinuousClock.now - start) / .seconds(1))
    }

    /// The same request by every client at the same time, again and again.
    private func askAlike(_ work: Work, _ report: inout Report) async throws {
        let waits = Waits()
        try await forEachClient(clientCount) { client, _ in
            for _ in 0..<3 {
                let start = ContinuousClock.now
                if let error = await work.run(on: client).error { throw error }
                await waits.add((ContinuousClock.now - start) / .seconds(1))
            }
        }
        let all = await waits.all
        report.meanWait = all.reduce(0, +) / Double(all.count)
        report.longestWait = all.max() ?? 0
    }

    private func forEachClient(
        _ count: Int, _ body: @escaping @Sendable (Client, Int) async throws -> Void
    ) async throws {
        let address = daemon.address
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask {
                    let client = try await Client.connect(to: address)
                    defer { client.close() }
                    try await body(client, number)
                }
            }
            try await group.waitForAll()
        }
    }
}

/// Times from many tasks.
actor Waits {
    private(set) var all: [Double] = []

    func add(_ seconds: Double) { all.append(seconds) }
}
