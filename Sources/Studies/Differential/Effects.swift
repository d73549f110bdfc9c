import Hooks

/// Outcomes of every method under every intervention.
struct Effects: Sendable {
    /// One intervention, applied to the set of each method.
    struct Block: Sendable {
        let intervention: Intervention
        /// In order of the methods; draws of one kind are together.
        let rows: [Row]
    }

    /// One method, with the outcomes of its draws.
    struct Row: Sendable {
        let method: SelectedSet.Method
        let mean: MeanOutcome
    }

    let unhooked: Outcome
    let blocks: [Block]
}

extension Effects.Block {
    /// The row of a method; of draws, that of their mean.
    func row(_ title: String) -> Effects.Row? { rows.first { $0.method.title == title } }

    var selected: Effects.Row? { rows.first { $0.method == .differential } }
}

extension DifferentialStudy {
    /// Answers the test problems under every method and intervention.
    func measure(
        _ selections: DifferentialSelections, with evaluator: Evaluator
    ) async throws -> Effects {
        let unhooked = try await evaluator.outcome("unhooked", plan: .init())
        var blocks: [Effects.Block] = []
        for factor in configuration.interventions.factors {
            for scope in configuration.interventions.scopes {
                let intervention = Intervention(factor: factor, scope: scope)
                var outcomes: [(SelectedSet.Method, Outcome)] = []
                for set in selections.sets {
                    let label = "\(intervention.word)/\(set.method.word)"
                    let outcome = try await evaluator.outcome(
                        label, intervention, on: set.neurons)
                    outcomes.append((set.method, outcome))
                }
                blocks.append(.init(intervention: intervention, rows: Self.rows(outcomes)))
            }
        }
        return Effects(unhooked: unhooked, blocks: blocks)
    }

    /// Puts draws of one kind together.
    private static func rows(_ outcomes: [(SelectedSet.Method, Outcome)]) -> [Effects.Row] {
        var titles: [String] = []
        for (method, _) in outcomes where !titles.contains(method.title) {
            titles.append(method.title)
        }
        return titles.compactMap { title in
            let own = outcomes.filter { $0.0.title == title }
            return own.first.map {
                Effects.Row(method: $0.0, mean: MeanOutcome(own.map(\.1)))
            }
        }
    }
}

/// How the effect depends on the threshold and on the factor.
struct Sweeps: Sendable {
    struct Threshold: Sendable {
        let threshold: Double
        let selection: CascadeSelection
        /// By intervention; empty where nothing is selected.
        let outcomes: [(intervention: Intervention, outcome: Outcome)]
    }

    struct Scale: Sendable {
        let factor: Float
        let outcome: Outcome
    }

    let thresholds: [Threshold]
    let scales: [Scale]
}

extension DifferentialStudy {
    /// Selects with other thresholds, and scales the selected neurons by other factors.
    func sweeps(
        _ selections: DifferentialSelections, with evaluator: Evaluator, unhooked: Outcome
    ) async throws -> Sweeps {
        var thresholds: [Sweeps.Threshold] = []
        for threshold in configuration.sweeps.thresholds {
            thresholds.append(try await sweep(threshold, selections, with: evaluator))
        }
        var scales: [Sweeps.Scale] = []
        let selected = selections.cascade.neurons
        for factor in configuration.sweeps.scales where !selected.isEmpty {
            let outcome = try await evaluator.outcome(
                "scales/\(factor)", Intervention(factor: factor), on: selected)
            scales.append(.init(factor: factor, outcome: outcome))
        }
        return Sweeps(thresholds: thresholds, scales: scales)
    }

    private func sweep(
        _ threshold: Double, _ selections: DifferentialSelections, with evaluator: Evaluator
    ) async throws -> Sweeps.Threshold {
        var rule = configuration.selection.rule
        rule.threshold = threshold
        rule.scope = configuration.sweeps.thresholdScope ?? rule.scope
        let selection = CascadeSelection(from: selections.contrast.ratios, rule: rule)
        var outcomes: [(intervention: Intervention, outcome: Outcome)] = []
        for factor in configuration.interventions.factors where !selection.neurons.isEmpty {
            let intervention = Intervention(factor: factor)
            let outcome = try await evaluator.outcome(
                "thresholds/\(threshold)/\(intervention.word)", intervention,
                on: selection.neurons)
            outcomes.append((intervention, outcome))
        }
        return .init(threshold: threshold, selection: selection, outcomes: outcomes)
    }
}
