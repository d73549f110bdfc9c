import Build
import Configuration
import Daemon
import Foundation
import Kernels

extension ServeSettings {
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

    /// What the processes that have to do with the model are told on their command line.
    ///
    /// A path may begin as options do, so that each value is one word with its name.
    var engineArguments: [String] {
        [
            EngineCommand.commandName, "--model=\(modelPath)", "--weights=\(form.rawValue)",
            "--threads=\(threadCount)", "--model-name=\(modelName)",
            "--cache-bytes=\(configuration.cacheBytes)",
        ] + prefixArguments
    }

    private var prefixArguments: [String] {
        var arguments: [String] = []
        if case .bytes(let count) = configuration.prefixCacheBytes {
            arguments.append("--prefix-cache-bytes=\(count)")
        }
        return arguments + (configuration.prefixCacheIsShared ? [] : ["--private-prefixes"])
    }
}
