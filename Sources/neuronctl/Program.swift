import ArgumentParser
import Foundation
import Hooks
import NeurondClient
import Studies
import Wire

/// The whole program as a function: arguments in, exit code out.
enum Program {
    /// Done.
    static let success: Int32 = 0
    /// The request failed.
    static let failure: Int32 = 1
    /// The command line makes no sense.
    static let usage: Int32 = 2
    /// Interrupted by the user.
    static let interrupted: Int32 = 130

    /// Parses and runs one command.
    static func run(_ arguments: [String], console: Console) async -> Int32 {
        await Console.$current.withValue(console) {
            let command: any ParsableCommand
            do {
                command = try Neuronctl.parseAsRoot(arguments)
            } catch {
                return reject(error, arguments.contains("--json"), console)
            }
            return await execute(command, console)
        }
    }

    private static func execute(_ command: any ParsableCommand, _ console: Console) async -> Int32 {
        let isJSON = (command as? any JSONCommand)?.isJSON ?? false
        do {
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                var command = command
                try command.run()
            }
            return success
        } catch let error as NeurondError where error.code == .cancelled && Task.isCancelled {
            console.note("interrupted")
            return interrupted
        } catch is CancellationError where Task.isCancelled {
            console.note("interrupted")
            return interrupted
        } catch let error as UsageError {
            report(code: "USAGE", reason: "USAGE", message: error.message, isJSON, console)
            return usage
        } catch let error as NeurondError {
            report(
                code: "\(error.code)", reason: error.reason,
                message: isJSON ? error.message : "\(error)", isJSON, console)
            return failure
        } catch let error as StudyError {
            report(
                code: error.isUsage ? "USAGE" : "failedPrecondition", reason: error.reason,
                message: error.message, isJSON, console)
            return error.isUsage ? usage : failure
        } catch let error as HookError {
            report(
                code: "invalidArgument", reason: error.reason, message: "\(error)", isJSON,
                console)
            return failure
        } catch let error as FileError {
            report(
                code: "failedPrecondition", reason: "FILE", message: error.message, isJSON,
                console)
            return failure
        } catch {
            let isUsage = [.success, .validationFailure].contains(Neuronctl.exitCode(for: error))
            if isUsage { return reject(error, isJSON, console) }
            report(code: "unknown", reason: "", message: "\(error)", isJSON, console)
            return failure
        }
    }

    /// Help and version are answers; anything else that parsing throws is wrong usage.
    private static func reject(
        _ error: any Error, _ isJSON: Bool, _ console: Console
    ) -> Int32 {
        let text = Neuronctl.fullMessage(for: error)
        if Neuronctl.exitCode(for: error) == .success {
            console.print(text)
            return success
        }
        if isJSON {
            let message = Neuronctl.message(for: error)
            report(code: "USAGE", reason: "USAGE", message: message, isJSON, console)
        } else {
            console.note(text)
        }
        return usage
    }

    private static func report(
        code: String, reason: String, message: String, _ isJSON: Bool, _ console: Console
    ) {
        if isJSON {
            let fields: JSON = [
                "code": .string(upperCased(code)), "reason": .string(reason),
                "message": .string(message),
            ]
            console.print(JSON.object([("error", fields)]).text)
        } else {
            console.failure(message)
        }
    }

    /// `invalidArgument` as `INVALID_ARGUMENT`, the spelling of the protocol.
    private static func upperCased(_ code: String) -> String {
        code.reduce(into: "") { text, character in
            if character.isUppercase && text.last?.isLowercase == true { text += "_" }
            text.append(character)
        }.uppercased()
    }
}

/// A command line that parses but makes no sense.
struct UsageError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

/// A file of the user's that cannot be read or written.
struct FileError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
