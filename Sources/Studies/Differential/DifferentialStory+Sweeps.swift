extension DifferentialStory {
    func sweepTables(_ sweeps: Sweeps, _ effects: Effects) -> [StudyTable] {
        [thresholdTable(sweeps, effects), scaleTable(sweeps, effects)]
    }

    private func thresholdTable(_ sweeps: Sweeps, _ effects: Effects) -> StudyTable {
        let interventions = configuration.interventions.factors.map { Intervention(factor: $0) }
        let scope = configuration.sweeps.thresholdScope ?? configuration.selection.rule.scope
        var table = StudyTable(
            "thresholds", title: "Sweep of θ, scope \(scope.rawValue)",
            columns: [.number("θ", digits: 2), .integer("selected"), .text("binding filter")]
                + interventions.flatMap { intervention in
                    Self.sweepColumns(intervention.phrase)
                },
            note:
                "Δ is against the unhooked model, \(percent(effects.unhooked.accuracy)). "
                + "Where the fraction binds, θ does not change the set.")
        for step in sweeps.thresholds {
            let outcomes = interventions.map { intervention in
                step.outcomes.first { $0.intervention == intervention }?.outcome
            }
            table.add(
                .init(
                    [
                        .number(step.threshold), .integer(step.selection.neurons.count),
                        .text(step.selection.binding.rawValue),
                    ] + outcomes.flatMap { sweepCells($0, effects) },
                    sources: [activationSource()] + outcomes.compactMap { $0 }.flatMap(\.sources)))
        }
        return table
    }

    private func scaleTable(_ sweeps: Sweeps, _ effects: Effects) -> StudyTable {
        var table = StudyTable(
            "scales", title: "Sweep of the factor, selected neurons, all positions",
            columns: [.number("factor", digits: 2)] + Self.sweepColumns(""),
            note:
                "Δ is against the unhooked model, \(percent(effects.unhooked.accuracy))."
        )
        for step in sweeps.scales {
            table.add(
                .init(
                    [.number(Double("\(step.factor)") ?? Double(step.factor))]
                        + sweepCells(step.outcome, effects), sources: step.outcome.sources))
        }
        return table
    }

    private static func sweepColumns(_ name: String) -> [StudyTable.Column] {
        let prefix = name.isEmpty ? "" : "\(name): "
        return [
            .number("\(prefix)accuracy, %", digits: 2), .number("\(prefix)Δ", digits: 2),
            .number("\(prefix)from", digits: 2), .number("\(prefix)to", digits: 2),
            .number("\(prefix)Δ log p", digits: 4),
        ]
    }

    private func sweepCells(_ outcome: Outcome?, _ effects: Effects) -> [StudyTable.Cell] {
        guard let outcome else { return [StudyTable.Cell](repeating: .none, count: 5) }
        let effect = effect(from: MeanOutcome([effects.unhooked]), to: MeanOutcome([outcome]))
        return [
            .init(percent: outcome.accuracy), .init(percent: effect.accuracy.mean),
            .init(percent: effect.accuracy.interval.lowerBound),
            .init(percent: effect.accuracy.interval.upperBound),
            .init(effect.solution?.mean),
        ]
    }
}
