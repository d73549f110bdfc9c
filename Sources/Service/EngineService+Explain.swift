import Engine
import Foundation
import Hooks
import Messages
import SwiftProtobuf

extension EngineService {
    /// What a request would do and cost, without running it.
    func explain(
        _ request: Neurond_V1_ExplainRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        var groups: StatisticsGroups?
        let items =
            switch request.request {
            case .forward(let forward): try await prepareForward(forward)
            case .score(let score): try await prepareScore(score)
            case .generate(let generate): try await prepareGenerate(generate)
            case .statistics(let statistics): try await prepareStatistics(statistics, &groups)
            case nil:
                throw RequestFailure(
                    .invalidArgument, "NOTHING_TO_EXPLAIN",
                    "give one of forward, generate, score, statistics", field: "request")
            }
        let window = request.generate.items.isEmpty ? .passes : generationWindow
        var reply = explanation(of: items, window: window, withItems: !request.totalsOnly)
        reply.captureBytes += UInt64(groups?.byteCount ?? 0)
        reply.replyBytes += UInt64(groups?.replyByteCount ?? 0)
        try await sink.send(reply)
        return .with { $0.provenance = Neurond_V1_Provenance(items[0].job) }
    }

    private func explanation(
        of items: [PreparedItem], window: ItemWindow, withItems: Bool
    ) -> Neurond_V1_ExplainReply {
        let explainers = items.map { PlanExplainer(engine: engine, item: $0) }
        return .with {
            if withItems {
                $0.items = explainers.enumerated().map { $1.explain($0) }
            }
            $0.multiplyAdds = explainers.reduce(0) { $0 + $1.multiplyAdds }
            $0.replyBytes = explainers.reduce(0) { $0 + UInt64($1.replyBytes) }
            $0.tokens = explainers.reduce(0) { $0 + UInt64($1.item.job.tokens.count) }
            $0.generatedTokens = explainers.reduce(0) { $0 + UInt64($1.generatedTokens) }
            let keyValueBytes = explainers.map(\.keyValueBytes)
            $0.keyValueBytes = UInt64(window.largestKeyValueBytes(of: keyValueBytes))
            let captureBytes = explainers.map(\.captureBytes)
            $0.captureBytes = UInt64(window.largestCaptureBytes(of: captureBytes))
            $0.planBytes = items.reduce(0) { $0 + UInt64($1.prepared.planByteCount) }
            $0.hookElements = explainers.reduce(0) { $0 + UInt64($1.hookElements) }
            // Items share the request's adapter.
            $0.adapterBytes = UInt64(items[0].job.adapter?.byteCount ?? 0)
            $0.objects = Self.objects(of: items).map { Data($0.bytes) }
        }
    }

    /// Every object that a plan or the request names, in order of hash.
    private static func objects(of items: [PreparedItem]) -> [ContentHash] {
        var hashes = Set(items.compactMap { $0.job.adapter?.hash })
        var previous: HookPlan?
        for item in items where item.source != previous {
            hashes.formUnion(item.source.objects)
            previous = item.source
        }
        return hashes.sorted { $0.hex < $1.hex }
    }
}

extension HookPlan {
    /// Stored objects that targets, values, tables and references name.
    fileprivate var objects: [ContentHash] {
        let values = actions.flatMap { $0.target.sets + $0.operation.objects }
        return values + captures.flatMap { $0.reduction?.objects ?? [] }
    }
}

extension Hooks.Operation {
    fileprivate var objects: [ContentHash] {
        switch self {
        case .mean(let hash), .patch(let hash): [hash]
        case .set(.object(let hash, _)), .add(.object(let hash, _)): [hash]
        default: []
        }
    }
}

extension Reduction {
    fileprivate var objects: [ContentHash] {
        switch self {
        case .dot(.object(let hash, _)), .klDivergence(.object(let hash, _)): [hash]
        default: []
        }
    }
}
