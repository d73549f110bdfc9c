import Foundation
package import Hooks

extension StudyRun {
    /// What the sums of a group depend on besides model and plan.
    private struct GroupQuestion: Encodable {
        struct Text: Encodable {
            let prompt: [UInt32]
            let continuation: [UInt32]
        }

        let items: [Text]

        init(_ items: [StatisticsItem]) {
            self.items = items.map { Text(prompt: $0.prompt, continuation: $0.continuation) }
        }
    }

    /// Exact sums of each group, for every neuron; each group is stored as one answer.
    ///
    /// Some items are asked for at a time, and the sums so far are stored each time. They are
    /// integers, so that it does not matter where a run was cut.
    package func statistics(
        _ step: StudyStep, label: String, _ items: [StatisticsItem], sums: [ElementSum],
        plan: HookPlan = HookPlan()
    ) async throws -> [String: NeuronStatistics] {
        try claim(label)
        let groups = Dictionary(grouping: items, by: \.group).sorted { $0.key < $1.key }
        let settings = Set(sums).map(\.rawValue).sorted()
        let keys = try groups.map { group throws(StudyError) in
            try key(
                step, item: GroupQuestion(group.value), settings: settings,
                planHash: plan.planHash)
        }
        try store.link(keys, to: label, of: id)
        var known = try store.values(of: keys)
        var done: [ItemKey: (done: Int, value: Data)] = [:]
        for key in keys where known[key] == nil { done[key] = try store.partialSums(of: key) }
        let stored = zip(keys, groups).reduce(0) { count, pair in
            count + (known[pair.0] == nil ? done[pair.0]?.done ?? 0 : pair.1.value.count)
        }
        let clock = clock(step, label, total: items.count, stored: stored)
        var answers: [String: NeuronStatistics] = [:]
        for (key, group) in zip(keys, groups) {
            if known[key] == nil {
                known[key] = try await sum(
                    group.value, key, step, after: done[key], settings: sums, plan, clock)
            } else if done[key] != nil {
                clock.advance(by: group.value.count)
            }
            guard let value = known[key] else { preconditionFailure("the group was answered") }
            answers[group.key] = try NeuronStatistics(stored: value)
        }
        clock.finish()
        return answers
    }

    /// Asks for the rest of a group, and stores the whole.
    private func sum(
        _ items: [StatisticsItem], _ key: ItemKey, _ step: StudyStep,
        after partial: (done: Int, value: Data)?, settings sums: [ElementSum], _ plan: HookPlan,
        _ clock: ProgressClock
    ) async throws -> Data {
        var total = try partial.map { try NeuronStatistics(stored: $0.value) }
        var place = partial?.done ?? 0
        while place < items.count {
            try Task.checkCancellation()
            let part = items[place..<min(place + batching.statisticsItemsPerCall, items.count)]
            let answer = try await model.statistics(Array(part), sums: sums, plan: plan)
            guard answer.count == 1, let more = answer[part[place].group] else {
                throw StudyError(
                    "ANSWER_COUNT", "step \(step.name): \(answer.count) groups answered, not 1")
            }
            total = NeuronStatistics.merged([total, more].compactMap { $0 })
            place += part.count
            if place < items.count, let total {
                try store.setPartialSums(of: key, done: place, value: total.stored)
                clock.advance(by: part.count)
            } else if let total {
                try store.finish(
                    StoredAnswer(
                        key: key, study: study, step: step.name,
                        question: try StoredJSON.encode(GroupQuestion(items)),
                        format: NeuronStatistics.storedFormat, value: total.stored))
                clock.advance(by: part.count)
            }
        }
        guard let total else { preconditionFailure("a group has at least one item") }
        return total.stored
    }
}
