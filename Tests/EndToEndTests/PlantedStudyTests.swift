import Foundation
import Hooks
import NeurondClient
import TestSupport
import Testing

@testable import Studies

/// The differential study on a daemon whose model has neurons planted into its weights.
@Suite("Differential study on planted weights", .timeLimit(.minutes(30)))
struct PlantedStudyTests {
    /// A daemon's model whose sampled chains are written here, so that it is known which are right.
    struct ScriptedChains: StudyModel {
        let model: DaemonModel
        /// Whether right chains hold another token than wrong ones.
        let differ: Bool
        var identity: ModelIdentity { model.identity }

        func generate(
            _ items: [Studies.GenerationItem], settings: GenerationSettings, plan: HookPlan
        ) async throws -> [Generation] {
            guard settings.temperature > 0 else {
                return try await model.generate(items, settings: settings, plan: plan)
            }
            return items.map { item in
                guard case .text(let prompt) = item.prompt else { preconditionFailure("a text") }
                let isRight = item.seed % 2 == 0
                let length = 24 + Int(item.seed >> 8 % 5)
                let tokens = (0..<length).map { place -> UInt32 in
                    if place % 8 == 0 {
                        return isRight || !differ ? PlantedWeights.up : PlantedWeights.down
                    }
                    let number = CounterRandom.uniform(
                        seed: item.seed, coordinates: (UInt32(place), 0, 0, 0)
                    ).0
                    return 80 + UInt32(number * 200)
                }
                let number = prompt.filter(\.isNumber)
                return Generation(
                    promptTokens: [1, 90, 91, 92], tokens: tokens,
                    text: "The answer is \(isRight ? number : number + "0").", reason: "end")
            }
        }

        func score(
            _ items: [ContinuationItem], plan: HookPlan
        ) async throws -> [ContinuationScore] { try await model.score(items, plan: plan) }

        func statistics(
            _ items: [StatisticsItem], sums: [ElementSum], plan: HookPlan
        ) async throws -> [String: NeuronStatistics] {
            try await model.statistics(items, sums: sums, plan: plan)
        }

        func valueNorms() async throws -> NeuronGrid<Float> { try await model.valueNorms() }

        func project(
            _ neurons: [Neuron], convention: ProjectionConvention, count: Int
        ) async throws -> [Projection] {
            try await model.project(neurons, convention: convention, count: count)
        }
    }

    static func configuration(in folder: URL) throws -> DifferentialConfiguration {
        func write(_ name: String, _ range: Range<Int>) throws -> String {
            let lines = range.map {
                #"{"id": "\#($0)", "question": "number \#($0)", "answer": "\#($0)", "#
                    + #""score": "final", "solution": "The answer is \#($0)."}"#
            }
            let file = folder.appending(path: name)
            try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
            return file.path
        }
        var configuration = DifferentialConfiguration()
        configuration.data.contrast = try write("contrast.jsonl", 100..<124)
        configuration.data.test = try write("test.jsonl", 200..<202)
        configuration.selection.rule.threshold = 2
        configuration.interventions = .init(factors: [0], scopes: [.all])
        configuration.sweeps = .init(thresholds: [], thresholdScope: nil, scales: [])
        configuration.domains.isStudied = false
        configuration.evaluation.maximumTokens = 6
        configuration.evaluation.resamples = 100
        return configuration
    }

    static func selected(_ results: StudyResults) -> Set<Neuron> {
        let set = results.neuronSets.first { $0.name == "selected" }?.set
        return Set(
            (set?.neurons ?? [:]).flatMap { layer, ranges in
                ranges.indices.map { Neuron(layer: layer, index: $0) }
            })
    }

    @Test("it finds exactly the planted neurons in each reading, and none in identical classes")
    func exactlyThePlanted() async throws {
        let directory = try TemporaryDirectory()
        let weights = try PlantedWeights(in: directory.url)
        let daemon = try DaemonProcess(model: weights.folder)
        defer { _ = daemon.stop() }
        let address = daemon.address
        _ = try await daemon.connect().close()
        let model = try await DaemonModel(options: CallOptions()) {
            try await Client.connect(to: address)
        }
        let store = try RunStore(path: directory.path + "/studies.sqlite")
        var configuration = try Self.configuration(in: directory.url)
        func run(differ: Bool) async throws -> Set<Neuron> {
            let name = differ ? "differ" : "same"
            let id = try store.begin(
                study: name, configuration: configuration.toml, model: model.identity,
                codeVersion: "1")
            let run = StudyRun(
                id, of: name, model: ScriptedChains(model: model, differ: differ), store: store)
            return Self.selected(try await DifferentialStudy(configuration).run(run))
        }
        let planted = Set(
            PlantedWeights.planted.map { Neuron(layer: $0.0, index: $0.1) })
        for reading in ActivationReading.allCases {
            configuration.selection.reading = reading
            #expect(try await run(differ: true) == planted, "\(reading)")
        }
        #expect(try await run(differ: false).isEmpty)
        await model.close()
    }
}
