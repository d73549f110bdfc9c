import Build
import Configuration
import Daemon
import Engine
import Foundation
import Glibc
import Kernels
import Logging
import ModelFile

extension ServeSettings {
    /// Reads and packs the model into an arena, and gives its descriptor.
    ///
    /// Runs on a thread of its own. The descriptor stays open as long as the process; its mapping
    /// here does not, since only engines look inside.
    func load(logger: Logger) throws -> Int32 {
        let start = DispatchTime.now()
        logger.info("loading", metadata: ["model": "\(modelName)", "path": "\(modelPath)"])
        let source = try ModelSource.open(modelPath)
        var nextTenth = 1
        let arena = try WeightArena.build(from: source, form: form, threads: threadCount) { done in
            guard Int(done * 10) >= nextTenth else { return }
            nextTenth = Int(done * 10) + 1
            logger.info("packing weights", metadata: ["percent": "\(Int(done * 100))"])
        }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
        let manifest = arena.manifest
        logger.info(
            "model ready",
            metadata: [
                "digest": "\(manifest.digest)", "bytes": "\(arena.memory.byteCount)",
                "seconds": "\(Int(seconds.rounded(.up)))", "source": "\(manifest.sourceType)",
                "resident": "\(manifest.form.rawValue)",
                "loss": "\(manifest.conversionLoss?.text ?? "none")",
            ])
        let descriptor = fcntl(arena.memory.fileDescriptor, F_DUPFD_CLOEXEC, 5)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EMFILE) }
        return descriptor
    }

    /// What the supervisor is told; the file of tokens is read for it.
    ///
    /// - Parameter inheritsSockets: whether a service manager has opened sockets, so that the usual
    ///   address is not needed.
    func supervisorConfiguration(inheritsSockets: Bool) throws -> SupervisorConfiguration {
        var result = SupervisorConfiguration(
            addresses: inheritsSockets && listensByDefault ? [] : try addresses,
            engineArguments: engineArguments, build: Build.version)
        result.engineCount = configuration.engines
        result.threadsPerEngine = threadCount
        result.socketMode = configuration.socketMode
        result.socketGroup = configuration.socketGroup
        result.access = configuration.access
        result.tokens = try tokens
        result.logLevel = logLevel
        result.reload = { try reloaded() }
        result.quotas = configuration.quotas
        result.limits = configuration.limits
        result.metricsAddress = configuration.metricsListen
        return result
    }

    private var tokens: TokenFile {
        get throws {
            guard !configuration.tokensFile.isEmpty else { return .none }
            return try TokenFile(path: configuration.tokensFile, user: geteuid())
        }
    }

    /// What the same command line says now, for the daemon that was started with these settings.
    private func reloaded() throws -> ReloadedConfiguration {
        let settings = try reread()
        return ReloadedConfiguration(
            try settings.supervisorConfiguration(inheritsSockets: false),
            keysForRestart: settings.configuration.restartKeys(comparedTo: configuration))
    }

    /// What an engine's process is told on its command line.
    var engineArguments: [String] {
        [
            EngineCommand.commandName, "--threads", "\(threadCount)", "--model-name", modelName,
            "--cache-bytes", "\(configuration.cacheBytes)",
        ] + prefixArguments
    }

    private var prefixArguments: [String] {
        var arguments: [String] = []
        if case .bytes(let count) = configuration.prefixCacheBytes {
            arguments += ["--prefix-cache-bytes", "\(count)"]
        }
        return arguments + (configuration.prefixCacheIsShared ? [] : ["--private-prefixes"])
    }
}
