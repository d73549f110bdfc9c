import EventLoop
import Foundation
import Messages
import NeurondClient

/// One user with hundreds of queued items beside one who asks small things one at a time.
struct Fairness {
    let daemon: TestedDaemon
    let seed: UInt64
    let itemCount: Int
    let questionCount: Int

    /// Medians of the small requests' times, in seconds.
    struct Report {
        var alone = 0.0
        var besides = 0.0
        /// Whether the heavy user was another one for the daemon.
        var hasTwoIdentities = false
        /// Heavy requests that were still open when the last small one was answered.
        var stillOpen = 0

        var ratio: Double { besides / alone }
    }

    /// The user as whom the heavy client runs, where that is allowed: nobody.
    private static let otherUser = "65534"

    func run() async throws -> Report {
        let client = try await daemon.connect()
        defer { client.close() }
        let vocabulary = Int(try await client.capabilities().models.first?.vocabulary ?? 0)
        var pool = WorkPool(seed: seed, vocabulary: vocabulary)
        let question = Work.generate(try pool.generation(tokens: 16))
        var report = Report()
        report.alone = try await median(question, client)
        let (heavy, isOther) = try startHeavyUser()
        report.hasTwoIdentities = isOther
        while try await client.status().running < 2 {
            guard heavy.isRunning else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        report.besides = try await median(question, client)
        let status = try await client.status()
        report.stillOpen = Int(status.running) + Int(status.queued)
        kill(heavy.processIdentifier, SIGKILL)
        heavy.waitUntilExit()
        return report
    }

    private func median(_ work: Work, _ client: Client) async throws -> Double {
        var times: [Double] = []
        for _ in 0..<questionCount {
            let start = ContinuousClock.now
            if let error = await work.run(on: client).error { throw error }
            times.append((ContinuousClock.now - start) / .seconds(1))
        }
        return times.sorted()[times.count / 2]
    }

    /// This program again as the heavy user: as another one where we are root.
    private func startHeavyUser() throws -> (process: Process, isOther: Bool) {
        let heavy = Process()
        let program = TestedDaemon.products.appending(path: "neurond-chaos")
        let words = [
            "heavy", "--address", "\(daemon.address)", "--items", "\(itemCount)",
            "--seed", "\(seed)",
        ]
        let isRoot = geteuid() == 0
        if isRoot {
            daemon.openSocketToAll()
            heavy.executableURL = URL(filePath: "/usr/bin/env")
            heavy.arguments =
                ["setpriv", "--reuid", Self.otherUser, "--clear-groups", program.path]
                + words
        } else {
            heavy.executableURL = program
            heavy.arguments = words
        }
        try heavy.run()
        return (heavy, isRoot)
    }
}

/// The heavy user: all items at once, over as many connections as that takes.
enum HeavyUser {
    static func run(address: String, items: Int, seed: UInt64) async throws {
        let clients = try await connect(address, (items + 99) / 100)
        defer { for client in clients { client.close() } }
        let vocabulary = Int(try await clients[0].capabilities().models.first?.vocabulary ?? 0)
        var pool = WorkPool(seed: seed &+ 1, vocabulary: vocabulary)
        let work = try pool.mixed(64).filter { if case .generate = $0 { false } else { true } }
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<items {
                group.addTask {
                    let client = clients[index % clients.count]
                    // For ever: whoever started this ends it.
                    while !Task.isCancelled {
                        let outcome = await work[index % work.count].run(on: client)
                        guard let error = outcome.error else { continue }
                        guard error.isRetryable, error.origin == .daemon else { return }
                        try? await Task.sleep(for: error.retryAfter ?? .seconds(1))
                    }
                }
            }
        }
    }

    private static func connect(_ address: String, _ count: Int) async throws -> [Client] {
        var clients: [Client] = []
        for _ in 0..<count {
            clients.append(try await Client.connect(to: .init(parsing: address)))
        }
        return clients
    }
}
