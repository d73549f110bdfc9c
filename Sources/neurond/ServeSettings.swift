import ArgumentParser
import Configuration
import EventLoop
import Foundation
import Kernels
import Logging
import Supervision

/// What `serve` was told, checked, with what the machine decides filled in.
struct ServeSettings: Sendable {
    let configuration: DaemonConfiguration
    let modelName: String
    let modelPath: String
    private let command: ServeCommand

    /// Checks every value before anything is loaded.
    init(_ command: ServeCommand) throws {
        self.command = command
        configuration = try Self.read(command)
        guard !configuration.model.isEmpty else {
            throw ValidationError(
                "no model: give --model PATH, or set NEUROND_MODEL, or model in the configuration")
        }
        (modelName, modelPath) = Self.split(configuration.model)
    }

    /// Reads variables and file again, as the same command line would now.
    func reread() throws -> ServeSettings { try ServeSettings(command) }

    private static func read(_ command: ServeCommand) throws -> DaemonConfiguration {
        var configuration = try command.sources.resolve()
        configuration.access.owners = [0, geteuid()]
        return configuration
    }

    var listensByDefault: Bool { configuration.listen.isEmpty }

    var addresses: [Address] {
        get throws {
            guard listensByDefault else { return configuration.listen }
            return [try Address(parsing: DefaultAddress.text)]
        }
    }

    var threadCount: Int { configuration.threads ?? ProcessorCount.physicalCores }

    var form: WeightForm {
        guard let form = WeightForm(rawValue: configuration.weights) else {
            preconditionFailure("the configuration took a form that there is none of")
        }
        return form
    }

    var logLevel: Logger.Level {
        guard let level = Logger.Level(rawValue: configuration.logLevel) else {
            preconditionFailure("the configuration took a level that there is none of")
        }
        return level
    }

    /// `NAME=PATH`, or a path whose last part, without its extension, becomes the name.
    private static func split(_ text: String) -> (name: String, path: String) {
        let parts = text.split(separator: "=", maxSplits: 1)
        if parts.count == 2, !parts[0].contains("/") {
            return (String(parts[0]), String(parts[1]))
        }
        return (URL(fileURLWithPath: text).deletingPathExtension().lastPathComponent, text)
    }
}
