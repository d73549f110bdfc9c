/// One chain of reasoning that a model wrote for a problem.
package struct ChainSample: Sendable, Hashable {
    /// The problem's place in its list.
    package var problem: Int
    /// The chain's place among those of its problem.
    package var sample: Int
    package var generation: Generation
    package var judgement: Judgement

    package init(problem: Int, sample: Int, generation: Generation, judgement: Judgement) {
        self.problem = problem
        self.sample = sample
        self.generation = generation
        self.judgement = judgement
    }

    /// Whether the model would have gone on.
    var isTruncated: Bool { generation.reason == "length" }
}

/// How chains are sampled and which of them contrast.
package struct ContrastiveSettings: Sendable, Hashable, Codable {
    /// Which right and which wrong chain of a problem stand for it.
    package enum Pairing: String, Sendable, Hashable, Codable, CaseIterable {
        /// One of each by the seed.
        case seeded
        /// The right and the wrong one whose numbers of tokens are nearest; the seed decides
        /// between equal differences.
        case nearestLength = "nearest_length"
    }

    /// Chains of each problem.
    package var samples = 8
    package var temperature: Float = 0.7
    package var topP: Float = 0.95
    package var maxTokens = 1024
    /// Drops chains that ended at `maxTokens`.
    package var rejectsTruncated = true
    /// Keeps the right chains of a problem only where no wrong answer is given as often.
    ///
    /// A right answer that the model mostly does not find may have come about by a wrong step.
    package var needsMajority = false
    package var pairing = Pairing.seeded

    package init() {}

    /// How the chains are generated, with a template's own stop strings.
    package func generation(stop: [String]) -> GenerationSettings {
        GenerationSettings(
            maxTokens: maxTokens, temperature: temperature, topP: topP, stop: stop)
    }
}
