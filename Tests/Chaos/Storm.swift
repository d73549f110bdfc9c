import Foundation
import Messages
import NeurondClient
import Wire

/// A daemon under mixed load with everything going wrong around it.
struct Storm {
    let daemon: TestedDaemon
    let seed: UInt64
    let seconds: Int
    let clientCount: Int

    /// Requests and their undisturbed answers, by the same index.
    private struct Known: Sendable {
        let work: [Work]
        let answers: [[Piece]]
    }

    /// Runs the storm to its end, waits for calm, and looks for what was left behind.
    func run() async throws -> ChaosReport {
        let client = try await daemon.connect()
        defer { client.close() }
        let vocabulary = Int(try await client.capabilities().models.first?.vocabulary ?? 0)
        var pool = WorkPool(seed: seed, vocabulary: vocabulary)
        let known = try await Self.learn(pool.mixed(32), client)
        let long = Work.generate(try pool.generation(tokens: 160, alternatives: 300))
        let stalled = try await Self.learn([long], client)
        let before = ProcessUse(daemon.identifier)
        let tally = Tally()
        try await rage(known, stalled, tally, client)
        let leaks = try await calm(client, before)
        return ChaosReport(seed: seed, seconds: seconds, counts: tally.counts, leaks: leaks)
    }

    private static func learn(_ work: [Work], _ client: Client) async throws -> Known {
        var answers: [[Piece]] = []
        for item in work {
            let outcome = await item.run(on: client)
            if let error = outcome.error { throw error }
            answers.append(outcome.pieces)
        }
        return Known(work: work, answers: answers)
    }

    private func rage(
        _ known: Known, _ stalled: Known, _ tally: Tally, _ client: Client
    ) async throws {
        let agents = Agents(address: daemon.address, tally: tally, seed: seed)
        let items = try heavyItems()
        let supervisor = daemon.identifier
        let end = ContinuousClock.now + .seconds(seconds)
        let disturbances = [
            Task { await agents.killEngines(client) },
            Task { await agents.killForkServers(of: supervisor, client) },
            Task { await agents.killClients(items: items) },
            Task { await agents.fillQueue(known.work[0]) },
        ]
        let readers = (0..<2).map { number in
            Task {
                await agents.stall(
                    client, stalled.work[0], right: stalled.answers[0], number: number)
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<clientCount {
                let address = daemon.address
                let seed = seed &+ UInt64(number) &* 1_000_003
                group.addTask {
                    let own = try await Client.connect(to: address)
                    defer { own.close() }
                    await Self.work(on: own, known, tally, until: end, seed: seed)
                }
            }
            try await group.waitForAll()
        }
        for task in disturbances + readers { task.cancel() }
        for task in disturbances + readers { await task.value }
    }

    /// One client: requests in random order, some cancelled, some with a deadline, until time is
    /// up; what was refused for now is asked again until it is answered.
    private static func work(
        on client: Client, _ known: Known, _ tally: Tally, until end: ContinuousClock.Instant,
        seed: UInt64
    ) async {
        var random = SeededNumbers(seed: seed)
        while ContinuousClock.now < end {
            let index = random.below(known.work.count)
            let fate = random.below(10)
            let limit = fate == 0 ? random.below(5) : .max
            var options = CallOptions(requestID: "chaos-\(seed)-\(index)")
            if fate == 1 { options.deadline = .milliseconds(1 + random.below(400)) }
            let allowed: [StatusCode] =
                fate == 0 ? [.cancelled] : fate == 1 ? [.deadlineExceeded] : []
            tally.count {
                if fate == 0 { $0.cancels += 1 }
                if fate == 1 { $0.deadlines += 1 }
            }
            while true {
                let outcome = await known.work[index].run(on: client, options: options) { count in
                    count < limit
                }
                let again = tally.judge(
                    outcome, against: known.answers[index], allowing: allowed,
                    name: options.requestID)
                guard again else { break }
                try? await Task.sleep(for: outcome.error?.retryAfter ?? .seconds(1))
            }
        }
    }

    /// Work for clients that are to be killed: far more than they live for.
    private func heavyItems() throws -> URL {
        let file = daemon.folder.appending(path: "items.jsonl")
        let ids = (0..<120).map { "\($0 % 100 + 3)" }.joined(separator: ",")
        try String(repeating: #"{"tokens": [\#(ids)]}"# + "\n", count: 1_000)
            .write(to: file, atomically: true, encoding: .utf8)
        return file
    }

    // MARK: Afterwards

    /// Waits until nothing runs, and says what is still held then.
    private func calm(_ client: Client, _ before: ProcessUse) async throws -> [String] {
        var status = try await client.status()
        for _ in 0..<1_200 {
            let isCalm =
                status.running == 0 && status.queued == 0 && status.connections <= 1
                && status.engines.allSatisfy { $0.state == "ready" }
            if isCalm { break }
            try await Task.sleep(for: .milliseconds(50))
            status = try await client.status()
        }
        let after = ProcessUse(daemon.identifier)
        var leaks: [String] = []
        func expect(_ isRight: Bool, _ text: String) { if !isRight { leaks.append(text) } }
        expect(status.running == 0, "\(status.running) requests still run")
        expect(status.queued == 0, "\(status.queued) requests still wait")
        expect(status.connections <= 1, "\(status.connections) connections are still open")
        expect(status.objectCount == 0, "\(status.objectCount) objects are still stored")
        for engine in status.engines {
            expect(engine.state == "ready", "engine \(engine.index) is \(engine.state)")
            let report = engine.report
            let held = Int64(clamping: report.keyValueBytes)
            let cached = Int64(clamping: report.prefixCacheBytes)
            expect(held <= cached, "engine \(engine.index) holds \(held - cached) KV bytes")
            expect(
                report.captureBytes == 0,
                "engine \(engine.index) holds \(report.captureBytes) capture bytes")
        }
        expect(
            after.descriptorCount <= before.descriptorCount,
            "\(after.descriptorCount) descriptors, \(before.descriptorCount) before")
        let growth = after.residentByteCount - before.residentByteCount
        expect(growth < 128 << 20, "the supervisor grew by \(growth) bytes")
        return leaks
    }
}

/// What a storm came to.
struct ChaosReport {
    let seed: UInt64
    let seconds: Int
    let counts: Tally.Counts
    /// What was still held when all was calm.
    let leaks: [String]

    var isGood: Bool { counts.wrong == 0 && counts.lost == 0 && leaks.isEmpty }

    var members: [(String, Int)] {
        [
            ("seconds", seconds), ("right", counts.right), ("partial", counts.partial),
            ("retried", counts.retried), ("wrong", counts.wrong), ("lost", counts.lost),
            ("leaks", leaks.count), ("engine_kills", counts.engineKills),
            ("engine_stops", counts.engineStops),
            ("fork_server_kills", counts.forkServerKills), ("client_kills", counts.clientKills),
            ("stalled_readers", counts.stalledReaders), ("cancels", counts.cancels),
            ("deadlines", counts.deadlines), ("quota_refusals", counts.quotaRefusals),
        ]
    }
}
