package import Hooks

extension StudyRun {
    /// Settings of questions that need none.
    struct NoSettings: Encodable, Sendable {}

    /// Texts in the order of the prompts.
    package func generate(
        _ step: StudyStep, label: String, _ items: [GenerationItem], settings: GenerationSettings,
        plan: HookPlan = HookPlan()
    ) async throws -> [Generation] {
        let model = model
        return try await results(
            of: step, label: label, items: items, settings: settings, planHash: plan.planHash
        ) { part in try await model.generate(part, settings: settings, plan: plan) }
    }

    /// Log-probabilities in the order of the items.
    package func score(
        _ step: StudyStep, label: String, _ items: [ContinuationItem], plan: HookPlan = HookPlan()
    ) async throws -> [ContinuationScore] {
        let model = model
        return try await results(
            of: step, label: label, items: items, settings: NoSettings(), planHash: plan.planHash
        ) { part in try await model.score(part, plan: plan) }
    }

    /// ‖v‖₂ of every neuron's value vector.
    package func valueNorms(
        _ step: StudyStep, label: String
    ) async throws -> NeuronGrid<Float> {
        let model = model
        let norms = try await results(
            of: step, label: label, items: ["value norms"], settings: NoSettings()
        ) { _ in [try await model.valueNorms().values] }
        let identity = model.identity
        guard norms[0].count == identity.layers * identity.neurons else {
            throw StudyError("ANSWER_COUNT", "\(label): \(norms[0].count) norms of value vectors")
        }
        return NeuronGrid(layers: identity.layers, neurons: identity.neurons, values: norms[0])
    }

    /// What value vectors promote and demote, in the order of the neurons.
    package func project(
        _ step: StudyStep, label: String, _ neurons: [Neuron], convention: ProjectionConvention,
        count: Int
    ) async throws -> [Projection] {
        struct Settings: Encodable, Sendable {
            let convention: ProjectionConvention
            let count: Int
        }
        let model = model
        return try await results(
            of: step, label: label, items: neurons,
            settings: Settings(convention: convention, count: count)
        ) { part in try await model.project(part, convention: convention, count: count) }
    }
}
