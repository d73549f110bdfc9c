import ArgumentParser
import Configuration
import Foundation

/// Says what a configuration file means, or what is wrong with it.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Read a configuration file: print every value that would hold.",
        discussion: """
            All mistakes are told at once, one line each, and the exit status is 1. Variables and \
            options, which beat the file, are left out.

            Example: neurond check-config /etc/neurond/neurond.toml --json
            """)

    @Argument(help: "The file; Ops/neurond.toml shows every key.")
    var file: String

    @Flag(help: "Print one JSON object with values and problems.")
    var json = false

    private struct Report: Encodable {
        var values: [String: RawValue] = [:]
        var problems: [String] = []
    }

    func run() throws {
        let configuration: DaemonConfiguration
        do {
            configuration = try read()
        } catch {
            try report(error)
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

    private func report(_ error: ConfigurationProblems) throws {
        if json { return try print(Report(problems: error.problems.map(\.description))) }
        FileHandle.standardError.write(Data("\(error)\n".utf8))
    }

    private func print(_ report: Report) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Swift.print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    private func print(_ line: String) { Swift.print(line) }
}
