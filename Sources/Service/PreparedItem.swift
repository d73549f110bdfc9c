import Engine
import HookMessages
import Hooks
import Messages
import ModelFile
import Tokenizer

/// One item of a request, checked: it can run.
struct PreparedItem: Sendable {
    /// The plan as it was asked, for its text.
    var source: HookPlan
    var prepared: PreparedJob

    var job: Job { prepared.job }
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

    /// Checks an item completely: plan, lengths and stored values.
    ///
    /// - Parameters:
    ///   - job: with the tokens; its plan is filled in here.
    ///   - earlier: an item before it, whose plan is often the same.
    /// - Throws: `RequestFailure` with the field.
    func prepare(
        _ plan: HookPlan, _ job: Job, field: String, like earlier: PreparedItem? = nil
    ) throws -> PreparedItem {
        do {
            var job = job
            let extent = SequenceExtent(
                promptCount: job.promptCount,
                maxTokenCount: job.maximumRows - job.promptCount + 1)
            job.plan = try plan.resolved(
                against: engine.model.shape, extent: extent, sets: neuronSets(of: plan))
            let prepared = try engine.prepare(job, like: earlier?.prepared)
            return PreparedItem(source: plan, prepared: prepared)
        } catch {
            throw RequestFailure(error, field: error is HookError ? "hooks" : field)
        }
    }

    private func neuronSets(of plan: HookPlan) throws -> [ContentHash: NeuronSet] {
        try plan.actions.flatMap(\.target.sets).reduce(into: [:]) { sets, hash in
            sets[hash] = engine.objects.neuronSet(hash)
            try checkModel(of: sets[hash], hash)
        }
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
