package import Hooks
import HookMessages
import Messages
import NeurondClient
import SwiftProtobuf

extension DaemonModel {
    package func generate(
        _ items: [GenerationItem], settings: GenerationSettings, plan: HookPlan
    ) async throws -> [Generation] {
        let options = options
        return try await inParts(items, limit: itemLimit) { client, part in
            // A text ends where the context does, as it ends at `maxTokens`.
            try await Self.fitting(part, room: settings.maxTokens) { fitting in
                try await Self.generate(fitting, settings, plan, client, options)
            }.map { $0 ?? .tooLong }
        }
    }

    /// Answers to the items that fit the model's context; nil for the others.
    ///
    /// A refusal names one item, and by how many positions it is too long; that item is asked for
    /// with less room, or left out where it would have none, and the rest is asked again.
    private static func fitting<Item, Answer>(
        _ items: [Item], room: Int, _ ask: ([(Item, Int)]) async throws -> [Answer]
    ) async throws -> [Answer?] {
        var rooms = [Int](repeating: room, count: items.count)
        while true {
            let places = items.indices.filter { rooms[$0] > 0 }
            do {
                let asked = places.map { (items[$0], rooms[$0]) }
                let answers = asked.isEmpty ? [] : try await ask(asked)
                var all = [Answer?](repeating: nil, count: items.count)
                for (place, answer) in zip(places, answers) { all[place] = answer }
                return all
            } catch let error as NeurondError where error.reason == "CONTEXT_TOO_LONG" {
                guard let index = error.itemIndex, places.indices.contains(index),
                    error.asked > error.limit
                else { throw error }
                rooms[places[index]] -= Int(clamping: error.asked - error.limit)
            }
        }
    }

    private static func generate(
        _ items: [(GenerationItem, Int)], _ settings: GenerationSettings,
        _ plan: HookPlan, _ client: Client, _ options: CallOptions
    ) async throws -> [Generation] {
        var sampling = Neurond_V1_Sampling()
        sampling.temperature = settings.temperature
        sampling.topP = settings.topP
        let wanted = items.map { item, length in
            NeurondClient.GenerationItem(
                Neurond_V1_Prompt(item.prompt), seed: item.seed, maximumTokenCount: length)
        }
        let answers = try client.generate(
            items: wanted, maximumTokenCount: settings.maxTokens, plan: plan, sampling: sampling,
            stop: settings.stop, options: options)
        var texts: [Generation] = []
        for try await answer in answers {
            texts.append(
                Generation(
                    promptTokens: answer.promptTokens, tokens: answer.tokens, text: answer.text,
                    reason: answer.reason))
        }
        return try texts.checked(count: wanted.count, "texts")
    }

    package func score(
        _ items: [ContinuationItem], plan: HookPlan
    ) async throws -> [ContinuationScore] {
        let options = options
        let hooks = try Neurond_V1_HookPlan(plan)
        return try await inParts(items, limit: itemLimit) { client, part in
            try await Self.fitting(part, room: 1) { fitting in
                var request = Neurond_V1_ScoreRequest()
                request.hooks = hooks
                request.items = fitting.map { item, _ in
                    .with {
                        $0.prompt = Neurond_V1_Prompt(item.prompt)
                        $0.continuation = Neurond_V1_Prompt(text: item.continuation)
                    }
                }
                let answers = try await client.answers(to: request, options: options).collect()
                return try answers.answers.map {
                    ContinuationScore(logProbabilities: $0.reply.logProbabilities)
                }.checked(count: fitting.count, "scores")
            }.map { $0 ?? .tooLong }
        }
    }

    package func valueNorms() async throws -> NeuronGrid<Float> {
        let (options, identity) = (options, identity)
        let norms = try await link.ask { client in
            try await client.columnNorms(
                layers: Array(0..<UInt32(identity.layers)), options: options
            ).map { try $0.checked(count: identity.neurons, "norms of a layer") }
        }
        return NeuronGrid(
            layers: identity.layers, neurons: identity.neurons, values: norms.flatMap { $0 })
    }

    package func project(
        _ neurons: [Neuron], convention: ProjectionConvention, count: Int
    ) async throws -> [Projection] {
        let options = options
        return try await inParts(neurons, limit: unitLimit) { client, part in
            var request = Neurond_V1_ProjectRequest()
            request.units = part.map { Neurond_V1_NeuronRef($0) }
            request.convention = convention == .raw ? .raw : .normed
            request.topK = UInt32(clamping: count)
            let answers = try await client.answers(to: request, options: options).collect().answers
            return try zip(part, answers.map(\.reply).checked(count: part.count, "projections"))
                .map { neuron, reply in
                    Projection(
                        neuron: neuron, promoted: reply.promoted.map { .init($0) },
                        demoted: reply.demoted.map { .init($0) }, norm: reply.norm)
                }
        }
    }
}

extension Projection.Token {
    fileprivate init(_ score: Neurond_V1_TokenScore) {
        self.init(
            id: score.id, text: String(decoding: score.piece, as: UTF8.self), score: score.logit)
    }
}

extension Neurond_V1_NeuronRef {
    fileprivate init(_ neuron: Neuron) {
        self.init()
        layer = UInt32(neuron.layer)
        self.neuron = UInt32(neuron.index)
    }
}

extension NeurondError {
    /// The item of the request that was wrong: 3 of `items[3].prompt`.
    var itemIndex: Int? {
        guard field.hasPrefix("items["), let end = field.firstIndex(of: "]") else { return nil }
        return Int(field[field.index(field.startIndex, offsetBy: 6)..<end])
    }
}

extension Array {
    /// The answers, if there is one for each item.
    fileprivate func checked(count wanted: Int, _ what: String) throws(StudyError) -> [Element] {
        guard count == wanted else {
            throw StudyError(
                "ANSWER_COUNT", "the daemon answered \(count) \(what) to \(wanted) items")
        }
        return self
    }
}
