// neurond: the executable. It parses the command line, composes the modules and runs.
//
// What it must never hold: logic of its own beyond that. Serving is `Daemon.ServeProcess`, engines
// are forked by `Daemon.ForkServer`, each is `Daemon.EngineHost` around `Service.EngineService`,
// models are `ModelFile`.
//
// Read first: `ServeCommand` (what a daemon is composed of), `EngineCommand` (what engines are),
// `ServeSettings` (what it was told).

import ArgumentParser
import Build
import Foundation

/// The command line of the daemon.
@main
struct Neurond: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "neurond",
        abstract: "Keeps a language model in memory and answers hooked forward passes.",
        discussion: """
            Every option has a variable: --threads is NEUROND_THREADS. The option wins. For serve \
            there is also a configuration file, which both beat.
            Exit status: 0 done, 1 failed, 2 wrong usage.

            Example: neurond serve --model model.gguf --listen unix:/tmp/neurond.sock
            """,
        version: Build.version,
        subcommands: [
            ServeCommand.self, CheckConfigCommand.self, InspectCommand.self, TokenizeCommand.self,
            EngineCommand.self,
        ])

    /// Runs the command line; wrong usage exits with 2, as the documentation of all our tools
    /// says, and not with the parser's own 64.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            Foundation.exit(report(error).rawValue)
        }
    }

    private static func report(_ error: any Error) -> ExitCode {
        let code = exitCode(for: error)
        if code == .success {
            print(fullMessage(for: error))
            return .success
        }
        if error is ExitCode { return code }
        let isUsage = code == .validationFailure
        let text = isUsage ? fullMessage(for: error) : "neurond: \(error)"
        FileHandle.standardError.write(Data("\(text)\n".utf8))
        return isUsage ? ExitCode(2) : .failure
    }
}
