import Engine
import HookMessages
import Hooks
import Messages
import ModelFile
import Tokenizer

/// One item of a request whose plan fits the model.
struct ResolvedItem {
    /// The plan as it was asked.
    var source: HookPlan
    var job: Job
    /// What a refusal names.
    var field: String
}

/// One item of a request, checked: it can run.
struct PreparedItem: Sendable {
    /// The plan as it was asked, for its text.
    var source: HookPlan
    var prepared: PreparedJob
    /// Memory of the values of the request's plans; nil if they have none.
    var planMemory: MemoryReservation?

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
        case .chat(let chat):
            return try tokens(of: chat, field: field)
        case nil:
            throw RequestFailure(
                .invalidArgument, "EMPTY_PROMPT",
                "\(field) has neither text, token ids nor a conversation",
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

    /// Checks an item's plan against the model.
    ///
    /// - Parameter job: with the tokens; its plan is filled in here.
    /// - Throws: `RequestFailure` with the field.
    func resolve(_ plan: HookPlan, _ job: Job, field: String) throws -> ResolvedItem {
        do {
            var job = job
            let extent = SequenceExtent(
                promptCount: job.promptCount,
                maxTokenCount: job.maximumRows - job.promptCount + 1)
            job.plan = try plan.resolved(
                against: engine.model.shape, extent: extent, sets: neuronSets(of: plan))
            return ResolvedItem(source: plan, job: job, field: field)
        } catch {
            throw RequestFailure(error, field: error is HookError ? "hooks" : field)
        }
    }

    /// Checks items completely: lengths and stored values, which are looked up once there is
    /// memory for them.
    ///
    /// - Throws: `RequestFailure` with the field.
    func prepare(_ items: [ResolvedItem]) async throws -> [PreparedItem] {
        let memory = try await planMemory(for: items)
        var prepared: [PreparedItem] = []
        for item in items {
            do {
                let job = try engine.prepare(item.job, like: prepared.last?.prepared)
                prepared.append(
                    PreparedItem(source: item.source, prepared: job, planMemory: memory))
            } catch {
                throw RequestFailure(error, field: item.field)
            }
        }
        return prepared
    }

    private func planMemory(for items: [ResolvedItem]) async throws -> MemoryReservation? {
        // Items one after another with one plan look its values up once.
        var plans: [ResolvedPlan] = []
        for item in items where item.job.plan != plans.last { plans.append(item.job.plan) }
        do {
            return try await engine.reservePlans(plans)
        } catch {
            throw RequestFailure(error, field: items[0].field)
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

    /// Layers that a request names, in ascending order.
    ///
    /// - Throws: `RequestFailure` for other orders and for layers that the model does not have.
    static func layers(_ asked: [UInt32], _ shape: ModelShape) throws -> [Int] {
        if let layer = asked.first(where: { $0 >= shape.layerCount }) {
            throw RequestFailure(
                .outOfRange, "UNKNOWN_LAYER",
                "layer \(layer) does not exist (0…\(shape.layerCount - 1))", field: "layers",
                asked: Int(layer), limit: shape.layerCount - 1)
        }
        guard zip(asked, asked.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw RequestFailure(
                .invalidArgument, "BAD_LAYERS", "layers must ascend, each at most once",
                field: "layers")
        }
        return asked.map { Int($0) }
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
