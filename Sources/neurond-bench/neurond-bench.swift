// neurond-bench: how fast this package is on this machine, and against what.
//
// It measures kernels against the machine's own peaks (`micro`), the engine in this process
// without sockets (`model`), the same file in other programs in turns with the engine
// (`compare`), and tokenizers (`tokenize`); `make-model` writes models of well-known shapes with
// random weights for it.
//
// What it must never hold: instructions of one processor, which belong to the kernel modules, and
// a number that was not measured in the run that prints it.
//
// Read first: `ModelBench` (what a rate is), `Turns` (how runs alternate), `TextTable`.

import ArgumentParser
import Build
import Foundation

/// The command line of the benchmark.
@main
struct NeurondBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "neurond-bench",
        abstract: "Measures kernels and engine against this machine's limits and other programs.",
        discussion: """
            Tables go to standard output, with --json one JSON object; progress goes to standard \
            error. Exit status: 0 done, 1 failed, 2 wrong usage.

            Example: neurond-bench make-model --shape 0.1b --type q8_0 -o small.gguf
                     neurond-bench model --model small.gguf
            """,
        version: Build.version,
        subcommands: [
            MicroCommand.self, ModelCommand.self, CompareCommand.self, TokenizeCommand.self,
            MakeModelCommand.self,
        ])

    /// Runs the command line; wrong usage exits with 2, as of every tool of this package.
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
        Progress.write(isUsage ? fullMessage(for: error) : "neurond-bench: \(error)")
        return isUsage ? ExitCode(2) : .failure
    }
}
