import Foundation
import Hooks
import Synchronization

@testable import Studies

/// A study that asks each kind of question once: enough to see what a frame does with them.
struct ToyStudy: Study {
    static let name = "toy"
    static let summary = "Lengths of made-up texts."
    static let write = StudyStep("write", "Texts for every prompt.")
    static let weigh = StudyStep("weigh", "Probabilities of every text.")
    static let count = StudyStep("count", "Sums over every text.")
    static let steps = [write, weigh, count]

    enum Tone: String, Sendable, CaseIterable { case calm, loud }

    struct Configuration: StudyConfiguration {
        var prompts = 7
        var temperature: Float = 0.7
        var threshold = 1.15
        var tone = Tone.calm
        var scales = [0.5, 1]
        var isLong = false
        var file: String?
        var seed: UInt64 = 3

        static let settings: [StudySetting<Self>] = [
            StudySetting("prompts", \.prompts, .integer(in: 0...1_000), "How many texts."),
            StudySetting(
                "sampling.temperature", \.temperature, .number(in: 0...2 as ClosedRange<Float>),
                "How the texts are drawn; 0 is greedy, and higher values give texts that differ "
                    + "more from one seed to the next."),
            StudySetting("sampling.seed", \.seed, .seed, "Of all random numbers."),
            StudySetting(
                "selection.threshold", \.threshold, .number(in: 0...10 as ClosedRange<Double>),
                "θ."),
            StudySetting("selection.tone", \.tone, .choice, "How it sounds."),
            StudySetting(
                "selection.scales", \.scales,
                .list(of: .number(in: 0...4 as ClosedRange<Double>), count: 1...8), "Factors."),
            StudySetting("selection.long", \.isLong, .flag, "Whether it is long."),
            StudySetting(
                "selection.file", \.file, .optional(.text("the path of a file")), "Where."),
        ]
    }

    let configuration: Configuration

    init(_ configuration: Configuration) throws {
        if configuration.prompts == 0 {
            throw StudyError("CONFIGURATION", "prompts is 0: nothing to write", isUsage: true)
        }
        self.configuration = configuration
    }

    func run(_ run: StudyRun) async throws -> StudyResults {
        // The last prompt is the first again, so that one item occurs twice.
        let prompts = (0..<configuration.prompts).map { "prompt \($0 % max(1, $0 - 1))" }
        let texts = try await run.generate(
            Self.write, label: "texts",
            prompts.map { GenerationItem(prompt: .text($0), seed: configuration.seed) },
            settings: GenerationSettings(maxTokens: 8, temperature: configuration.temperature))
        let scores = try await run.score(
            Self.weigh, label: "scores",
            zip(prompts, texts).map {
                ContinuationItem(prompt: .text($0.0), continuation: $0.1.text)
            })
        let sums = try await run.statistics(
            Self.count, label: "sums",
            texts.enumerated().map { place, text in
                StatisticsItem(
                    prompt: text.promptTokens, continuation: text.tokens,
                    group: place < 5 ? "many" : "few")
            }, sums: [.meanAbs, .positive])
        var table = StudyTable(
            "lengths", title: "Lengths",
            columns: [.text("prompt"), .integer("tokens"), .number("nats", digits: 3)])
        for (place, prompt) in prompts.enumerated() {
            table.add(
                .init(
                    [
                        .text(prompt), .integer(texts[place].tokens.count),
                        .number(scores[place].total),
                    ],
                    sources: [
                        StudySource("texts", items: [place]), StudySource("scores", items: [place]),
                    ]))
        }
        var results = StudyResults()
        results.tables = [table]
        results.report = "# Toy\n\n" + table.markdown
        results.neuronSets = [
            StudyNeuronSet(
                "found", neurons: [Neuron(layer: 1, index: 2), Neuron(layer: 0, index: 1)],
                of: run.model.identity, origin: "made up")
        ]
        results.tensors =
            [StudyTensor("scales", shape: [2], values: [0.1, .infinity])]
            + sums.sorted { $0.key < $1.key }.compactMap { label, group in
                group.mean(of: .meanAbs).map { StudyTensor(label, $0) }
            }
        results.figures = [StudyFigure("bars", title: "Bars", text: "#\n##\n")]
        return results
    }
}

