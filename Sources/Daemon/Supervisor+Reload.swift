import Logging
import Supervision

/// What reading the configuration again gave.
public struct ReloadedConfiguration: Sendable {
    /// As at the start; only what can change is taken from it.
    public let configuration: SupervisorConfiguration
    /// Keys that have changed and that only a new start takes up.
    public let keysForRestart: [String]

    /// A configuration, and the keys in it that need a restart.
    public init(_ configuration: SupervisorConfiguration, keysForRestart: [String]) {
        self.configuration = configuration
        self.keysForRestart = keysForRestart
    }
}

extension SupervisorConfiguration {
    /// Takes over what a running supervisor can change, and nothing else.
    mutating func takeLive(from other: SupervisorConfiguration) {
        access = other.access
        tokens = other.tokens
        quotas = other.quotas
        limits = other.limits
        metricsAddress = other.metricsAddress
        logLevel = other.logLevel
    }
}

extension Supervisor {
    /// Gives the configuration's bounds to those who keep them.
    private func applyLimits() {
        queue.configure(limits: configuration.limits, quotas: configuration.quotas)
        drain.limitMilliseconds = UInt64(configuration.limits.drainSeconds) * 1_000
    }

    /// Takes up what was read, or leaves everything as it was where that failed.
    func reload(_ result: Result<ReloadedConfiguration, any Error>) {
        switch result {
        case .failure(let error):
            logger.error("configuration not reloaded", metadata: ["error": "\(error)"])
        case .success(let reloaded):
            configuration.takeLive(from: reloaded.configuration)
            authenticator = Authenticator(configuration.tokens)
            moveMetrics()
            logger.logLevel = configuration.logLevel ?? logger.logLevel
            reviewSessions()
            applyLimits()
            for key in reloaded.keysForRestart {
                logger.warning("this key needs a restart", metadata: ["key": "\(key)"])
            }
            logger.notice("configuration reloaded")
        }
        pump()
        outbox.flush()
    }
}
