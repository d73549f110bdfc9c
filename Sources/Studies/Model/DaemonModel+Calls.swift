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
            var lengths = [Int](repeating: settings.maxTokens, count: part.count)
            while true {
                do {
                    return try await Self.generate(
                        zip(part, lengths), settings, plan, client, options)
                } catch let error as NeurondError where error.reason == "CONTEXT_TOO_LONG" {
                    // A text ends where the context does, as it ends at `maxTokens`.
                    guard let place = error.itemIndex, lengths.indices.contains(place),
                        error.asked > error.limit,
                        error.asked - error.limit < UInt64(lengths[place])
                    else { throw error }
                    lengths[place] -= Int(error.asked - error.limit)
                }
            }
        }
    }

    private static func generate(
        _ items: some Sequence<(GenerationItem, Int)>, _ settings: GenerationSettings,
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
            var request = Neurond_V1_ScoreRequest()
            request.hooks = hooks
            request.items = part.map { item in
                .with {
                    $0.prompt = Neurond_V1_Prompt(item.prompt)
                    $0.continuation = Neurond_V1_Prompt(text: item.continuation)
                }
            }
            let answers = try await client.answers(to: request, options: options).collect().answers
            return try answers.map {
                ContinuationScore(logProbabilities: $0.reply.logProbabilities)
            }.checked(count: part.count, "scores")
        }
    }

    package func valueNorms() async throws -> NeuronGrid<Float> {
        let options = options
        let units = (0..<identity.layers).flatMap { layer in
            (0..<identity.neurons).map { Neuron(layer: layer, index: $0) }
        }
        let norms = try await inParts(units, limit: unitLimit) { client, part in
            var request = Neurond_V1_ColumnsRequest()
            request.units = part.map { Neurond_V1_NeuronRef($0) }
            request.kind = .value
            request.normsOnly = true
            return try await client.answer(to: request, options: options).reply.norms
                .checked(count: part.count, "norms")
        }
        return NeuronGrid(layers: identity.layers, neurons: identity.neurons, values: norms)
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
