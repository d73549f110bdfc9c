import Engine
import Hooks
import Messages
import SwiftProtobuf

extension EngineService {
    /// What this engine has done and holds; the supervisor's own Status tells the rest.
    func status(_ sink: any ReplySink) async throws -> Neurond_V1_End {
        try await sink.send(report)
        return Neurond_V1_End()
    }

    private var report: Neurond_V1_EngineReport {
        var report = Neurond_V1_EngineReport(engine.statistics)
        report.objectBytes = UInt64(engine.objects.byteCount)
        report.residentBytes = UInt64(residentByteCount() ?? 0)
        return report
    }
}

extension Neurond_V1_EngineReport {
    init(_ statistics: EngineStatistics) {
        self.init()
        steps = UInt64(statistics.steps)
        stepSeconds = statistics.stepSeconds
        stepsSeconds = statistics.stepsSeconds
        stepRunningSeconds = statistics.stepRunningSeconds
        promptRows = UInt64(statistics.promptRows)
        decodeRows = UInt64(statistics.decodeRows)
        reusedRows = UInt64(statistics.reusedRows)
        layerEvaluations = UInt64(statistics.layerEvaluations)
        running = UInt32(statistics.running)
        waiting = UInt32(statistics.waiting)
        keyValueBytes = UInt64(statistics.keyValueBytes)
        keyValueCapacity = UInt64(statistics.keyValueCapacity)
        prefixCacheBytes = UInt64(statistics.prefixCacheBytes)
        prefixQueries = UInt64(statistics.prefixQueries)
        prefixHits = UInt64(statistics.prefixHits)
        prefixEvictions = UInt64(statistics.prefixEvictions)
        captureBytes = UInt64(statistics.captureBytes)
        adapterBytes = UInt64(statistics.adapterBytes)
        hooksFired = statistics.fired.map { hook, rows in
            .with {
                $0.site = hook.site.rawValue
                $0.action = hook.action
                $0.rows = UInt64(rows)
            }
        }.sorted { ($0.site, $0.action) < ($1.site, $1.action) }
    }
}
