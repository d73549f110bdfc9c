import Testing

@testable import Studies

@Suite("Contrastive sets") struct ContrastiveSetTests {
    /// A chain of so many tokens that gives an answer; `…` is one that was cut off.
    struct Chain {
        var answer: String?
        var tokens: Int
        var reason = "stop"
    }

    static let problems = (0..<40).map {
        Problem(id: "p\($0)", question: "q", answer: "1", kind: .number)
    }

    static func samples(_ chains: [[Chain]]) -> [[ChainSample]] {
        chains.enumerated().map { problem, chains in
            chains.enumerated().map { sample, chain in
                ChainSample(
                    problem: problem, sample: sample,
                    generation: Generation(
                        promptTokens: [1], tokens: Array(repeating: 2, count: chain.tokens),
                        text: "", reason: chain.reason),
                    judgement: Judgement(
                        extracted: chain.answer, isCorrect: chain.answer == "1"))
            }
        }
    }

    static func build(
        _ chains: [[Chain]], seed: UInt64 = 1, accepted: (ChainSample) -> Bool = { _ in true },
        change: (inout ContrastiveSettings) -> Void = { _ in }
    ) -> ContrastiveSet {
        var settings = ContrastiveSettings()
        change(&settings)
        return ContrastiveSet.build(
            problems: Array(problems.prefix(chains.count)), samples: samples(chains),
            settings: settings, seed: seed, accepted: accepted)
    }

    static let right = Chain(answer: "1", tokens: 10)
    static let wrong = Chain(answer: "2", tokens: 10)

    @Test("only problems with a right and a wrong chain have a pair")
    func mixed() {
        let set = Self.build([
            [Self.right, Self.right], [Self.wrong, Self.right], [Self.wrong, Self.wrong], [],
        ])
        #expect(set.pairs == [ContrastPair(problem: 1, correct: 1, incorrect: 0)])
        #expect(set.counts.problems == 4 && set.counts.mixed == 1 && set.counts.samples == 6)
        #expect(set.counts.correct == 3 && set.counts.incorrect == 3)
    }

    @Test("chains that were cut off or give no answer are left out, and counted")
    func rules() {
        let chains = [
            [
                Chain(answer: "1", tokens: 5, reason: "length"), Self.right,
                Chain(answer: nil, tokens: 5), Self.wrong,
            ]
        ]
        let set = Self.build(chains)
        #expect(set.pairs == [ContrastPair(problem: 0, correct: 1, incorrect: 3)])
        #expect(set.counts.truncated == 1 && set.counts.withoutAnswer == 1)
        let all = Self.build(chains, change: { $0.rejectsTruncated = false })
        #expect(all.counts.correct == 2 && all.counts.truncated == 0)
    }

    @Test("a right answer that another is given as often as can be asked to be left out")
    func majority() {
        let other = Chain(answer: "2.0", tokens: 10)
        let chains = [
            [Self.right, Self.right, Self.wrong, other],
            [Self.right, Self.right, Self.wrong, Chain(answer: "3", tokens: 10)],
        ]
        let set = Self.build(chains, change: { $0.needsMajority = true })
        #expect(set.pairs.map(\.problem) == [1], "2 and 2.0 are one answer")
        #expect(set.counts.minority == 2)
        #expect(Self.build(chains).pairs.count == 2)
    }

    @Test("what a judge does not accept is left out, and counted")
    func judge() {
        let set = Self.build([[Self.right, Self.right, Self.wrong]], accepted: { $0.sample == 1 })
        #expect(set.pairs == [ContrastPair(problem: 0, correct: 1, incorrect: 2)])
        #expect(set.counts.rejected == 1)
    }

    @Test("the seed chooses among the chains, for each problem on its own")
    func seeded() {
        let chains = Array(
            repeating: [Self.right, Self.wrong, Self.right, Self.wrong, Self.right], count: 40)
        let set = Self.build(chains, seed: 1)
        #expect(set == Self.build(chains, seed: 1))
        #expect(set != Self.build(chains, seed: 2))
        #expect(Set(set.pairs.map(\.correct)) == [0, 2, 4])
        #expect(Set(set.pairs.map(\.incorrect)) == [1, 3])
        // Dropping the first problem's chains changes no other problem's pair.
        var fewer = chains
        fewer[0] = []
        #expect(Self.build(fewer, seed: 1).pairs == Array(set.pairs.dropFirst()))
    }

    @Test("nearest lengths are paired")
    func nearest() {
        let chains = [
            [
                Chain(answer: "1", tokens: 10), Chain(answer: "1", tokens: 30),
                Chain(answer: "2", tokens: 20), Chain(answer: "2", tokens: 28),
                Chain(answer: "2", tokens: 100),
            ]
        ]
        for seed in 0..<5 as Range<UInt64> {
            let set = Self.build(chains, seed: seed, change: { $0.pairing = .nearestLength })
            #expect(set.pairs == [ContrastPair(problem: 0, correct: 1, incorrect: 3)])
        }
    }
}
