import Messages

/// The status of a daemon in lines for people.
enum StatusText {
    /// What `status` prints: a few lines for the whole daemon.
    static func summary(_ status: Neurond_V1_StatusReply) -> String {
        var lines = [
            "state        \(status.state), up \(seconds(status.uptimeSeconds))",
            "build        \(status.build)",
        ]
        if !status.identity.isEmpty {
            lines.append("you          \(status.identity), \(status.role)")
        }
        let own = status.identities.first { $0.identity == status.identity }
        if let own { lines.append("your use     \(use(own))") }
        lines += [
            "connections  \(status.connections)",
            "requests     \(status.running) running, \(waiting(status)), "
                + "\(status.requestsTotal) in all, \(status.requestsFailed) failed",
            "objects      \(status.objectCount), \(status.objectBytes) bytes",
        ]
        lines += status.models.map { "model        \(describe($0))" }
        lines += status.engines.flatMap { engine in
            [
                "engine \(engine.index)     \(engine.state), process \(engine.process), "
                    + "\(engine.threads) threads, \(engine.running) running, "
                    + "\(engine.restarts) restarts",
                "             \(memory(engine.report))",
            ]
        }
        return lines.joined(separator: "\n")
    }

    private static func use(_ own: Neurond_V1_IdentityInfo) -> String {
        "\(own.running) running, \(own.queued) waiting; KV "
            + "\(share(own.keyValueBytes, of: own.keyValueQuota)), captures "
            + "\(share(own.captureBytes, of: own.captureQuota)), objects "
            + "\(share(own.objectBytes, of: own.objectQuota))"
    }

    /// What `top` shows: the summary, rates since the view before, identities, requests.
    ///
    /// - Parameters:
    ///   - status: what there is now.
    ///   - previous: the view before, for rates; nil shows none.
    ///   - rowLimit: requests that are listed.
    static func view(
        _ status: Neurond_V1_StatusReply, after previous: Neurond_V1_StatusReply?, rowLimit: Int
    ) -> String {
        var lines = [summary(status)]
        if let previous, let rates = rates(status, previous) { lines.append(rates) }
        if !status.identities.isEmpty { lines += ["", identities(status.identities)] }
        let shown = status.requests.prefix(rowLimit)
        if !shown.isEmpty { lines += ["", requests(shown)] }
        let rest = status.requests.count - shown.count
        if rest > 0 { lines.append("and \(rest) more") }
        return lines.joined(separator: "\n")
    }

    /// A lane's word; a request that nobody has looked at yet has none.
    static func lane(_ lane: Neurond_V1_Lane) -> String {
        switch lane {
        case .interactive: "interactive"
        case .bulk: "bulk"
        default: ""
        }
    }

    private static func waiting(_ status: Neurond_V1_StatusReply) -> String {
        let lanes = status.queuedInteractive + status.queuedBulk
        guard lanes > 0 else { return "\(status.queued) queued" }
        return "\(status.queued) queued (\(status.queuedInteractive) interactive, "
            + "\(status.queuedBulk) bulk)"
    }

    private static func memory(_ report: Neurond_V1_EngineReport) -> String {
        "\(report.steps) steps, the last \(seconds(report.stepSeconds)); KV "
            + "\(bytes(report.keyValueBytes)) of \(bytes(report.keyValueCapacity)), cached "
            + "\(bytes(report.prefixCacheBytes)), \(report.prefixHits) of "
            + "\(report.prefixQueries) prefixes found"
    }

    /// Rows and steps a second between two views; nil when no time has passed.
    private static func rates(
        _ now: Neurond_V1_StatusReply, _ before: Neurond_V1_StatusReply
    ) -> String? {
        let time = now.uptimeSeconds - before.uptimeSeconds
        guard time > 0 else { return nil }
        func rate(_ value: (Neurond_V1_EngineReport) -> UInt64) -> Int {
            let counts = [now, before].map { $0.engines.reduce(0) { $0 + value($1.report) } }
            // An engine that was replaced counts from 0 again.
            return Int(Double(counts[0] - min(counts[0], counts[1])) / time)
        }
        return "rates        \(rate(\.promptRows)) prompt rows/s, \(rate(\.decodeRows)) tokens/s, "
            + "\(rate(\.steps)) steps/s"
    }

    private static func identities(_ list: [Neurond_V1_IdentityInfo]) -> String {
        table(
            [
                "IDENTITY", "WEIGHT", "CONN", "RUN", "WAIT", "KV", "CAPTURES", "OBJECTS",
                "REQUESTS", "FAILED", "IN", "OUT",
            ],
            list.map {
                [
                    $0.identity, "\($0.weight)", "\($0.connections)", "\($0.running)",
                    "\($0.queued)", share($0.keyValueBytes, of: $0.keyValueQuota),
                    share($0.captureBytes, of: $0.captureQuota),
                    share($0.objectBytes, of: $0.objectQuota), "\($0.requestsTotal)",
                    "\($0.requestsFailed)", "\($0.promptTokens)", "\($0.generatedTokens)",
                ]
            })
    }

    /// What is used, and of which quota, where there is one.
    private static func share(_ used: UInt64, of quota: UInt64) -> String {
        quota == 0 ? bytes(used) : "\(bytes(used)) of \(bytes(quota))"
    }

    private static func requests(_ list: ArraySlice<Neurond_V1_RequestInfo>) -> String {
        table(
            ["REQUEST", "IDENTITY", "METHOD", "LANE", "STATE", "AHEAD", "WAITED", "RUNNING", "KV"],
            list.map {
                [
                    $0.requestID.isEmpty ? "-" : $0.requestID, $0.identity, $0.method,
                    lane($0.lane), $0.state, "\($0.position)", seconds($0.waitedSeconds),
                    seconds($0.runningSeconds), bytes($0.keyValueBytes),
                ]
            })
    }

    /// Columns as wide as their widest cell.
    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 2)
            }.joined()
        }.joined(separator: "\n")
    }

    /// A size for people, in powers of 1024.
    static func bytes(_ count: UInt64) -> String {
        var value = Double(count)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if value < 1_024 || unit == "GiB" {
                return unit == "B" ? "\(count) B" : "\((value * 10).rounded() / 10) \(unit)"
            }
            value /= 1_024
        }
        return "\(count) B"
    }
}
