import Engine
import HookMessages
import Hooks
import Messages
import ModelFile
import Tokenizer

/// A prompt as ids, with the plan resolved for it.
struct PreparedItem: Sendable {
    var tokens: [Int32]
    var promptCount: Int
    var plan: ResolvedPlan
    var source: HookPlan
}

extension EngineService {
    /// Ids of a prompt.
    ///
    /// - Throws: `RequestFailure` for a missing source or ids beyond 31 bits.
    func tokens(of prompt: Neurond_V1_Prompt, field: String) throws -> [Int32] {
        switch prompt.source {
        case .text(let text):
            return engine.model.tokenizer.encode(
                text, addSpecial: !prompt.omitSpecial, parseSpecial: !prompt.literalSpecial)
        case .tokens(let list):
            return try list.ids.map { try id($0, field: field) }
        case nil:
            throw RequestFailure(
                .invalidArgument, "EMPTY_PROMPT", "\(field) has neither text nor token ids",
                field: field)
        }
    }

    func id(_ value: UInt32, field: String) throws -> Int32 {
        let count = engine.model.configuration.vocabularyCount
        guard value < count else {
            throw RequestFailure(
                .outOfRange, "UNKNOWN_TOKEN",
                "token id \(value) is not in the vocabulary (0…\(count - 1))", field: field,
                asked: Int(value), limit: count - 1)
        }
        return Int32(value)
    }

    /// The plan of an item: its own, else the request's.
    func hookPlan(
        item: Neurond_V1_HookPlan?, request: Neurond_V1_HookPlan
    ) throws -> HookPlan {
        try HookPlan(message: item ?? request)
    }

    /// Checks a plan against the model and the lengths of one item.
    ///
    /// - Parameter maximumRows: rows that will be run at most: the prompt, then a continuation.
    func resolve(
        _ plan: HookPlan, tokens: [Int32], promptCount: Int, maximumRows: Int
    ) throws -> PreparedItem {
        let hashes = plan.actions.flatMap(\.target.sets)
        let sets = try hashes.reduce(into: [ContentHash: NeuronSet]()) { sets, hash in
            sets[hash] = engine.objects.neuronSet(hash)
            try checkModel(of: sets[hash], hash)
        }
        let extent = SequenceExtent(
            promptCount: promptCount, maxTokenCount: maximumRows - promptCount + 1)
        let resolved = try plan.resolved(
            against: engine.model.shape, extent: extent, sets: sets)
        return PreparedItem(
            tokens: tokens, promptCount: promptCount, plan: resolved, source: plan)
    }

    /// A set that was found on another model names other neurons: never use it silently.
    private func checkModel(of set: NeuronSet?, _ hash: ContentHash) throws {
        guard let digest = set?.modelDigest, digest != engine.model.digest else { return }
        throw RequestFailure(
            .failedPrecondition, "MODEL_MISMATCH",
            "neuron set sha256:\(hash.hex) was found on model \(digest), this is "
                + "\(engine.model.digest); remove its model digest to use it all the same",
            field: "hooks")
    }

    func checkItemCount(_ count: Int) throws {
        guard (1...ServiceLimits.itemsPerRequest).contains(count) else {
            throw RequestFailure(
                .outOfRange, "ITEM_COUNT",
                "\(count) items; accepted: 1 to \(ServiceLimits.itemsPerRequest)",
                field: "items", asked: count, limit: ServiceLimits.itemsPerRequest)
        }
    }
}
