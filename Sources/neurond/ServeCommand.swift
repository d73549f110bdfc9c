import ArgumentParser
import Daemon
import Engine
import EventLoop
import Foundation
import Kernels
import Logging
import ModelFile

/// Serves a model until a signal ends it.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Load a model and serve it.",
        discussion: """
            The model is loaded and packed once; every engine maps the same memory. SIGTERM and \
            SIGINT finish what runs, a second one stops at once (exit status 1 if a request was \
            lost). TCP addresses must be loopback addresses.

            Example: neurond serve --model model.gguf --weights int8
            """)

    @Option(help: "Model file or directory, as PATH or NAME=PATH. [NEUROND_MODEL]")
    var model: String?

    @Option(
        help: ArgumentHelp(
            """
            Where to listen: unix:PATH or tcp:HOST:PORT; may be repeated. \
            [NEUROND_LISTEN, separated by commas] \
            (default: unix:$XDG_RUNTIME_DIR/neurond.sock, else unix:/run/neurond/neurond.sock)
            """, valueName: "address"))
    var listen: [String] = []

    @Option(help: "Engine processes. [NEUROND_ENGINES] (default: 1)")
    var engines: String?

    @Option(help: "Compute threads per engine. [NEUROND_THREADS] (default: physical cores)")
    var threads: String?

    @Option(
        help: "Weights in memory: int8, f16 or f32. [NEUROND_WEIGHTS] (default: int8)")
    var weights: String?

    @Option(
        help: "Bytes of attention state per engine. [NEUROND_CACHE_BYTES] (default: 1 GiB)")
    var cacheBytes: String?

    @Option(
        help: """
            Least important messages to log: trace, debug, info, notice, warning, error, critical. \
            [NEUROND_LOG_LEVEL] (default: info)
            """)
    var logLevel: String?

    func validate() throws {
        // Wrong values are reported with this command's usage, before anything happens.
        _ = try ServeSettings(self)
    }

    func run() throws {
        let settings = try ServeSettings(self)
        var logger = Logger(label: "neurond") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = settings.logLevel
        if settings.listensByDefault { DefaultAddress.prepare() }
        let isClean = try ServeProcess.run(logger: logger) { [logger] in
            try settings.load(logger: logger)
        }
        if !isClean { throw ExitCode.failure }
    }
}

/// The options of ``ServeCommand`` with variables and defaults applied.
struct ServeSettings {
    let modelName: String
    let modelPath: String
    let addresses: [Address]
    let listensByDefault: Bool
    let engineCount: Int
    let threadCount: Int
    let form: WeightForm
    let cacheByteCount: Int?
    let logLevel: Logger.Level

    /// Checks every value before anything is loaded.
    init(_ command: ServeCommand) throws {
        let given = try Settings.value(
            command.model, "--model", "NEUROND_MODEL", accepted: "PATH or NAME=PATH", parse: { $0 })
        guard let given else {
            throw ValidationError("no model: give --model PATH or set NEUROND_MODEL")
        }
        (modelName, modelPath) = Self.split(given)
        var texts = Settings.list(command.listen, "NEUROND_LISTEN")
        listensByDefault = texts.isEmpty
        if listensByDefault { texts = [DefaultAddress.text] }
        addresses = try texts.map(Self.address)
        engineCount =
            try Settings.number(command.engines, "--engines", "NEUROND_ENGINES", in: 1...64) ?? 1
        threadCount =
            try Settings.number(command.threads, "--threads", "NEUROND_THREADS", in: 1...1_024)
            ?? ProcessorCount.physicalCores
        form =
            try Settings.value(
                command.weights, "--weights", "NEUROND_WEIGHTS", accepted: "int8, f16, f32",
                parse: { WeightForm(rawValue: $0) }) ?? .int8
        cacheByteCount = try Settings.number(
            command.cacheBytes, "--cache-bytes", "NEUROND_CACHE_BYTES", in: 1...(1 << 46))
        logLevel =
            try Settings.value(
                command.logLevel, "--log-level", "NEUROND_LOG_LEVEL",
                accepted: Logger.Level.allCases.map(\.rawValue).joined(separator: ", "),
                parse: { Logger.Level(rawValue: $0) }) ?? .info
    }

    /// `NAME=PATH`, or a path whose last part, without its extension, becomes the name.
    private static func split(_ text: String) -> (name: String, path: String) {
        let parts = text.split(separator: "=", maxSplits: 1)
        if parts.count == 2, !parts[0].contains("/") {
            return (String(parts[0]), String(parts[1]))
        }
        return (URL(fileURLWithPath: text).deletingPathExtension().lastPathComponent, text)
    }

    private static func address(_ text: String) throws -> Address {
        let address: Address
        do {
            address = try Address(parsing: text)
        } catch {
            throw ValidationError("\(error)")
        }
        guard address.isLocal else {
            throw ValidationError(
                "\(address): only loopback TCP addresses are served, because TCP clients are "
                    + "not authenticated; accepted: 127.0.0.0/8, [::1], localhost")
        }
        return address
    }
}
