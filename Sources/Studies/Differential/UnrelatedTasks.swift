import Hooks

/// What interventions do to tasks that have nothing to do with the contrast.
struct UnrelatedTasks: Sendable {
    struct Task: Sendable {
        let name: String
        /// Rule of the task's problems.
        let rule: AnswerRule
        let count: Int
        let unhooked: TaskScore
        let rows: [Row]
    }

    struct Row: Sendable {
        let title: String
        let intervention: Intervention
        /// One for each draw.
        let scores: [TaskScore]
    }

    let tasks: [Task]
}

/// How the problems of a task went: 1 or 0 for right or wrong, or a mean log-probability.
struct TaskScore: Sendable {
    let label: String
    let values: [Double]

    var mean: Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }
}

extension DifferentialStudy {
    /// Measures each task unhooked, and under every intervention on the selected and on random
    /// neurons.
    func unrelatedTasks(
        _ run: StudyRun, _ problems: [UnrelatedProblems], _ selections: DifferentialSelections
    ) async throws -> UnrelatedTasks {
        var tasks: [UnrelatedTasks.Task] = []
        for part in problems {
            tasks.append(try await measure(TaskRun(run: run, part: part), selections))
        }
        return UnrelatedTasks(tasks: tasks)
    }

    private func measure(
        _ task: TaskRun, _ selections: DifferentialSelections
    ) async throws -> UnrelatedTasks.Task {
        let unhooked = try await task.score("unhooked", plan: HookPlan())
        let groups: [(String, [SelectedSet])] = ["Selected", "Random"].map { title in
            (title, selections.sets.filter { $0.method.title == title })
        }
        var rows: [UnrelatedTasks.Row] = []
        for factor in configuration.interventions.factors {
            let intervention = Intervention(factor: factor)
            for (title, sets) in groups where !sets.isEmpty {
                var scores: [TaskScore] = []
                for set in sets {
                    scores.append(
                        try await task.score(
                            "\(intervention.word)/\(set.method.word)",
                            plan: intervention.plan(for: set.neurons)))
                }
                rows.append(.init(title: title, intervention: intervention, scores: scores))
            }
        }
        return .init(
            name: task.part.name, rule: task.part.rule, count: task.problems.problems.count,
            unhooked: unhooked, rows: rows)
    }
}

/// The problems of one rule of an unrelated task.
private struct TaskRun {
    let run: StudyRun
    let part: UnrelatedProblems
    var problems: StudyProblems { part.problems }

    func score(_ word: String, plan: HookPlan) async throws -> TaskScore {
        let label = "unrelated/\(part.name)/\(word)"
        let values =
            switch part.rule {
            case .choice: try await choices(label, plan)
            case .likelihood: try await likelihoods(label, plan)
            default: try await answers(label, plan)
            }
        return TaskScore(label: label, values: values)
    }

    private func answers(_ label: String, _ plan: HookPlan) async throws -> [Double] {
        let texts = try await run.generate(
            DifferentialStudy.unrelated, label: label,
            problems.prompts.map { .init(prompt: $0, seed: 0) }, settings: problems.greedy,
            plan: plan)
        return texts.enumerated().map { problems.judge($1.text, at: $0).isCorrect ? 1 : 0 }
    }

    /// Whether the answer is the most probable of the choices.
    private func choices(_ label: String, _ plan: HookPlan) async throws -> [Double] {
        let prompts = problems.prompts
        let items = problems.problems.indices.flatMap { index in
            (problems.problems[index].choices ?? []).map {
                ContinuationItem(prompt: prompts[index], continuation: $0)
            }
        }
        var scores = try await run.score(
            DifferentialStudy.unrelated, label: label, items, plan: plan)[...]
        return problems.problems.map { problem in
            let choices = problem.choices ?? []
            let own = Array(scores.prefix(choices.count)).map(\.total)
            scores = scores.dropFirst(choices.count)
            guard let best = own.max(), let place = own.firstIndex(of: best) else { return 0 }
            return choices[place] == problem.answer ? 1 : 0
        }
    }

    private func likelihoods(_ label: String, _ plan: HookPlan) async throws -> [Double] {
        let items = zip(problems.prompts, problems.problems).map {
            ContinuationItem(prompt: $0, continuation: $1.answer)
        }
        let scores = try await run.score(
            DifferentialStudy.unrelated, label: label, items, plan: plan)
        return scores.filter { !$0.logProbabilities.isEmpty }.map {
            $0.total / Double($0.logProbabilities.count)
        }
    }
}
