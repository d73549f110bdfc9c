import ArgumentParser
import Configuration
import Daemon
import EventLoop
import Foundation
import Logging
import Supervision

/// Serves a model until a signal ends it.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Load a model and serve it.",
        discussion: """
            The model is loaded and packed once; all engines read the same memory. SIGTERM and \
            SIGINT finish what runs, a second one stops at once (exit status 1 if a request was \
            lost). TCP addresses need a file of tokens.

            Everything can also be said in a TOML file: Ops/neurond.toml shows every key. The \
            option beats the variable, the variable beats the file. SIGHUP reads the file again.

            Example: neurond serve --model model.gguf --weights int8
            """)

    @Option(help: "TOML file with any of the values below, and more. [NEUROND_CONFIG]")
    var config: String?

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

    @Option(help: "Compute threads per engine. [NEUROND_THREADS] (default: 0, physical cores)")
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

    @Option(help: "Log lines: text or json. [NEUROND_LOG_FORMAT] (default: text)")
    var logFormat: String?

    @Option(help: "File of tokens, for TCP addresses. [NEUROND_TOKENS_FILE] (default: none)")
    var tokensFile: String?

    @Option(
        help: ArgumentHelp(
            "Where to serve metrics over HTTP. [NEUROND_METRICS_LISTEN] (default: nowhere)",
            valueName: "address"))
    var metricsListen: String?

    func validate() throws {
        // Wrong values are reported with this command's usage, before anything happens.
        do {
            _ = try ServeSettings(self)
        } catch let error as ConfigurationProblems where error.isUsage {
            throw ValidationError("\(error)")
        } catch is ConfigurationProblems {
            // The file's mistakes are no wrong usage; `run` reports them.
        }
    }

    func run() throws {
        let settings = try ServeSettings(self)
        let manager = try ServiceManager.takeFromEnvironment()
        let inheritsSockets = !manager.sockets.isEmpty
        let format = LogFormat(rawValue: settings.configuration.logFormat.rawValue) ?? .text
        let writer = LogWriter()
        defer { writer.close() }
        var logger = Logger(label: "neurond") { _ in LineLogHandler(writer, format: format) }
        logger.logLevel = settings.logLevel
        if settings.listensByDefault && !inheritsSockets { DefaultAddress.prepare() }
        raiseDescriptorLimit(settings.configuration.limits.connections, logger)
        let isClean = try ServeProcess.run(
            settings.supervisorConfiguration(inheritsSockets: inheritsSockets), logger: logger,
            manager: manager)
        if !isClean { throw ExitCode.failure }
    }

    private func raiseDescriptorLimit(_ connections: Int, _ logger: Logger) {
        let wanted = connections + DaemonLimits.ownDescriptorCount
        let limit = DescriptorLimit.raise(to: wanted)
        guard limit < wanted else { return }
        logger.warning(
            "too few file descriptors for limits.connections",
            metadata: ["limit": "\(limit)", "wanted": "\(wanted)"])
    }

    /// What this command line, the variables and the file say together.
    var sources: ConfigurationSources {
        get throws(ConfigurationProblems) {
            let variables = ProcessInfo.processInfo.environment
            let path = config ?? variables["NEUROND_CONFIG"] ?? ""
            var file: ConfigurationFile?
            do throws(ConfigurationProblem) {
                if !path.isEmpty { file = try ConfigurationFile(path: path) }
            } catch {
                throw ConfigurationProblems([error])
            }
            return ConfigurationSources(file: file, variables: variables, options: options)
        }
    }

    private var options: [ConfigurationOption] {
        func option(_ path: String, _ name: String, _ text: String?) -> ConfigurationOption {
            ConfigurationOption(path, name, text.map { [$0] } ?? [])
        }
        return [
            option("model", "--model", model),
            ConfigurationOption("listen", "--listen", listen),
            option("engines", "--engines", engines),
            option("threads", "--threads", threads),
            option("weights", "--weights", weights),
            option("cache_bytes", "--cache-bytes", cacheBytes),
            option("log.level", "--log-level", logLevel),
            option("log.format", "--log-format", logFormat),
            option("tokens.file", "--tokens-file", tokensFile),
            option("metrics.listen", "--metrics-listen", metricsListen),
        ]
    }
}
