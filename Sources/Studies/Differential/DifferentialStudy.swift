import Hooks

/// Which neurons fire differently in right and wrong chains of thought, and what they do.
///
/// Tang et al. 2025, "Enhancing Chain-of-Thought Reasoning via Neuron Activation Differential
/// Analysis". Docs/studies/differential.md has every formula and what the paper leaves open.
package struct DifferentialStudy: Study {
    package static let name = "differential"
    package static let summary =
        "neurons that fire differently in right and wrong chains of thought, and what amplifying "
        + "or silencing them does (Tang et al. 2025)"

    static let sample = StudyStep("sample", "chains of thought, several for each problem")
    static let judge = StudyStep("judge", "verdicts on right chains, where a judge is wanted")
    static let activations = StudyStep("activations", "sums over each kind of chains")
    static let norms = StudyStep("norms", "lengths of the neurons' value vectors")
    static let project = StudyStep("project", "tokens that selected neurons promote")
    static let answer = StudyStep("answer", "answers to test problems under each plan")
    static let solution = StudyStep("solution", "log-probability of solutions under each plan")
    static let unrelated = StudyStep("unrelated", "other tasks under some plans")

    package static let steps = [
        sample, judge, activations, norms, project, answer, solution, unrelated,
    ]

    let configuration: DifferentialConfiguration

    package init(_ configuration: DifferentialConfiguration) throws {
        let bins = configuration.analysis.histogram
        guard bins.low < bins.high else {
            throw StudyError(
                "CONFIGURATION",
                "analysis.histogram_low is \(bins.low); it must be below analysis.histogram_high, "
                    + "which is \(bins.high)", isUsage: true)
        }
        guard
            Set(configuration.interventions.factors).count
                == configuration.interventions.factors.count
        else {
            throw StudyError(
                "CONFIGURATION", "interventions.factors names a factor twice", isUsage: true)
        }
        guard configuration.judge.endpoint.isEmpty || !configuration.judge.model.isEmpty else {
            throw StudyError(
                "CONFIGURATION", "judge.endpoint is given; judge.model must be, too",
                isUsage: true)
        }
        self.configuration = configuration
    }

    package func run(_ run: StudyRun) async throws -> StudyResults {
        let data = try DifferentialData(configuration)
        let chains = try await collectChains(run, data)
        let partition = try await activations(run, chains)
        let norms = try await run.valueNorms(Self.norms, label: "norms")
        var story = DifferentialStory(
            model: run.model.identity, configuration: configuration, data: data, chains: chains,
            partition: partition)
        let evaluator = Evaluator(run: run, test: data.test, configuration: configuration)
        guard
            let selections = DifferentialSelections(
                partition, norms: norms, configuration: configuration)
        else {
            // What the model answers by itself is worth knowing even so.
            let unhooked = try await evaluator.outcome("unhooked", plan: .init())
            story.effects = Effects(unhooked: unhooked, blocks: [])
            return story.results
        }
        story.selections = selections
        story.projections = try await projections(run, selections)
        let effects = try await measure(selections, with: evaluator)
        story.effects = effects
        story.sweeps = try await sweeps(selections, with: evaluator, unhooked: effects.unhooked)
        if configuration.domains.isStudied {
            story.domains = try await domains(
                partition, subjects: data.subjects, with: evaluator, unhooked: effects.unhooked)
        }
        story.unrelated = try await unrelatedTasks(run, data.unrelated, selections)
        return story.results
    }

    /// What the neurons of the highest ratios say, in both conventions.
    private func projections(
        _ run: StudyRun, _ selections: DifferentialSelections
    ) async throws -> [ProjectionConvention: [Projection]] {
        let ratios = selections.contrast.ratios
        let neurons = selections.cascade.neurons.sorted { first, second in
            let pair = (ratios[first] ?? 0, ratios[second] ?? 0)
            return pair.0 == pair.1 ? first < second : pair.0 > pair.1
        }
        let shown = Array(neurons.prefix(configuration.projection.neurons))
        var found: [ProjectionConvention: [Projection]] = [:]
        for convention in ProjectionConvention.allCases where !shown.isEmpty {
            found[convention] = try await run.project(
                Self.project, label: "projections/\(convention.rawValue)", shown,
                convention: convention, count: configuration.projection.tokens)
        }
        return found
    }
}
