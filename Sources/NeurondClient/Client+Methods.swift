import FoundationEssentials
import HookMessages
public import Hooks
public import Messages
import Wire

/// The methods one by one, for callers who would rather not fill in messages.
extension Client {
    /// What the daemon serves: models, sites, actions, reductions, limits.
    public func capabilities() async throws(NeurondError) -> Neurond_V1_CapabilitiesReply {
        try await answer(to: Neurond_V1_CapabilitiesRequest()).reply
    }

    /// How the daemon fares: engines, queue, totals.
    public func status() async throws(NeurondError) -> Neurond_V1_StatusReply {
        try await answer(to: Neurond_V1_StatusRequest()).reply
    }

    /// Text to token ids, with the bytes of each.
    public func tokenize(
        _ text: String, options: CallOptions = CallOptions()
    ) async throws(NeurondError) -> Neurond_V1_TokenizeReply {
        var request = Neurond_V1_TokenizeRequest()
        request.prompt.text = text
        return try await answer(to: request, options: options).reply
    }

    /// Token ids to text.
    public func detokenize(
        _ ids: [UInt32], options: CallOptions = CallOptions()
    ) async throws(NeurondError) -> String {
        var request = Neurond_V1_DetokenizeRequest()
        request.ids = ids
        return try await answer(to: request, options: options).reply.text
    }

    /// One hooked pass over one prompt.
    ///
    /// - Parameters:
    ///   - prompt: Text or token ids.
    ///   - plan: What to do and what to read; nothing is captured unless asked for.
    ///   - topCount: How many of the most likely next tokens to answer.
    ///   - adapter: A stored adapter to run with.
    public func forward(
        _ prompt: Neurond_V1_Prompt, plan: HookPlan = HookPlan(), topCount: Int = 0,
        adapter: ContentHash? = nil, options: CallOptions = CallOptions()
    ) async throws(NeurondError) -> SingleAnswer<Neurond_V1_ForwardReply> {
        var request = Neurond_V1_ForwardRequest()
        var item = Neurond_V1_ForwardItem()
        item.prompt = prompt
        request.items = [item]
        request.hooks = try message(of: plan)
        request.topK = UInt32(clamping: topCount)
        request.adapter = Data(adapter?.bytes ?? [])
        return try await answer(to: request, options: options)
    }

    /// Hooked generation, token by token.
    ///
    /// - Throws: ``NeurondError`` when the plan cannot be sent; later errors are the stream's.
    public func generate(
        _ prompt: Neurond_V1_Prompt, maximumTokenCount: Int, plan: HookPlan = HookPlan(),
        sampling: Neurond_V1_Sampling = Neurond_V1_Sampling(), adapter: ContentHash? = nil,
        options: CallOptions = CallOptions()
    ) throws(NeurondError) -> AnswerStream<Neurond_V1_GenerateReply> {
        var request = Neurond_V1_GenerateRequest()
        request.prompt = prompt
        request.maxTokens = UInt32(clamping: maximumTokenCount)
        request.hooks = try message(of: plan)
        request.sampling = sampling
        request.adapter = Data(adapter?.bytes ?? [])
        return answers(to: request, options: options)
    }

    /// Many hooked generations in one request, which run side by side.
    ///
    /// - Parameters:
    ///   - items: Prompts, and what each has of its own.
    ///   - maximumTokenCount: Of each item that does not say otherwise; so `plan` and the seed.
    ///   - stop: A generation ends before any of these would be complete.
    /// - Throws: ``NeurondError`` when a plan cannot be sent; later errors are the stream's.
    public func generate(
        items: [GenerationItem], maximumTokenCount: Int, plan: HookPlan = HookPlan(),
        sampling: Neurond_V1_Sampling = Neurond_V1_Sampling(), stop: [String] = [],
        adapter: ContentHash? = nil, options: CallOptions = CallOptions()
    ) throws(NeurondError) -> GeneratedItems {
        var request = Neurond_V1_GenerateRequest()
        request.maxTokens = UInt32(clamping: maximumTokenCount)
        request.hooks = try message(of: plan)
        request.sampling = sampling
        request.stop = stop
        request.adapter = Data(adapter?.bytes ?? [])
        for item in items {
            var message = Neurond_V1_GenerateItem()
            message.prompt = item.prompt
            if let plan = item.plan { message.hooks = try self.message(of: plan) }
            if let seed = item.seed { message.seed = seed }
            message.maxTokens = UInt32(clamping: item.maximumTokenCount ?? 0)
            request.items.append(message)
        }
        return GeneratedItems(answers(to: request, options: options))
    }

    func message(of plan: HookPlan) throws(NeurondError) -> Neurond_V1_HookPlan {
        do throws(HookError) {
            return try Neurond_V1_HookPlan(plan)
        } catch {
            throw NeurondError(error)
        }
    }
}

extension NeurondError {
    /// A plan that was refused before it was sent.
    public init(_ error: HookError) {
        self.init(
            origin: .local, code: .invalidArgument, reason: error.reason, message: "\(error)",
            field: "hooks")
    }
}

extension Neurond_V1_Prompt {
    /// A prompt of text, read as the model asks: BOS where it wants one.
    public init(text: String) {
        self.init()
        self.text = text
    }

    /// A prompt of token ids, run as they are.
    public init(tokens: [UInt32]) {
        self.init()
        self.tokens.ids = tokens
    }
}
