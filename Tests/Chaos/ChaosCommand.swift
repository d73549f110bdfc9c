import ArgumentParser
import Foundation

/// The daemon under load and under attack, with every answer checked bit for bit.
@main
struct ChaosCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "neurond-chaos",
        abstract: "Run a daemon under mixed load and check every answer.",
        subcommands: [
            StormCommand.self, LoadCommand.self, FairnessCommand.self, RestartCommand.self,
            HeavyCommand.self,
        ],
        defaultSubcommand: StormCommand.self)
}

/// Options of every subcommand.
struct ChaosOptions: ParsableArguments {
    @Option(help: "A model file or directory.")
    var model: String

    @Option(help: "Engine processes.")
    var engines = 1

    @Option(help: "Compute threads of each engine.")
    var threads = 2

    @Option(help: "Chooses requests, hooks and the times of every disturbance.")
    var seed: UInt64 = 1

    @Flag(help: "One JSON object on standard output.")
    var json = false

    func daemon() throws -> TestedDaemon {
        try TestedDaemon(model: model, engines: engines, threads: threads)
    }

    /// Prints figures, then what was wrong on standard error; throws when anything was.
    func finish(
        _ daemon: TestedDaemon, _ figures: [(String, String)], complaints: [String]
    ) throws {
        var complaints = complaints
        if daemon.stop() != 0 { complaints.append("the daemon did not end cleanly") }
        if json {
            let members = figures.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ")
            print("{\(members)}")
        } else {
            for (name, value) in figures {
                print(name.padding(toLength: 24, withPad: " ", startingAt: 0) + value)
            }
        }
        for complaint in complaints { FileHandle.standardError.write(Data("\(complaint)\n".utf8)) }
        if !complaints.isEmpty { throw ExitCode.failure }
    }
}

struct StormCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storm", abstract: "Kill, stop, stall, cancel and crowd while clients work.")

    @OptionGroup var options: ChaosOptions
    @Option(help: "How long.") var seconds = 300
    @Option(help: "Clients that work all the time.") var clients = 12

    func run() async throws {
        let daemon = try options.daemon()
        let report = try await Storm(
            daemon: daemon, seed: options.seed, seconds: seconds, clientCount: clients
        ).run()
        try options.finish(
            daemon, [("seed", "\(options.seed)")] + report.members.map { ($0.0, "\($0.1)") },
            complaints: report.counts.complaints + report.leaks)
    }
}

struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Many clients at once; every answer equals its solo run.")

    @OptionGroup var options: ChaosOptions
    @Option(help: "Requests in all.") var requests = 2_000
    @Option(help: "Clients.") var clients = 32
    @Option(help: "Tokens of each generation that is timed.") var tokens = 64

    func run() async throws {
        let daemon = try options.daemon()
        let report = try await Load(
            daemon: daemon, seed: options.seed, requestCount: requests, clientCount: clients,
            decodedTokens: tokens
        ).run()
        try options.finish(
            daemon,
            [
                ("requests", "\(report.requests)"), ("wrong", "\(report.wrong)"),
                ("tokens_per_second_1", "\(report.alone)"),
                ("tokens_per_second_16", "\(report.sixteen)"),
                ("speedup", "\(report.sixteen / report.alone)"),
                ("mean_wait_seconds", "\(report.meanWait)"),
                ("longest_over_mean", "\(report.longestWait / report.meanWait)"),
            ], complaints: report.complaints)
    }
}

struct FairnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fairness",
        abstract: "What a user with a full queue costs one who asks small things.")

    @OptionGroup var options: ChaosOptions
    @Option(help: "Requests that the heavy user keeps open.") var items = 500
    @Option(help: "Small requests that are timed.") var questions = 50

    func run() async throws {
        let daemon = try options.daemon()
        let report = try await Fairness(
            daemon: daemon, seed: options.seed, itemCount: items, questionCount: questions
        ).run()
        try options.finish(
            daemon,
            [
                ("median_alone_seconds", "\(report.alone)"),
                ("median_besides_seconds", "\(report.besides)"), ("ratio", "\(report.ratio)"),
                ("two_identities", "\(report.hasTwoIdentities)"),
                ("still_open", "\(report.stillOpen)"),
            ], complaints: report.stillOpen > 0 ? [] : ["the heavy user had nothing open"])
    }
}

struct RestartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart",
        abstract: "How soon a daemon answers after its start, and after its engine was killed.")

    @OptionGroup var options: ChaosOptions
    @Option(help: "How often the engine is killed.") var deaths = 5

    func validate() throws {
        guard deaths > 0 else { throw ValidationError("--deaths: at least 1") }
    }

    func run() async throws {
        let start = ContinuousClock.now
        let daemon = try options.daemon()
        let report = try await Restart(
            daemon: daemon, start: start, seed: options.seed, deathCount: deaths
        ).run()
        try options.finish(
            daemon,
            [
                ("first_answer_seconds", "\(report.firstAnswer)"),
                ("request_seconds", "\(report.request)"),
                ("restart_seconds", "\(report.median)"),
                ("longest_restart_seconds", "\(report.longest)"), ("wrong", "\(report.wrong)"),
            ], complaints: report.wrong > 0 ? ["an answer differs after a restart"] : [])
    }
}

/// The heavy user of `fairness`, as a process that can be another user's.
struct HeavyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "heavy", shouldDisplay: false)

    @Option var address: String
    @Option var items: Int
    @Option var seed: UInt64

    func run() async throws {
        try await HeavyUser.run(address: address, items: items, seed: seed)
    }
}
