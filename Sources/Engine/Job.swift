public import Hooks

/// How the next token is chosen.
public struct Sampling: Sendable, Equatable {
    /// 0 = greedy.
    public var temperature: Float
    /// 0 = off.
    public var topK: Int
    /// 1 = off.
    public var topP: Float
    /// 0 = off.
    public var minP: Float
    public var seed: UInt64

    public init(
        temperature: Float = 0, topK: Int = 0, topP: Float = 1, minP: Float = 0, seed: UInt64 = 0
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.seed = seed
    }
}

/// What a job generates after its prompt.
public struct Generation: Sendable, Equatable {
    public var maxTokens: Int
    public var sampling: Sampling
    /// Generation ends before any of these would be complete in the text.
    public var stop: [String]
    /// Alternatives answered with each token.
    public var topCount: Int
    /// Go on past end-of-sequence tokens.
    public var ignoresEnd: Bool

    public init(
        maxTokens: Int, sampling: Sampling = Sampling(), stop: [String] = [], topCount: Int = 0,
        ignoresEnd: Bool = false
    ) {
        self.maxTokens = maxTokens
        self.sampling = sampling
        self.stop = stop
        self.topCount = topCount
        self.ignoresEnd = ignoresEnd
    }
}

/// One sequence to run under one plan.
public struct Job: Sendable {
    /// Ids to run: the prompt and, when scoring, the continuation.
    public var tokens: [Int32]
    /// How many of `tokens` are the prompt; the rest is a given continuation, whose every token's
    /// log-probability is answered.
    public var promptCount: Int
    public var plan: ResolvedPlan
    public var generation: Generation?
    /// Most likely tokens to answer after the last position; 0 = none.
    public var topCount: Int

    public init(
        tokens: [Int32], promptCount: Int? = nil, plan: ResolvedPlan,
        generation: Generation? = nil, topCount: Int = 0
    ) {
        self.tokens = tokens
        self.promptCount = promptCount ?? tokens.count
        self.plan = plan
        self.generation = generation
        self.topCount = topCount
    }

    /// Rows that will be run at most: the last sampled token is never fed back.
    public var maximumRows: Int {
        tokens.count + max(0, (generation?.maxTokens ?? 0) - 1)
    }
}

/// A token with its logit and log-probability in nats.
public struct ScoredToken: Sendable, Equatable {
    public var id: Int32
    public var logit: Float
    public var logProbability: Double
}

/// A generated token.
public struct GeneratedToken: Sendable, Equatable {
    public var id: Int32
    /// Text that this token completes.
    public var text: String
    /// Under the model's distribution after hooks, before sampling options.
    public var logProbability: Double
    public var top: [ScoredToken]
}

/// Why a generation ended.
public enum FinishReason: Sendable, Equatable {
    case length
    /// An end-of-sequence token.
    case end
    case stop(String)
}

/// What a finished job answers.
public struct JobResult: Sendable {
    public var captures: [CapturedTensor] = []
    public var receipts: [Receipt] = []
    /// Most likely tokens after the last position.
    public var top: [ScoredToken] = []
    /// Of each continuation token, in nats, and whether it was the most likely one.
    public var logProbabilities: [Double] = []
    public var isGreedy: [Bool] = []
    public var finish: FinishReason?
    /// Text that was held back until the end.
    public var heldText = ""
    public var promptTokens = 0
    public var generatedTokens = 0
    public var queueSeconds = 0.0
    public var prefillSeconds = 0.0
    public var decodeSeconds = 0.0
}

/// What a job reports while it runs; the last event is `finished` or `failed`.
public enum JobEvent: Sendable {
    case token(GeneratedToken)
    case finished(JobResult)
    case failed(EngineError)
}
