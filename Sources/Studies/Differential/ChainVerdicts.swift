import Foundation

/// What a judge is asked, as the store keeps it.
private struct ChainQuestion: Codable, Sendable {
    let problem: Problem
    let chain: String
}

extension DifferentialStudy {
    /// The label of the call that asks a judge.
    static let verdictsLabel = "verdicts"

    /// Right chains that a judge does not call sound; none where no judge is wanted.
    ///
    /// Asked are the right chains that could stand for a problem: those of problems that have a
    /// wrong one too.
    func unsound(
        _ run: StudyRun, _ contrast: StudyProblems, _ samples: [[ChainSample]]
    ) async throws -> Set<ChainSample> {
        guard let settings = configuration.judge.settings else { return [] }
        let judge = try ChainJudge(settings, environment: ProcessInfo.processInfo.environment)
        let mixed = samples.filter { $0.contains { !$0.judgement.isCorrect } }
        let right = mixed.joined().filter(\.judgement.isCorrect)
        let questions = right.map { chain in
            ChainQuestion(
                problem: contrast.problems[chain.problem], chain: chain.generation.text)
        }
        let verdicts = try await run.results(
            of: Self.judge, label: Self.verdictsLabel, items: questions, settings: settings
        ) { questions in
            var verdicts: [JudgeVerdict] = []
            for question in questions {
                verdicts.append(
                    try await judge.verdict(problem: question.problem, chain: question.chain))
            }
            return verdicts
        }
        return Set(zip(right, verdicts).filter { $0.1.isSound != true }.map(\.0))
    }
}
