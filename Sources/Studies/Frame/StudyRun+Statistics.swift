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

    /// A group whose sums are not complete.
    private struct OpenGroup {
        let key: ItemKey
        let items: [StatisticsItem]
        /// Items, from the first, that are in ``total``.
        var done: Int
        var total: NeuronStatistics?
        /// How many groups of the call have these items.
        let copies: Int
    }

    /// Exact sums of each group, for every neuron; each group is stored as one answer.
    ///
    /// Some items are asked for at a time, of as many groups as they belong to, and the sums so far
    /// are stored each time. They are integers, so that it does not matter where a run was cut.
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
        let known = try store.values(of: keys)
        let open = try openGroups(zip(keys, groups.map(\.value)).filter { known[$0.0] == nil })
        let missing = open.reduce(0) { $0 + ($1.items.count - $1.done) * $1.copies }
        let clock = clock(step, label, total: items.count, stored: items.count - missing)
        let found = try await complete(open, step, sums, plan, clock)
        clock.finish()
        var answers: [String: NeuronStatistics] = [:]
        for (key, group) in zip(keys, groups) {
            guard let value = known[key] ?? found[key] else {
                preconditionFailure("the group was answered")
            }
            answers[group.key] = try NeuronStatistics(stored: value)
        }
        return answers
    }

    /// The groups to be asked for, each once, as far as a run that was cut left them.
    private func openGroups(
        _ groups: [(key: ItemKey, items: [StatisticsItem])]
    ) throws -> [OpenGroup] {
        var seen: Set<ItemKey> = []
        return try groups.filter { seen.insert($0.key).inserted }.map { group in
            let partial = try store.partialSums(of: group.key)
            return OpenGroup(
                key: group.key, items: group.items, done: partial?.done ?? 0,
                total: try partial.map { try NeuronStatistics(stored: $0.value) },
                copies: groups.count { $0.key == group.key })
        }
    }

    /// Asks for the rest of the groups, one after another, and stores each as it gets on.
    private func complete(
        _ groups: [OpenGroup], _ step: StudyStep, _ sums: [ElementSum], _ plan: HookPlan,
        _ clock: ProgressClock
    ) async throws -> [ItemKey: Data] {
        var values: [ItemKey: Data] = [:]
        var open = groups
        while !open.isEmpty {
            try Task.checkCancellation()
            let parts = nextParts(of: open)
            let asked = zip(open, parts).flatMap { $0.items[$1] }
            let answer = try await model.statistics(asked, sums: sums, plan: plan)
            guard answer.count == parts.count else {
                throw StudyError(
                    "ANSWER_COUNT",
                    "step \(step.name): \(answer.count) groups answered, not \(parts.count)")
            }
            for (place, part) in parts.enumerated() {
                guard let more = answer[open[place].items[part.lowerBound].group] else {
                    throw StudyError(
                        "ANSWER_COUNT", "step \(step.name): a group was answered under no label")
                }
                let value = try add(more, to: &open[place], upTo: part.upperBound, step)
                if part.upperBound == open[place].items.count { values[open[place].key] = value }
                clock.advance(by: part.count * open[place].copies)
            }
            open.removeAll { values[$0.key] != nil }
        }
        return values
    }

    /// The items to ask for next: of each of the first groups, as many as there is room for.
    private func nextParts(of groups: [OpenGroup]) -> [Range<Int>] {
        var room = batching.statisticsItemsPerCall
        var parts: [Range<Int>] = []
        for group in groups.prefix(FrameLimits.groupsPerCall) where room > 0 {
            let part = group.done..<min(group.done + room, group.items.count)
            parts.append(part)
            room -= part.count
        }
        return parts
    }

    /// Adds to a group and stores it: as an answer when it is whole, else for a run to go on from.
    private func add(
        _ more: NeuronStatistics, to group: inout OpenGroup, upTo done: Int, _ step: StudyStep
    ) throws -> Data {
        guard let total = NeuronStatistics.merged([group.total, more].compactMap { $0 }) else {
            preconditionFailure("there is something to merge")
        }
        group.total = total
        group.done = done
        let value = total.stored
        if done < group.items.count {
            try store.setPartialSums(of: group.key, done: done, value: value)
        } else {
            try store.finish(
                StoredAnswer(
                    key: group.key, study: study, step: step.name,
                    question: try StoredJSON.encode(GroupQuestion(group.items)),
                    format: NeuronStatistics.storedFormat, value: value))
        }
        return value
    }
}
