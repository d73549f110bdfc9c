extension DifferentialStory {
    func domainTables(_ domains: DomainSets, _ effects: Effects) -> [StudyTable] {
        [domainTable(domains)]
            + [
                perturbationTable(
                    domains, effects, name: "domain-effects",
                    title: "Accuracy lost where a subject's own neurons are silenced, points",
                    outcomes: { $0.outcome.map { [$0] } ?? [] }),
                perturbationTable(
                    domains, effects, name: "domain-controls",
                    title: "Accuracy lost where as many random neurons are silenced, points",
                    outcomes: \.controls),
            ]
    }

    private func domainTable(_ domains: DomainSets) -> StudyTable {
        var table = StudyTable(
            "domains", title: "Neurons of each subject",
            columns: [
                .text("subject"), .integer("pairs"), .integer("selected"),
                .text("binding filter"), .integer("its own"),
            ],
            note: "Its own: selected for this subject and for no other."
                + (domains.missing.isEmpty
                    ? ""
                    : " Without chains of both kinds: \(domains.missing.joined(separator: ", ")).")
        )
        for domain in domains.domains {
            let place = data.subjects.firstIndex(of: domain.subject)
            table.add(
                .init(
                    [
                        .text(domain.subject),
                        .integer(
                            chains.placed.count { $0.cell.subject == place && $0.cell.isCorrect }),
                        .integer(domain.selection.neurons.count),
                        .text(domain.selection.binding.rawValue), .integer(domain.specific.count),
                    ], sources: [activationSource { $0.subject == place }]))
        }
        return table
    }

    private func perturbationTable(
        _ domains: DomainSets, _ effects: Effects, name: String, title: String,
        outcomes: (DomainSets.Domain) -> [Outcome]
    ) -> StudyTable {
        var table = StudyTable(
            name, title: title,
            columns: [.text("silenced")] + testSubjects.map { .number($0, digits: 1) }
                + [.number("Avg.", digits: 1)])
        let unhooked = effects.unhooked.points
        for domain in domains.domains {
            let found = outcomes(domain)
            guard !found.isEmpty else { continue }
            let lost = zip(unhooked, MeanOutcome(found).points).map { $0 - $1 }
            table.add(
                .init(
                    [.text(domain.subject)]
                        + testSubjects.map { .init(percent: accuracy(lost, of: $0)) }
                        + [.init(percent: lost.reduce(0, +) / Double(max(1, lost.count)))],
                    sources: found.flatMap(\.sources)))
        }
        return table
    }

    /// How much more each problem suffers from its own subject's neurons than from the others'.
    ///
    /// - Parameter outcomes: With a domain's neurons, or its control, silenced.
    /// - Returns: Means over the outcomes of other subjects, then of its own, of each problem that
    ///   has both; nil where fewer than two subjects have outcomes.
    func ownAgainstOther(
        _ domains: DomainSets, outcomes: (DomainSets.Domain) -> [Outcome]
    ) -> (other: [Double], own: [Double])? {
        let rows = domains.domains.compactMap { domain -> (String, [Double])? in
            let found = outcomes(domain)
            return found.isEmpty ? nil : (domain.subject, MeanOutcome(found).points)
        }
        guard rows.count > 1 else { return nil }
        var pairs: (other: [Double], own: [Double]) = ([], [])
        for (problem, subject) in data.test.subjects.enumerated() {
            guard let own = rows.first(where: { $0.0 == subject }) else { continue }
            let others = rows.filter { $0.0 != subject }
            pairs.own.append(own.1[problem])
            pairs.other.append(
                others.reduce(0) { $0 + $1.1[problem] } / Double(others.count))
        }
        return pairs.own.isEmpty ? nil : pairs
    }

    func unrelatedTable(_ unrelated: UnrelatedTasks) -> StudyTable {
        var table = StudyTable(
            "unrelated", title: "Other tasks",
            columns: [
                .text("task"), .text("measure"), .integer("problems"), .text("intervention"),
                .text("neurons"), .number("value", digits: 3), .number("Δ", digits: 3),
                .number("from", digits: 3), .number("to", digits: 3),
            ],
            note: "Value: accuracy in %, or mean log-probability of a token in nats. Δ is against "
                + "the unhooked model, with its interval.")
        for task in unrelated.tasks {
            let isLikelihood = task.rule == .likelihood
            let scale: Double = isLikelihood ? 1 : 100
            let measure = isLikelihood ? "log p" : "accuracy, %"
            table.add(
                .init(
                    [
                        .text(task.name), .text(measure), .integer(task.count), .text("none"),
                        .text("–"), .number(task.unhooked.mean * scale), .none, .none, .none,
                    ], sources: [StudySource(task.unhooked.label)]))
            for row in task.rows {
                let difference = difference(task, row)
                table.add(
                    .init(
                        [
                            .text(task.name), .text(measure), .integer(task.count),
                            .text(row.intervention.phrase), .text(row.title),
                            .number((task.unhooked.mean + difference.mean) * scale),
                            .number(difference.mean * scale),
                            .number(difference.interval.lowerBound * scale),
                            .number(difference.interval.upperBound * scale),
                        ], sources: row.scores.map { StudySource($0.label) }))
            }
        }
        return table
    }

    /// A task's change against the unhooked model, problem by problem, the mean over draws.
    func difference(_ task: UnrelatedTasks.Task, _ row: UnrelatedTasks.Row) -> PairedDifference {
        let means = task.unhooked.values.indices.map { index in
            row.scores.reduce(0) { $0 + $1.values[index] } / Double(row.scores.count)
        }
        return PairedDifference(
            before: task.unhooked.values, after: means,
            confidence: configuration.evaluation.confidence,
            resamples: configuration.evaluation.resamples, seed: configuration.seed)
    }
}
