import Messages

extension JSON {
    /// The status of a daemon, as `status` and `top` print it.
    static func status(_ status: Neurond_V1_StatusReply) -> JSON {
        [
            "state": .string(status.state), "uptime_seconds": .number(status.uptimeSeconds),
            "build": .string(status.build), "identity": .string(status.identity),
            "role": .string(status.role),
            "models": .array(status.models.map { .model($0) }),
            "engines": .array(status.engines.map(engine)),
            "connections": .integer(Int64(status.connections)),
            "queued": .integer(Int64(status.queued)),
            "queued_interactive": .integer(Int64(status.queuedInteractive)),
            "queued_bulk": .integer(Int64(status.queuedBulk)),
            "running": .integer(Int64(status.running)),
            "requests_total": .count(status.requestsTotal),
            "requests_failed": .count(status.requestsFailed),
            "object_count": .count(status.objectCount),
            "object_bytes": .count(status.objectBytes),
            "resident_bytes": .count(status.residentBytes),
            "identities": .array(status.identities.map(identity)),
            "requests": .array(status.requests.map(request)),
        ]
    }

    private static func engine(_ engine: Neurond_V1_EngineInfo) -> JSON {
        [
            "index": .integer(Int64(engine.index)), "state": .string(engine.state),
            "process": .integer(Int64(engine.process)),
            "restarts": .integer(Int64(engine.restarts)),
            "running": .integer(Int64(engine.running)),
            "threads": .integer(Int64(engine.threads)),
            "report": report(engine.report),
        ]
    }

    private static func report(_ report: Neurond_V1_EngineReport) -> JSON {
        [
            "steps": .count(report.steps), "step_seconds": .number(report.stepSeconds),
            "steps_seconds": .number(report.stepsSeconds),
            "step_running_seconds": .number(report.stepRunningSeconds),
            "prompt_rows": .count(report.promptRows), "decode_rows": .count(report.decodeRows),
            "reused_rows": .count(report.reusedRows),
            "layer_evaluations": .count(report.layerEvaluations),
            "running": .integer(Int64(report.running)),
            "waiting": .integer(Int64(report.waiting)),
            "key_value_bytes": .count(report.keyValueBytes),
            "key_value_capacity": .count(report.keyValueCapacity),
            "prefix_cache_bytes": .count(report.prefixCacheBytes),
            "prefix_queries": .count(report.prefixQueries),
            "prefix_hits": .count(report.prefixHits),
            "prefix_evictions": .count(report.prefixEvictions),
            "capture_bytes": .count(report.captureBytes),
            "adapter_bytes": .count(report.adapterBytes),
            "object_bytes": .count(report.objectBytes),
            "resident_bytes": .count(report.residentBytes),
            "hooks_fired": .array(
                report.hooksFired.map { hook in
                    [
                        "site": .string(hook.site), "action": .string(hook.action),
                        "rows": .count(hook.rows),
                    ]
                }),
        ]
    }

    private static func identity(_ info: Neurond_V1_IdentityInfo) -> JSON {
        [
            "identity": .string(info.identity), "weight": .integer(Int64(info.weight)),
            "connections": .integer(Int64(info.connections)),
            "queued": .integer(Int64(info.queued)), "running": .integer(Int64(info.running)),
            "key_value_bytes": .count(info.keyValueBytes),
            "key_value_quota": .count(info.keyValueQuota),
            "object_bytes": .count(info.objectBytes), "object_quota": .count(info.objectQuota),
            "capture_bytes": .count(info.captureBytes),
            "capture_quota": .count(info.captureQuota),
            "requests_total": .count(info.requestsTotal),
            "requests_failed": .count(info.requestsFailed),
            "prompt_tokens": .count(info.promptTokens),
            "generated_tokens": .count(info.generatedTokens),
            "cached_tokens": .count(info.cachedTokens),
        ]
    }

    private static func request(_ info: Neurond_V1_RequestInfo) -> JSON {
        [
            "request_id": .string(info.requestID), "identity": .string(info.identity),
            "method": .string(info.method), "lane": .string(StatusText.lane(info.lane)),
            "state": .string(info.state), "position": .integer(Int64(info.position)),
            "waited_seconds": .number(info.waitedSeconds),
            "running_seconds": .number(info.runningSeconds),
            "multiply_adds": .number(info.multiplyAdds),
            "key_value_bytes": .count(info.keyValueBytes),
        ]
    }
}
