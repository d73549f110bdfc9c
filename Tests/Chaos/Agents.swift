import EventLoop
import Foundation
import Messages
import NeurondClient
import Wire

/// What disturbs the daemon while it works; each runs until its task is cancelled.
struct Agents: Sendable {
    let address: Address
    let tally: Tally
    let seed: UInt64

    /// Pauses between two acts of one agent, in milliseconds.
    private func pause(_ random: inout SeededNumbers, _ range: ClosedRange<Int>) async -> Bool {
        let milliseconds = range.lowerBound + random.below(range.count)
        try? await Task.sleep(for: .milliseconds(milliseconds))
        return !Task.isCancelled
    }

    /// Kills an engine every few seconds; every fifth is stopped, for the watchdog to find.
    ///
    /// A kill follows the engine's recovery, so that the daemon always has one to work with.
    func killEngines(_ client: Client) async {
        var random = SeededNumbers(seed: seed ^ 1)
        var number = 0
        while await pause(&random, 2_000...9_000) {
            guard let status = try? await client.status(),
                let engine = status.engines.filter({ $0.state == "ready" }).randomElement()
            else { continue }
            number += 1
            let isStop = number.isMultiple(of: 5)
            guard kill(engine.process, isStop ? SIGSTOP : SIGKILL) == 0 else { continue }
            tally.count { if isStop { $0.engineStops += 1 } else { $0.engineKills += 1 } }
        }
    }

    /// Kills the process that engines are forked from, early on and then seldom.
    ///
    /// The daemon gives up over one that keeps dying: each has served for a while before it is the
    /// next one's turn.
    func killForkServers(of daemon: Int32, _ client: Client) async {
        var random = SeededNumbers(seed: seed ^ 4)
        var pauses = 3_000...6_000
        while await pause(&random, pauses) {
            guard let status = try? await client.status(),
                status.engines.allSatisfy({ $0.state == "ready" }),
                let process = TestedDaemon.child(of: daemon), kill(process, SIGKILL) == 0
            else { continue }
            pauses = 20_000...40_000
            tally.count { $0.forkServerKills += 1 }
        }
    }

    /// Starts clients as processes of their own and kills them in the middle of their work.
    func killClients(items: URL) async {
        var random = SeededNumbers(seed: seed ^ 2)
        while !Task.isCancelled {
            let child = Process()
            child.executableURL = TestedDaemon.products.appending(path: "neuronctl")
            child.arguments = [
                "forward", "--items", items.path, "--address", "\(address)", "--json",
            ]
            child.standardOutput = FileHandle.nullDevice
            child.standardError = FileHandle.nullDevice
            guard (try? child.run()) != nil else { return tally.complain("no neuronctl to kill") }
            _ = await pause(&random, 100...5_000)
            kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
            tally.count { $0.clientKills += 1 }
        }
    }

    /// Asks for more than a stream's window holds, takes a little, waits, and takes the rest.
    func stall(_ client: Client, _ work: Work, right: [Piece], number: Int) async {
        while !Task.isCancelled {
            tally.count { $0.stalledReaders += 1 }
            let outcome = await work.run(on: client) { count in
                if count == 3 { try? await Task.sleep(for: .seconds(8)) }
                return !Task.isCancelled
            }
            let again = tally.judge(
                outcome, against: right, allowing: [.cancelled], name: "stalled reader \(number)")
            if again { try? await Task.sleep(for: outcome.error?.retryAfter ?? .seconds(1)) }
        }
    }

    /// Fills the queue and gives it all up: others are refused for a while, and told when to
    /// come again.
    func fillQueue(_ work: Work) async {
        var random = SeededNumbers(seed: seed ^ 3)
        while await pause(&random, 3_000...8_000) {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask { await crowd(work) }
                }
            }
        }
    }

    /// One connection with as many streams as it may have, given up after a moment.
    private func crowd(_ work: Work) async {
        guard let client = try? await Client.connect(to: address) else { return }
        defer { client.close() }
        let calls = (0..<120).map { _ in
            Task {
                let outcome = await work.run(on: client)
                guard outcome.error?.code == .resourceExhausted else { return }
                tally.count { $0.quotaRefusals += 1 }
            }
        }
        try? await Task.sleep(for: .milliseconds(300))
        for call in calls { call.cancel() }
        for call in calls { await call.value }
    }
}
