import Hooks

/// Chains that were sampled, judged and chosen for the contrast.
struct ContrastiveChains: Sendable {
    let samples: [[ChainSample]]
    let set: ContrastiveSet
    /// Chains of the contrast with their kinds, in the order in which they are counted.
    let placed: [PlacedChain]

    /// Places, in the call that sampled, of some chains.
    func places(of chains: some Sequence<PlacedChain>) -> [Int] {
        let count = samples.first?.count ?? 0
        return chains.map { $0.problem * count + $0.sample }
    }

    /// Mean number of generated tokens of chains of a kind; nil without one.
    func meanLength(where isWanted: (ChainCell) -> Bool) -> Double? {
        let lengths = placed.filter { isWanted($0.cell) }.map(\.length)
        return lengths.isEmpty ? nil : Double(lengths.reduce(0, +)) / Double(lengths.count)
    }
}

extension DifferentialStudy {
    /// The label of the call that samples.
    static let samplesLabel = "chains"
    /// The label of the call that counts activations.
    static let activationsLabel = "activations"

    /// Samples chains, judges them, and chooses those of the contrast.
    func collectChains(_ run: StudyRun, _ data: DifferentialData) async throws -> ContrastiveChains
    {
        let samples = try await sampled(run, data.contrast)
        let unsound = try await unsound(run, data.contrast, samples)
        let set = ContrastiveSet.build(
            problems: data.contrast.problems, samples: samples,
            settings: configuration.sampling.settings, seed: configuration.seed,
            accepted: { !unsound.contains($0) })
        let places = Dictionary(
            uniqueKeysWithValues: data.subjects.enumerated().map { ($0.element, $0.offset) })
        let placed = PlacedChain.place(
            set.pairs, subjects: data.contrast.subjects.map { places[$0] ?? 0 },
            tolerance: configuration.activations.lengthTolerance
        ) { problem, sample in samples[problem][sample].generation.tokens.count }
        return ContrastiveChains(samples: samples, set: set, placed: placed)
    }

    private func sampled(
        _ run: StudyRun, _ contrast: StudyProblems
    ) async throws -> [[ChainSample]] {
        let sampling = configuration.sampling
        let prompts = contrast.prompts
        let items = contrast.problems.indices.flatMap { problem in
            (0..<sampling.samples).map { sample in
                GenerationItem(
                    prompt: prompts[problem],
                    seed: StudySeed.sample(
                        run: configuration.seed, problem: contrast.problems[problem].id,
                        index: sample))
            }
        }
        var settings = contrast.greedy
        settings.temperature = sampling.temperature
        settings.topP = sampling.topP
        let texts = try await run.generate(
            Self.sample, label: Self.samplesLabel, items, settings: settings)
        return contrast.problems.indices.map { problem in
            (0..<sampling.samples).map { sample in
                let text = texts[problem * sampling.samples + sample]
                return ChainSample(
                    problem: problem, sample: sample, generation: text,
                    judgement: contrast.judge(text.text, at: problem))
            }
        }
    }

    /// Sums of activations of every kind of chains.
    func activations(
        _ run: StudyRun, _ chains: ContrastiveChains
    ) async throws -> ChainPartition {
        let items = chains.placed.map { chain in
            let text = chains.samples[chain.problem][chain.sample].generation
            return switch configuration.activations.tokens {
            case .response:
                StatisticsItem(
                    prompt: text.promptTokens, continuation: text.tokens, group: chain.cell.label)
            case .all:
                StatisticsItem(
                    prompt: text.promptTokens + text.tokens, continuation: [],
                    group: chain.cell.label)
            }
        }
        let sums = ActivationReading.allCases.map(\.sum) + [.positive]
        let groups = try await run.statistics(
            Self.activations, label: Self.activationsLabel, items, sums: sums, plan: HookPlan())
        let cells = Set(chains.placed.map(\.cell))
        return ChainPartition(
            Dictionary(
                uniqueKeysWithValues: cells.compactMap { cell in
                    groups[cell.label].map { (cell, $0) }
                }))
    }
}
