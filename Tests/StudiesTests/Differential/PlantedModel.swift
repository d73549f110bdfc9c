import Foundation
import Hooks

@testable import Studies

/// A model of made-up numbers in which some neurons fire more in right chains, and carry answers.
///
/// Sampled chains are right or wrong by their seed. Activations are normally distributed, those of
/// the planted neurons `gain` times as large in right chains. Greedy answers are right with a
/// probability that falls with each planted neuron that a plan silences. One of the planted neurons
/// belongs to the odd numbers alone.
struct PlantedModel: StudyModel {
    static let oddOnly = neuron(1, 5)
    var planted: Set<Neuron> = [
        neuron(0, 3), oddOnly, neuron(2, 0), neuron(2, 15), neuron(3, 7),
    ]
    var gain = 1.6
    /// The first number whose texts do not fit the context.
    var tooLongFrom = Int.max

    let identity = ModelIdentity(
        name: "planted", digest: "sha256:beef", tokenizerDigest: "words", weightFormat: "f32",
        build: "1", layers: RawActivations.shape.layers, neurons: RawActivations.shape.neurons,
        width: 8, vocabulary: 16, contextLength: 64)

    private static let right: UInt32 = 1
    private static let wrong: UInt32 = 2

    func generate(
        _ items: [GenerationItem], settings: GenerationSettings, plan: HookPlan
    ) async throws -> [Generation] {
        items.map { item in
            guard case .text(let prompt) = item.prompt else { preconditionFailure("texts only") }
            let number = Self.digits(of: prompt)
            guard number < tooLongFrom else { return .tooLong }
            let seed = StudySeed.derive(item.seed, purpose: "text", name: prompt)
            let chance = settings.temperature > 0 ? 0.6 : 0.85 * strength(under: plan, of: number)
            let isRight = Self.uniform(seed, 0) < chance
            let length = 24 + Int(Self.uniform(seed, 1) * 6)
            let words = (0..<length).map { UInt32(3 + Int(Self.uniform(seed, 2 + $0) * 13)) }
            return Generation(
                promptTokens: [UInt32(number)], tokens: [isRight ? Self.right : Self.wrong] + words,
                text: "The answer is \(isRight ? number : number + 1).", reason: "end")
        }
    }

    func score(
        _ items: [ContinuationItem], plan: HookPlan
    ) async throws -> [ContinuationScore] {
        items.map { item in
            let count = item.continuation.utf8.count
            let number = Self.digits(of: item.continuation)
            guard number < tooLongFrom else { return .tooLong }
            let seed = StudySeed.derive(0, purpose: "score", name: item.continuation)
            let value =
                -0.2 - Self.uniform(seed, 0) / 10 - 2 * (1 - strength(under: plan, of: number))
            return ContinuationScore(logProbabilities: .init(repeating: value, count: count))
        }
    }

    func statistics(
        _ items: [StatisticsItem], sums: [ElementSum], plan: HookPlan
    ) async throws -> [String: NeuronStatistics] {
        Dictionary(grouping: items, by: \.group).mapValues { items in
            let raw = RawActivations(chains: items.map { rows($0) })
            var statistics = raw.statistics()
            statistics.sums = statistics.sums.filter { sums.contains($0.key) }
            return statistics
        }
    }

    func valueNorms() async throws -> NeuronGrid<Float> {
        NeuronGrid(
            layers: identity.layers, neurons: identity.neurons,
            values: (0..<identity.layers * identity.neurons).map { 1 + Float($0 % 5) / 10 })
    }

    func project(
        _ neurons: [Neuron], convention: ProjectionConvention, count: Int
    ) async throws -> [Projection] {
        neurons.map { neuron in
            let tokens = (0..<count).map {
                Projection.Token(id: UInt32($0), text: "token \($0)", score: -Float($0))
            }
            return Projection(neuron: neuron, promoted: tokens, demoted: tokens, norm: 1)
        }
    }

