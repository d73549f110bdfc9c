import Hooks

/// How the test problems went under one plan.
package struct Outcome: Sendable, Equatable {
    /// Label of the call whose texts were judged.
    package var answers: String
    /// Label of the call that scored the solutions; nil where none was.
    package var solutions: String?
    /// In order of the problems.
    package var isCorrect: [Bool]
    /// Mean log-probability of a token of each problem's own solution, where it has one.
    package var solutionScores: [Double]
    /// Prompts that do not fit the model's context, which count as answered wrong.
    package var unfitPrompts = 0
    /// Solutions that do not fit it, which are left out.
    package var unfitSolutions = 0

    package var accuracy: Double {
        isCorrect.isEmpty ? 0 : Double(isCorrect.count { $0 }) / Double(isCorrect.count)
    }

    /// 1 for each right answer, 0 for the others.
    package var points: [Double] { isCorrect.map { $0 ? 1 : 0 } }

    package var sources: [StudySource] {
        [StudySource(answers)] + (solutions.map { [StudySource($0)] } ?? [])
    }
}

/// Item by item, the mean of several outcomes: of draws of one kind.
package struct MeanOutcome: Sendable {
    package let points: [Double]
    package let solutionScores: [Double]
    package let outcomes: [Outcome]

    /// - Precondition: there is an outcome, and all are of the same problems.
    package init(_ outcomes: [Outcome]) {
        precondition(!outcomes.isEmpty, "a mean is of at least one outcome")
        self.outcomes = outcomes
        points = Self.mean(outcomes.map(\.points))
        solutionScores = Self.mean(outcomes.map(\.solutionScores))
    }

    package var accuracy: Double {
        points.isEmpty ? 0 : points.reduce(0, +) / Double(points.count)
    }

    package var sources: [StudySource] { outcomes.flatMap(\.sources) }

    private static func mean(_ rows: [[Double]]) -> [Double] {
        rows[0].indices.map { index in
            rows.reduce(0) { $0 + $1[index] } / Double(rows.count)
        }
    }
}

/// What a change did, item by item.
package struct Effect: Sendable {
    /// Of the accuracy, between -1 and 1.
    package let accuracy: PairedDifference
    /// Of the mean log-probability of the solutions' tokens; nil where none was scored.
    package let solution: PairedDifference?

    package init(
        from before: MeanOutcome, to after: MeanOutcome,
        evaluation: DifferentialConfiguration.Evaluation, seed: UInt64
    ) {
        func difference(_ before: [Double], _ after: [Double]) -> PairedDifference {
            PairedDifference(
                before: before, after: after, confidence: evaluation.confidence,
                resamples: evaluation.resamples, seed: seed)
        }
        accuracy = difference(before.points, after.points)
        solution =
            before.solutionScores.isEmpty
            ? nil : difference(before.solutionScores, after.solutionScores)
    }
}

/// Runs the test problems under one plan after another.
struct Evaluator: Sendable {
    let run: StudyRun
    let test: StudyProblems
    let configuration: DifferentialConfiguration

    /// Answers every problem and scores its solution.
    ///
    /// - Parameter label: A word of its own in the run.
    func outcome(_ label: String, plan: HookPlan) async throws -> Outcome {
        let answers = "answers/\(label)"
        let texts = try await run.generate(
            DifferentialStudy.answer, label: answers,
            test.prompts.map { .init(prompt: $0, seed: 0) },
            settings: test.greedy, plan: plan)
        let isCorrect = texts.enumerated().map { test.judge($1.text, at: $0).isCorrect }
        var outcome = Outcome(answers: answers, isCorrect: isCorrect, solutionScores: [])
        outcome.unfitPrompts = texts.count { $0.isTooLong }
        let items = test.solutionItems
        guard configuration.evaluation.scoresSolutions, !items.isEmpty else { return outcome }
        let solutions = "solutions/\(label)"
        let scores = try await run.score(
            DifferentialStudy.solution, label: solutions, items, plan: plan)
        outcome.solutions = solutions
        // A solution that does not fit the context has no score, under any plan.
        let fitting = scores.filter { !$0.isTooLong }
        outcome.unfitSolutions = scores.count - fitting.count
        outcome.solutionScores = fitting.map { $0.total / Double($0.logProbabilities.count) }
        return outcome
    }

    /// The outcome of one intervention on a set.
    func outcome(
        _ label: String, _ intervention: Intervention, on neurons: [Neuron]
    ) async throws -> Outcome {
        try await outcome(label, plan: intervention.plan(for: neurons))
    }
}
