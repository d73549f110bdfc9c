public import EventLoop
public import Supervision

/// What a daemon is told at its start; a value that nobody gives is as here.
public struct DaemonConfiguration: Sendable, Equatable {
    /// How log lines look.
    public enum LogFormat: String, Sendable, CaseIterable {
        /// For people.
        case text
        /// One JSON object a line.
        case json
    }

    /// How much of the attention state may hold prefixes for later requests.
    public enum PrefixCacheSize: Sendable, Equatable {
        /// Whatever running requests do not need.
        case all
        /// At most so many bytes; 0 is no cache.
        case bytes(Int)
    }

    /// The model as `PATH` or `NAME=PATH`; empty when none is named.
    public var model = ""
    /// Where clients connect; empty is the usual unix socket.
    public var listen: [Address] = []
    /// Engine processes.
    public var engines = 1
    /// Compute threads of each engine; nil is one for each physical core.
    public var threads: Int?
    /// The form of the weights in memory, by its name.
    public var weights = "int8"
    /// Bytes of attention state of each engine.
    public var cacheBytes = 1_073_741_824
    /// Least important messages that are logged, by the level's name.
    public var logLevel = "info"
    /// How log lines look.
    public var logFormat = LogFormat.text
    /// Permissions of the socket files.
    public var socketMode: UInt16 = 0o660
    /// Group of the socket files; nil is the process's own.
    public var socketGroup: UInt32?
    /// Who is let in, and with which role; the owners are the daemon's to add.
    public var access = AccessPolicy()
    /// The file of tokens; empty is none.
    public var tokensFile = ""
    /// Bounds.
    public var limits = ServingLimits()
    /// Shares and quotas.
    public var quotas = QuotaSettings()
    /// How much attention state is kept for later requests.
    public var prefixCacheBytes = PrefixCacheSize.all
    /// Whether requests of different identities share kept prefixes.
    public var prefixCacheIsShared = true
    /// Where metrics are served; nil is nowhere.
    public var metricsListen: Address?

    /// The configuration of a daemon that is told nothing.
    public init() {}
}