    // MARK: Made-up numbers

    /// 1 minus a fifth for each planted neuron that is silenced and serves the number.
    private func strength(under plan: HookPlan, of number: Int) -> Double {
        let serving = planted.filter { number % 2 == 1 || $0 != Self.oddOnly }
        var silenced = 0
        for action in plan.actions where action.operation == .zero {
            for selection in action.target.selections {
                guard case .ranges(let layers) = selection.layers,
                    case .ranges(let units) = selection.units
                else { continue }
                silenced += serving.count {
                    layers.contains($0.layer) && units.contains($0.index)
                }
            }
        }
        return 1 - 0.2 * Double(silenced)
    }

    private func rows(_ item: StatisticsItem) -> [[Double]] {
        let isRight = item.continuation.first == Self.right
        let name = (item.prompt + item.continuation).map { "\($0)" }.joined(separator: " ")
        let seed = StudySeed.derive(1, purpose: "activations", name: name)
        return item.continuation.indices.map { position in
            (0..<identity.layers * identity.neurons).map { index in
                let value = Double(
                    CounterRandom.normal(
                        seed: seed, coordinates: (UInt32(position), UInt32(index), 0, 0)))
                let neuron = Neuron(
                    layer: index / identity.neurons, index: index % identity.neurons)
                let more = neuron == Self.oddOnly ? (item.prompt[0] % 2 == 1 ? 2.5 : 0) : 1
                return value * (isRight && planted.contains(neuron) ? 1 + (gain - 1) * more : 1)
            }
        }
    }

    private static func uniform(_ seed: UInt64, _ place: Int) -> Double {
        CounterRandom.uniform(seed: seed, coordinates: (UInt32(place), 0, 0, 0)).0
    }

    private static func digits(of text: String) -> Int {
        Int(text.filter(\.isNumber)) ?? 0
    }
}

/// Problems in files of their own, and the configuration of a small study on them.
struct PlantedData: ~Copyable {
    let store: TemporaryStore
    let configuration: DifferentialConfiguration

    init(
        contrast: Int = 60, test: Int = 200,
        _ change: (inout DifferentialConfiguration) -> Void = { _ in }
    ) throws {
        let store = try TemporaryStore()
        let folder = store.folder
        func write(_ name: String, _ range: Range<Int>) throws -> String {
            let lines = range.map { number in
                """
                {"id": "\(name)/\(number)", "question": "Say \(number).", "answer": "\(number)", \
                "score": "final", "tags": {"domain": "\(number % 2 == 0 ? "even" : "odd")"}, \
                "solution": "The answer is \(number)."}
                """
            }
            let file = folder.appending(path: "\(name).jsonl")
            try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
            return file.path
        }
        var made = DifferentialConfiguration()
        made.data.contrast = try write("contrast", 1000..<1000 + contrast)
        made.data.test = try write("test", 5000..<5000 + test)
        made.sampling.samples = 4
        made.selection.rule.threshold = 1.2
        made.sweeps.thresholds = [1, 1.2]
        made.sweeps.scales = [0, 1]
        made.interventions.scopes = [.all]
        made.evaluation.resamples = 400
        change(&made)
        self.store = store
        configuration = made
    }

    /// Runs the study and answers its results with the store that they are in.
    func run(
        _ model: some StudyModel, name: String = "studies.sqlite",
        observe: @escaping @Sendable (StudyEvent) -> Void = { _ in }
    ) async throws -> (results: StudyResults, store: RunStore, id: Int64) {
        let store = try RunStore(path: store.folder.appending(path: name).path)
        let id = try store.begin(
            study: DifferentialStudy.name, configuration: configuration.toml,
            model: model.identity, codeVersion: "1")
        let study = try DifferentialStudy(configuration)
        let run = StudyRun(
            id, of: DifferentialStudy.name, model: model, store: store, observe: observe)
        return (try await study.run(run), store, id)
    }
}
