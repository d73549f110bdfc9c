/// What one identity may have at once; plain values from the configuration.
public struct Quota: Sendable, Equatable {
    /// Share of the engines while others wait as well, relative to the others' weights.
    public var weight = 1
    /// Requests that run or wait; 0 is as many as the daemon takes.
    public var requestsInFlight = 0
    /// Bytes of attention state of the requests that run; 0 is as many as the engine has.
    public var keyValueBytes = 0
    /// Bytes of stored objects; 0 is as many as the daemon stores.
    public var objectBytes = 0
    /// Bytes of captured values of the requests that run; 0 is as many as the engine holds.
    public var captureBytes = 0
    /// Requests that may stand in the interactive lane; further ones are bulk work.
    public var interactiveRequests = Limits.interactiveRequests

    /// A quota without bounds of its own.
    public init() {}
}

/// Quotas of everybody: one for whom nothing else is said, and those that are named.
public struct QuotaSettings: Sendable, Equatable {
    /// For identities that have no quota of their own.
    public var general = Quota()
    /// By what the configuration calls an identity: `uid:1000`, `token:NAME`.
    public var named: [String: Quota] = [:]

    /// One quota without bounds for everybody.
    public init() {}

    /// The quota of an identity, by its name in the configuration.
    public func quota(of name: String) -> Quota { named[name] ?? general }
}

/// Bounds that an administrator may choose; each begins at this module's own.
public struct ServingLimits: Sendable, Equatable {
    /// Requests that wait for an engine, over all identities.
    public var queuedRequests = Limits.queuedRequests
    /// Requests of one identity that wait.
    public var queuedRequestsPerIdentity = Limits.queuedRequestsPerIdentity
    /// Client connections at once.
    public var connections = Limits.connections
    /// Client connections of one identity at once.
    public var connectionsPerIdentity = Limits.connectionsPerIdentity
    /// Time that a drain may take.
    public var drainSeconds = Int(Limits.drainMilliseconds / 1_000)
    /// Time within which an engine that runs something must answer.
    public var watchdogSeconds = Limits.watchdogSeconds
    /// Time that one step of an engine may take.
    public var stepSeconds = Limits.stepSeconds
    /// Time after which a client that takes nothing makes room for others.
    public var stallSeconds = Limits.stallSeconds

    /// The limits of a daemon that is told nothing.
    public init() {}
}
