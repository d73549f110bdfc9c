public import Hooks
public import Messages

/// One of many generations of a request; what it leaves out is the request's.
public struct GenerationItem: Sendable {
    /// Text, token ids or a conversation.
    public var prompt: Neurond_V1_Prompt
    /// Instead of the request's plan.
    public var plan: HookPlan?
    /// Instead of the request's seed.
    public var seed: UInt64?
    /// Instead of the request's.
    public var maximumTokenCount: Int?

    /// An item that differs from the request as far as it says.
    public init(
        _ prompt: Neurond_V1_Prompt, plan: HookPlan? = nil, seed: UInt64? = nil,
        maximumTokenCount: Int? = nil
    ) {
        self.prompt = prompt
        self.plan = plan
        self.seed = seed
        self.maximumTokenCount = maximumTokenCount
    }
}

/// What one of many items was answered.
public struct GeneratedItem: Sendable {
    /// Its 0-based place in the request.
    public let item: Int
    /// Ids of the prompt as they were run.
    public let promptTokens: [UInt32]
    /// Ids that were generated.
    public let tokens: [UInt32]
    /// Of each generated token, in nats, under the model's own distribution.
    public let logProbabilities: [Double]
    /// The whole text.
    public let text: String
    /// `length`, `end` or `stop`.
    public let reason: String
    /// The stop string that ended it; empty for another reason.
    public let stop: String
    /// What its hooks did.
    public let receipts: [Neurond_V1_Receipt]
    /// Hash of the plan that it ran under.
    public let planHash: String
    /// What it captured, in the order of the plan.
    public let tensors: [Tensor]
}

/// The answers to many generations, in the order of the items, each as soon as it and all before
/// it are done.
///
/// What holds for an ``AnswerStream`` holds here: iterate once, from one task.
public struct GeneratedItems: AsyncSequence, Sendable {
    /// The answer to one item.
    public typealias Element = GeneratedItem
    /// Why a call failed.
    public typealias Failure = NeurondError

    private let answers: AnswerStream<Neurond_V1_GenerateReply>

    /// Reads the answers to a request with items.
    public init(_ answers: AnswerStream<Neurond_V1_GenerateReply>) { self.answers = answers }

    /// Starts to read; call it once.
    public func makeAsyncIterator() -> Iterator { Iterator(answers.makeAsyncIterator()) }

    /// What the call ended with; nil before the last answer has been taken.
    public var trailers: Trailers? { answers.trailers }

    /// Gives the call up; the iteration ends with ``NeurondError`` of code `cancelled`.
    public func cancel() { answers.cancel() }

    /// Reads answers one by one.
    public struct Iterator: AsyncIteratorProtocol {
        /// The answer to one item.
        public typealias Element = GeneratedItem
        /// Why a call failed.
        public typealias Failure = NeurondError

        private var answers: AnswerStream<Neurond_V1_GenerateReply>.Iterator

        init(_ answers: AnswerStream<Neurond_V1_GenerateReply>.Iterator) { self.answers = answers }

        /// The next item's answer, or nil after the last.
        public mutating func next() async throws(NeurondError) -> Element? {
            try await next(isolation: nil)
        }

        /// The next item's answer, or nil after the last.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(NeurondError) -> Element? {
            guard let first = try await answers.next(isolation: actor) else { return nil }
            guard case .started(let started) = first.reply.event,
                let last = try await answers.next(isolation: actor),
                case .finished(let finished) = last.reply.event,
                last.reply.item == first.reply.item
            else { throw .malformedReply("an item's start and finish do not follow each other") }
            return GeneratedItem(
                item: Int(last.reply.item), promptTokens: started.tokens, tokens: finished.tokens,
                logProbabilities: finished.logProbabilities, text: finished.text,
                reason: finished.reason, stop: finished.stop, receipts: finished.receipts,
                planHash: last.reply.planHash, tensors: last.tensors)
        }
    }
}
