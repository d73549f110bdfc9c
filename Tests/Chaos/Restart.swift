import Foundation
import Messages
import NeurondClient

/// How soon a daemon answers: after its start, and after the death of its engine.
struct Restart {
    let daemon: TestedDaemon
    /// When the daemon was started.
    let start: ContinuousClock.Instant
    let seed: UInt64
    let deathCount: Int

    /// Seconds.
    struct Report {
        /// From the start to the first answer.
        var firstAnswer = 0.0
        /// The request alone, on an engine that is there: the median.
        var request = 0.0
        /// From the kill to the answer of a request that was sent at once, each time.
        var restarts: [Double] = []
        /// Answers that differ from the first.
        var wrong = 0

        var median: Double { restarts.sorted()[restarts.count / 2] }
        var longest: Double { restarts.max() ?? 0 }
    }

    /// Kills the engine again and again, each time after a rest in which it is no longer held to
    /// be dying in a row.
    func run() async throws -> Report {
        let client = try await daemon.connect()
        defer { client.close() }
        let vocabulary = Int(try await client.capabilities().models.first?.vocabulary ?? 0)
        var pool = WorkPool(seed: seed, vocabulary: vocabulary)
        let question = Work.generate(try pool.generation(tokens: 1))
        let first = try await ask(question, client)
        var report = Report()
        report.firstAnswer = seconds(since: start)
        var alone: [Double] = []
        for _ in 0..<deathCount {
            let begin = ContinuousClock.now
            _ = try await ask(question, client)
            alone.append(seconds(since: begin))
        }
        report.request = alone.sorted()[alone.count / 2]
        for _ in 0..<deathCount {
            try await Task.sleep(for: .seconds(Self.restSeconds))
            let engines = try await client.status().engines
            let begin = ContinuousClock.now
            for engine in engines { kill(engine.process, SIGKILL) }
            if try await ask(question, client) != first { report.wrong += 1 }
            report.restarts.append(seconds(since: begin))
        }
        return report
    }

    /// Longer than a daemon remembers a death.
    private static let restSeconds = 11

    private func ask(_ question: Work, _ client: Client) async throws -> [Piece] {
        let outcome = await question.run(on: client)
        if let error = outcome.error { throw error }
        return outcome.pieces
    }

    private func seconds(since begin: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - begin) / .seconds(1)
    }
}
