/// Neurons of one subject alone, and what silencing them does to every subject.
struct DomainSets: Sendable {
    struct Domain: Sendable {
        let subject: String
        /// N_d: the subject's own selection.
        let selection: CascadeSelection
        /// S_d: those that no other subject selects.
        let specific: [Neuron]
        /// With S_d silenced; nil where it is empty.
        let outcome: Outcome?
        /// With as many random neurons silenced.
        let controls: [Outcome]
    }

    let domains: [Domain]
    /// Subjects without chains of both kinds.
    let missing: [String]
}

extension DifferentialStudy {
    /// Selects for each subject from its own chains, and silences what is its own.
    func domains(
        _ partition: ChainPartition, subjects: [String], with evaluator: Evaluator,
        unhooked: Outcome
    ) async throws -> DomainSets {
        let selection = configuration.selection
        var selected: [String: CascadeSelection] = [:]
        for (place, subject) in subjects.enumerated() {
            let contrast = partition.contrast(
                selection.reading, guardFraction: selection.guardFraction
            ) { $0.subject == place }
            selected[subject] = contrast.map {
                CascadeSelection(from: $0.ratios, rule: selection.rule)
            }
        }
        let specific = NeuronSets.specific(selected.mapValues(\.neurons))
        let identity = evaluator.run.model.identity
        let random = RandomNeurons(
            seed: configuration.seed, layers: identity.layers, neurons: identity.neurons)
        var domains: [DomainSets.Domain] = []
        for (place, subject) in subjects.enumerated() {
            guard let own = selected[subject], let set = specific[subject] else { continue }
            let controls = (0..<configuration.domains.draws).map {
                random.uniform(set.count, draw: $0, use: .domain(place))
            }
            let outcomes = try await silence([set] + controls, subject, evaluator)
            domains.append(
                .init(
                    subject: subject, selection: own, specific: set, outcome: outcomes.first,
                    controls: Array(outcomes.dropFirst())))
        }
        return DomainSets(
            domains: domains, missing: subjects.filter { selected[$0] == nil })
    }

    /// Outcomes with a domain's own neurons silenced, then with each control.
    private func silence(
        _ sets: [[Neuron]], _ subject: String, _ evaluator: Evaluator
    ) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for (place, set) in sets.enumerated() where !set.isEmpty {
            let name = place == 0 ? "own" : "random-\(place - 1)"
            outcomes.append(
                try await evaluator.outcome(
                    "domains/\(subject)/\(name)", Intervention(factor: 0), on: set))
        }
        return outcomes
    }
}
