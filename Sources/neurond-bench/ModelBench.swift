import Engine
import Hooks
import ModelFile

/// Rates of one model in one engine.
///
/// A prompt's rate is its length over the seconds from submission to the end, with logits of the
/// last token. A decode rate counts the tokens of all sequences from when the last of them has its
/// first token until the end. Every run has tokens of its own.
struct ModelBench {
    let engine: BenchEngine
    /// Goes on from run to run, so that no two have the same tokens.
    private var random = SplitMix(key: 0)

    init(_ engine: BenchEngine) {
        self.engine = engine
    }

    private var model: Model { engine.engine.model }

    /// Tokens a second of one prompt.
    mutating func prompt(_ count: Int, _ variant: HookVariant) throws -> Double {
        let plan = try variant.plan(for: model.shape, promptCount: count)
        let runs = try engine.run([Job(tokens: tokens(count), plan: plan, topCount: 1)])
        return Double(count) / (runs[0].finished - runs[0].submitted)
    }

    /// Tokens a second of all sequences together.
    mutating func decode(sequences: Int, tokens count: Int) throws -> Double {
        let jobs = (0..<sequences).map { _ in
            Job(
                tokens: tokens(Self.decodePromptCount), plan: .none,
                generation: Generation(maxTokens: count, ignoresEnd: true))
        }
        let runs = try engine.run(jobs)
        let start = runs.compactMap(\.tokenTimes.first).max() ?? 0
        let end = runs.compactMap(\.tokenTimes.last).max() ?? 0
        let counted = runs.flatMap(\.tokenTimes).count { $0 > start }
        return Double(counted) / (end - start)
    }

    /// Seconds from submission of a short prompt to the first generated token.
    mutating func firstToken() throws -> Double {
        let job = Job(
            tokens: tokens(Self.decodePromptCount), plan: .none,
            generation: Generation(maxTokens: 1, ignoresEnd: true))
        let run = try engine.run([job])[0]
        return run.finished - run.submitted
    }

    /// A prompt that begins as none before, and another one with the same beginning.
    mutating func prefix(_ count: Int) throws -> PrefixRun {
        let shared = tokens(count)
        let runs = try (0..<2).map { _ in
            let job = Job(
                tokens: shared + tokens(Self.prefixTailCount), plan: .none,
                generation: Generation(maxTokens: 1, ignoresEnd: true))
            return try engine.run([job])[0]
        }
        return PrefixRun(
            coldSeconds: runs[0].finished - runs[0].submitted,
            hitSeconds: runs[1].finished - runs[1].submitted,
            cachedTokens: runs[1].result?.cachedTokens ?? 0)
    }

    /// As long as a question after a few worked examples.
    static let prefixTailCount = 20

    /// So short that 16 sequences start within one step.
    static let decodePromptCount = 8

    private mutating func tokens(_ count: Int) -> [Int32] {
        let limit = Int32(clamping: model.configuration.vocabularyCount)
        return (0..<count).map { _ in Int32.random(in: 0..<limit, using: &random) }
    }
}
