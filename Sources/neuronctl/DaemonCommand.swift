import ArgumentParser
import Build
import NeurondClient
import Wire

/// A command that can answer in JSON.
protocol JSONCommand {
    /// Whether answers and errors are JSON.
    var isJSON: Bool { get }
}

/// A command that talks to a daemon.
protocol DaemonCommand: AsyncParsableCommand, JSONCommand {
    /// Options that every command has.
    var connection: ConnectionOptions { get }

    /// Does the work on a connected client.
    func run(_ client: Client, _ console: Console) async throws
}

extension DaemonCommand {
    var isJSON: Bool { connection.json }

    mutating func run() async throws {
        let console = Console.current
        let client = try await connection.connect(console)
        defer { client.close() }
        try await run(client, console)
    }
}

extension ConnectionOptions {
    /// Connects to the daemon that the options and the environment name.
    func connect(_ console: Console) async throws -> Client {
        try await Client.connect(
            to: resolvedAddress(console.environment),
            options: ConnectOptions(
                token: ConnectOptions.token(file: tokenFile, environment: console.environment),
                agent: "neuronctl/\(Build.version)"))
    }
}

extension AnswerStream {
    /// What a stream that has been read ended with.
    ///
    /// - Throws: `NeurondError` where it ended without: the answer is then incomplete.
    func end() throws -> Trailers {
        if let trailers { return trailers }
        throw NeurondError(
            origin: .connection, code: .internal, reason: "MALFORMED_REPLY",
            message: "the daemon's answer stopped before its end")
    }
}

/// The root: a list of commands.
struct Neuronctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "neuronctl",
        abstract: "Ask a neurond daemon.",
        discussion: """
            Data goes to standard output, progress to standard error. Exit codes: 0 done, \
            1 failed, 2 wrong usage, 130 interrupted. A token for daemons that ask for one is \
            read from --token-file, $NEUROND_TOKEN, or the file that $NEUROND_TOKEN_FILE names.

            Example: neuronctl generate '2+3=' --max-tokens 4 --hook 'zero L1N7 at last'
            """,
        version: Build.version,
        subcommands: [
            StatusCommand.self, TopCommand.self, CapabilitiesCommand.self, TokenizeCommand.self,
            DetokenizeCommand.self, GenerateCommand.self, ForwardCommand.self, ScoreCommand.self,
            StatisticsCommand.self, ProjectCommand.self, ColumnsCommand.self,
            ExplainCommand.self, ObjectsCommand.self, EvaluateCommand.self, StudyCommand.self,
            PingCommand.self,
        ])
}
