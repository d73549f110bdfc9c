import Supervision

/// Every key that there is.
enum Keys {
    /// Bytes of memory: 64 TiB is more than any machine has.
    private static let bytes = 0...(1 << 46)
    /// Counts of requests and connections; what a table of them costs stays small.
    private static let counts = 1...1_048_576
    /// Times: up to a day.
    private static let seconds = 1...86_400

    /// The keys of the file, but for the quotas.
    static let all: [Key<DaemonConfiguration>] = start + log + access + limits + caches

    private static let start: [Key<DaemonConfiguration>] = [
        Key("model", \.model, .text("PATH or NAME=PATH")),
        Key("listen", \.listen, .list(of: .address)),
        Key("engines", \.engines, .number(in: 1...64)),
        Key("threads", \.threads, .automatic(upTo: 1_024)),
        Key("weights", \.weights, .word(of: ["int8", "f16", "f32"])),
        Key("cache_bytes", \.cacheBytes, .number(in: 1...bytes.upperBound)),
    ]

    private static let log: [Key<DaemonConfiguration>] = [
        Key(
            "log.level", \.logLevel,
            .word(of: ["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            isLive: true),
        Key("log.format", \.logFormat, .choice),
        Key("metrics.listen", \.metricsListen, .optional(.address), isLive: true),
    ]

    private static let access: [Key<DaemonConfiguration>] = [
        Key("socket.mode", \.socketMode, .mode),
        Key("socket.group", \.socketGroup, .optional(.group)),
        Key("socket.allow_users", \.access.allowedUsers, .set(of: .user), isLive: true),
        Key("socket.allow_groups", \.access.allowedGroups, .set(of: .group), isLive: true),
        Key("tokens.file", \.tokensFile, .text("a path, or \"\" for none"), isLive: true),
        Key("roles.default", \.access.defaultRole, .choice, isLive: true),
        Key("roles.admin_users", \.access[.admin].users, .set(of: .user), isLive: true),
        Key("roles.admin_groups", \.access[.admin].groups, .set(of: .group), isLive: true),
        Key("roles.run_users", \.access[.run].users, .set(of: .user), isLive: true),
        Key("roles.run_groups", \.access[.run].groups, .set(of: .group), isLive: true),
        Key("roles.read_users", \.access[.read].users, .set(of: .user), isLive: true),
        Key("roles.read_groups", \.access[.read].groups, .set(of: .group), isLive: true),
    ]

    private static let limits: [Key<DaemonConfiguration>] = [
        Key("queued_requests", \.limits.queuedRequests, .number(in: counts), isLive: true),
        Key(
            "queued_per_identity", \.limits.queuedRequestsPerIdentity, .number(in: counts),
            isLive: true),
        Key("connections", \.limits.connections, .number(in: counts), isLive: true),
        Key(
            "connections_per_identity", \.limits.connectionsPerIdentity, .number(in: counts),
            isLive: true),
        Key("drain_seconds", \.limits.drainSeconds, .number(in: seconds), isLive: true),
        Key("watchdog_seconds", \.limits.watchdogSeconds, .number(in: seconds), isLive: true),
        Key("step_seconds", \.limits.stepSeconds, .number(in: seconds), isLive: true),
        Key("stall_seconds", \.limits.stallSeconds, .number(in: seconds), isLive: true),
    ].map { $0.inside("limits") }

    private static let caches: [Key<DaemonConfiguration>] = [
        Key("prefix_cache.bytes", \.prefixCacheBytes, .bytesOrAll(upTo: bytes.upperBound)),
        Key("prefix_cache.shared", \.prefixCacheIsShared, .flag),
    ]

    /// The keys of a table `quota.NAME`.
    static let quota: [Key<Quota>] = [
        Key("weight", \.weight, .number(in: 1...1_000), isLive: true),
        Key(
            "requests_in_flight", \.requestsInFlight, .number(in: 0...counts.upperBound),
            isLive: true),
        Key("key_value_bytes", \.keyValueBytes, .number(in: bytes), isLive: true),
        Key("object_bytes", \.objectBytes, .number(in: bytes), isLive: true),
        Key("capture_bytes", \.captureBytes, .number(in: bytes), isLive: true),
        Key(
            "interactive_requests", \.interactiveRequests, .number(in: 0...counts.upperBound),
            isLive: true),
    ]

    /// The section of the quotas, whose tables are named by the administrator.
    static let quotaSection = "quota"
    /// The quota of whoever has none of their own.
    static let generalQuota = "default"

    /// Tables that hold keys.
    static let sections = Set(
        all.compactMap { key in
            key.path.contains(".") ? key.path.split(separator: ".").first.map(String.init) : nil
        })
}
