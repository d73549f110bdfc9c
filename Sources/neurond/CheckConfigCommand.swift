import ArgumentParser
import Configuration
import Daemon
import Foundation
import Settings

/// Says what a configuration file means, or what is wrong with it.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Read a configuration file: print every value that would hold.",
        discussion: """
            All mistakes are told at once, one line each, and the exit status is 1. The file of \
            tokens is looked at as well. Variables and options, which beat the file, are left out.

            Example: neurond check-config /etc/neurond/neurond.toml --json
            """)

    @Argument(help: "The file; Ops/neurond.toml shows every key.")
    var file: String

    @Flag(help: "Print one JSON object with values and problems.")
    var json = false

    private struct Report: Encodable {
        var values: [String: SettingValue] = [:]
        var problems: [String] = []
    }

    func run() throws {
        let configuration: DaemonConfiguration
        do {
            configuration = try read()
            try checkTokens(configuration.tokensFile)
        } catch let error as ConfigurationProblems {
            try report(error.problems.map(\.description))
            throw ExitCode.failure
        } catch let error as TokenFile.Refusal {
            try report(["\(error)"])
            throw ExitCode.failure
        }
        guard json else {
            for (path, value) in configuration.values { print("\(path) = \(value)") }
            return
        }
        let values = configuration.values.map { ($0.path, $0.value) }
        try print(Report(values: Dictionary(uniqueKeysWithValues: values)))
    }

    private func read() throws(ConfigurationProblems) -> DaemonConfiguration {
        let file: ConfigurationFile
        do throws(ConfigurationProblem) {
            file = try ConfigurationFile(path: self.file)
        } catch {
            throw ConfigurationProblems([error])
        }
        return try ConfigurationSources(file: file).resolve()
    }

    /// Reads the file of tokens as the user who calls would, for rules that only it can break.
    private func checkTokens(_ path: String) throws(TokenFile.Refusal) {
        guard !path.isEmpty else { return }
        _ = try TokenFile(path: path, user: geteuid())
    }

    private func report(_ problems: [String]) throws {
        if json { return try print(Report(problems: problems)) }
        let text = problems.map { "\($0)\n" }.joined()
        FileHandle.standardError.write(Data(text.utf8))
    }

    private func print(_ report: Report) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Swift.print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private func print(_ line: String) { Swift.print(line) }
}