/// A model that answers by arithmetic on the questions, counts them, and can break off.
final class ToyModel: StudyModel {
    struct BrokenOff: Error {}

    let identity: ModelIdentity
    private let state: Mutex<(calls: Int, items: Int)> = Mutex((0, 0))
    /// Calls that are answered before one breaks off; nil for all.
    private let patience: Int?

    init(digest: String = "sha256:feed", build: String = "1", patience: Int? = nil) {
        identity = ModelIdentity(
            name: "toy", digest: digest, tokenizerDigest: "words", weightFormat: "f32",
            build: build, layers: 2, neurons: 3, width: 4, vocabulary: 16, contextLength: 32)
        self.patience = patience
    }

    var calls: Int { state.withLock { $0.calls } }
    var items: Int { state.withLock { $0.items } }

    private func admit(_ count: Int) throws {
        let isOver = state.withLock { state in
            if let patience, state.calls >= patience { return true }
            state.calls += 1
            state.items += count
            return false
        }
        if isOver { throw BrokenOff() }
    }

    func generate(
        _ items: [GenerationItem], settings: GenerationSettings, plan: HookPlan
    ) async throws -> [Generation] {
        try admit(items.count)
        return items.map { item in
            guard case .text(let prompt) = item.prompt else { preconditionFailure("texts only") }
            let sum = prompt.utf8.reduce(UInt64(plan.actions.count) + item.seed) { $0 + UInt64($1) }
            let tokens = (0..<(sum % 5 + 1)).map { UInt32(truncatingIfNeeded: sum + $0) }
            return Generation(
                promptTokens: [UInt32(prompt.utf8.count)], tokens: tokens,
                text: "text \(sum) \(settings.temperature)", reason: "end")
        }
    }

    func score(
        _ items: [ContinuationItem], plan: HookPlan
    ) async throws -> [ContinuationScore] {
        try admit(items.count)
        return items.map { item in
            ContinuationScore(
                logProbabilities: item.continuation.utf8.map { -1 / (Double($0) + 0.1) })
        }
    }

    func statistics(
        _ items: [StatisticsItem], sums: [ElementSum], plan: HookPlan
    ) async throws -> [String: NeuronStatistics] {
        try admit(items.count)
        var groups: [String: NeuronStatistics] = [:]
        for item in items {
            let values = (0..<6).map { place in
                Int128(item.prompt.reduce(0, +)) << 40 + Int128(place * item.continuation.count)
            }
            let grid = NeuronGrid(layers: 2, neurons: 3, values: values)
            let part = NeuronStatistics(
                items: 1, tokens: item.continuation.count,
                sums: Dictionary(uniqueKeysWithValues: sums.map { ($0, grid) }))
            groups[item.group] =
                groups[item.group].flatMap { NeuronStatistics.merged([$0, part]) } ?? part
        }
        return groups
    }

    func valueNorms() async throws -> NeuronGrid<Float> {
        try admit(1)
        return NeuronGrid(layers: 2, neurons: 3, values: [0.1, 2, 3, 4, 5, 1e-30])
    }

    func project(
        _ neurons: [Neuron], convention: ProjectionConvention, count: Int
    ) async throws -> [Projection] {
        try admit(neurons.count)
        return neurons.map { neuron in
            Projection(
                neuron: neuron,
                promoted: [.init(id: UInt32(neuron.index), text: "é\n", score: 0.3)],
                demoted: [], norm: 1)
        }
    }
}

/// A path in a folder of its own, and what is made there.
struct TemporaryStore: ~Copyable {
    let folder: URL
    var path: String { folder.appending(path: "studies.sqlite").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "neurond-store-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
