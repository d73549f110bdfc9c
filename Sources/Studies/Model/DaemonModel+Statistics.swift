package import Hooks
import Messages
import NeurondClient

extension DaemonModel {
    package func statistics(
        _ items: [StatisticsItem], sums: [ElementSum], plan: HookPlan
    ) async throws -> [String: NeuronStatistics] {
        let options = options
        let parts = try await inParts(items, limit: itemLimit) { client, part in
            try await client.statistics(
                part.map { Neurond_V1_StatisticsItem($0) }, sums: sums, plan: plan,
                options: options
            ).groups
        }
        return Dictionary(grouping: parts, by: \.label).compactMapValues { parts in
            NeuronStatistics.merged(parts.map { NeuronStatistics($0) })
        }
    }
}

extension NeuronStatistics {
    fileprivate init(_ group: GroupStatistics) {
        let sums = group.sums.mapValues { values in
            NeuronGrid(layers: group.layerCount, neurons: group.elementCount, values: values)
        }
        self.init(items: group.itemCount, tokens: group.tokenCount, sums: sums)
    }
}

extension Neurond_V1_StatisticsItem {
    fileprivate init(_ item: StatisticsItem) {
        self.init()
        prompt = Neurond_V1_Prompt(tokens: item.prompt)
        if !item.continuation.isEmpty {
            continuation = Neurond_V1_Prompt(tokens: item.continuation)
        }
        group = item.group
    }
}
