/// A right and a wrong chain of one problem.
package struct ContrastPair: Sendable, Hashable, Codable {
    /// The problem's place in its list.
    package var problem: Int
    /// The right chain's place among those of the problem.
    package var correct: Int
    package var incorrect: Int

    package init(problem: Int, correct: Int, incorrect: Int) {
        self.problem = problem
        self.correct = correct
        self.incorrect = incorrect
    }
}

/// What became of the chains.
package struct ContrastCounts: Sendable, Hashable, Codable {
    package var problems = 0
    /// Problems with a right and a wrong chain left.
    package var mixed = 0
    package var samples = 0
    package var truncated = 0
    /// Complete, but no answer was found.
    package var withoutAnswer = 0
    /// Right, but no majority agrees.
    package var minority = 0
    /// Right, but not accepted by a judge.
    package var rejected = 0
    /// Right chains that are left.
    package var correct = 0
    /// Wrong chains that are left.
    package var incorrect = 0

    package init() {}
}

/// Pairs of chains that differ in whether they are right, and in little else.
///
/// One pair a problem, so that the difficulty and the words of a problem weigh equally on both
/// sides. Which chains are chosen is a function of the chains, the settings and the seed, and for a
/// problem also of its id, but not of the other problems.
package struct ContrastiveSet: Sendable, Hashable {
    /// In the order of the problems.
    package private(set) var pairs: [ContrastPair] = []
    package private(set) var counts = ContrastCounts()

    /// Chooses the pairs.
    ///
    /// - Parameters:
    ///   - problems: What was asked.
    ///   - samples: The chains of each problem, in order.
    ///   - settings: Which chains may stand for a problem.
    ///   - seed: Of the run.
    ///   - accepted: A judge's verdict on a right chain.
    package static func build(
        problems: [Problem], samples: [[ChainSample]], settings: ContrastiveSettings,
        seed: UInt64, accepted: (ChainSample) -> Bool = { _ in true }
    ) -> ContrastiveSet {
        precondition(problems.count == samples.count, "chains for each problem")
        var set = ContrastiveSet()
        for (place, (problem, chains)) in zip(problems, samples).enumerated() {
            let (correct, incorrect) = set.filter(chains, problem, settings, accepted)
            set.counts.correct += correct.count
            set.counts.incorrect += incorrect.count
            guard !correct.isEmpty, !incorrect.isEmpty else { continue }
            set.counts.mixed += 1
            var generator = CounterGenerator(
                seed: StudySeed.derive(seed, purpose: "pair", name: problem.id))
            let (right, wrong) = settings.pairing.choose(correct, incorrect, &generator)
            set.pairs.append(
                ContrastPair(problem: place, correct: right.sample, incorrect: wrong.sample))
        }
        return set
    }

    /// The right and the wrong chains that pass the rules.
    private mutating func filter(
        _ chains: [ChainSample], _ problem: Problem, _ settings: ContrastiveSettings,
        _ accepted: (ChainSample) -> Bool
    ) -> (correct: [ChainSample], incorrect: [ChainSample]) {
        counts.problems += 1
        counts.samples += chains.count
        let complete = chains.filter { !settings.rejectsTruncated || !$0.isTruncated }
        counts.truncated += chains.count - complete.count
        let answered = complete.filter { $0.judgement.extracted != nil }
        counts.withoutAnswer += complete.count - answered.count
        var correct = answered.filter(\.judgement.isCorrect)
        let incorrect = answered.filter { !$0.judgement.isCorrect }
        if settings.needsMajority,
            correct.count <= Self.largestAgreement(incorrect, problem.rule)
        {
            counts.minority += correct.count
            correct = []
        }
        let sound = correct.filter(accepted)
        counts.rejected += correct.count - sound.count
        return (sound, incorrect)
    }

    /// How many wrong chains give the wrong answer that most of them give.
    private static func largestAgreement(_ chains: [ChainSample], _ rule: AnswerRule) -> Int {
        let answers = chains.compactMap(\.judgement.extracted)
        return answers.map { one in answers.count { rule.agree(one, $0) } }.max() ?? 0
    }
}

extension ContrastiveSettings.Pairing {
    /// One right and one wrong chain.
    fileprivate func choose(
        _ correct: [ChainSample], _ incorrect: [ChainSample], _ generator: inout CounterGenerator
    ) -> (ChainSample, ChainSample) {
        let pairs = correct.flatMap { right in incorrect.map { (right, $0) } }
        let candidates: [(ChainSample, ChainSample)]
        switch self {
        case .seeded: candidates = pairs
        case .nearestLength:
            let nearest = pairs.map(Self.difference).min()
            candidates = pairs.filter { Self.difference($0) == nearest }
        }
        return candidates[generator.index(below: candidates.count)]
    }

    private static func difference(_ pair: (ChainSample, ChainSample)) -> Int {
        abs(pair.0.generation.tokens.count - pair.1.generation.tokens.count)
    }
}
