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
    /// Selects the random sequence; the number for the n-th token depends on (seed, n) alone.
    public var seed: UInt64

    /// Describes greedy decoding unless told otherwise: temperature 0, every filter off, seed 0.
    ///
    /// `StepEngine.prepare` refuses a negative or infinite temperature, and `topP` or `minP`
    /// outside 0…1.
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
    /// Largest number of tokens to generate, at least 1; an end-of-sequence token counts.
    ///
    /// The prompt and all of them but the last must fit in the context.
    public var maxTokens: Int
    /// How each token is chosen; greedy by default.
    public var sampling: Sampling
    /// Generation ends before any of these would be complete in the text.
    public var stop: [String]
    /// Alternatives answered with each token.
    public var topCount: Int
    /// Go on past end-of-sequence tokens.
    public var ignoresEnd: Bool
    /// Answer all tokens with the result instead of one by one: the job brings no `token` events,
    /// and never waits for its reader.
    public var answersWhole: Bool

    /// Describes a greedy generation without stop strings and alternatives unless told otherwise,
    /// its tokens answered one by one.
    ///
    /// `StepEngine.prepare` refuses more than `EngineLimits.stopStrings` stops, stops that are
    /// empty or longer than `EngineLimits.stopStringBytes`, and a `topCount` over
    /// `EngineLimits.topTokens`.
    public init(
        maxTokens: Int, sampling: Sampling = Sampling(), stop: [String] = [], topCount: Int = 0,
        ignoresEnd: Bool = false, answersWhole: Bool = false
    ) {
        self.maxTokens = maxTokens
        self.sampling = sampling
        self.stop = stop
        self.topCount = topCount
        self.ignoresEnd = ignoresEnd
        self.answersWhole = answersWhole
    }
}

/// One sequence to run under one plan.
public struct Job: Sendable {
    /// Ids to run: the prompt and, when scoring, the continuation.
    public var tokens: [Int32]
    /// How many of `tokens` are the prompt; the rest is a given continuation, whose every token's
    /// log-probability is answered.
    public var promptCount: Int
    /// Hooks to run the sequence under, resolved against this model's shape.
    public var plan: ResolvedPlan
    /// What to generate after `tokens`; nil only runs them.
    public var generation: Generation?
    /// Most likely tokens to answer after the last position; 0 = none.
    public var topCount: Int
    /// What changes the model's matrices for this sequence; nil for nothing.
    public var adapter: Adapter?
    /// What is added up over its rows; then no logits are computed, and every token has a row.
    public var sums: SumQuery?
    /// Who it runs for.
    public var share: JobShare
    /// When it is ended with `DEADLINE_EXCEEDED`, in seconds of `StepEngine.now`; nil for never.
    public var deadline: Double?

    /// Describes a job; `promptCount` nil means that all of `tokens` are the prompt.
    ///
    /// Nothing is checked here: `StepEngine.prepare` refuses what cannot run.
    public init(
        tokens: [Int32], promptCount: Int? = nil, plan: ResolvedPlan,
        generation: Generation? = nil, topCount: Int = 0, adapter: Adapter? = nil,
        sums: SumQuery? = nil, share: JobShare = JobShare(), deadline: Double? = nil
    ) {
        self.tokens = tokens
        self.promptCount = promptCount ?? tokens.count
        self.plan = plan
        self.generation = generation
        self.topCount = topCount
        self.adapter = adapter
        self.sums = sums
        self.share = share
        self.deadline = deadline
    }

    /// Rows that will be run at most: the last sampled token is never fed back.
    public var maximumRows: Int {
        givenRows + max(0, (generation?.maxTokens ?? 0) - 1)
    }

    /// Rows of the given tokens: the last token of a continuation has none, since nothing reads
    /// what would follow it, unless rows are counted.
    public var givenRows: Int {
        promptCount < tokens.count && sums == nil ? tokens.count - 1 : tokens.count
    }
}

/// A token with its logit and log-probability in nats.
public struct ScoredToken: Sendable, Equatable {
    /// 0-based index in the vocabulary.
    public var id: Int32
    /// The head's output after hooks and before temperature; in `WeightAlgebra.project`, the score.
    public var logit: Float
    /// logit − ln Σ exp(logits) over the whole vocabulary, in nats.
    public var logProbability: Double
}

/// A generated token.
public struct GeneratedToken: Sendable, Equatable {
    /// 0-based index in the vocabulary; the last one may be an end-of-sequence token.
    public var id: Int32
    /// Text that this token completes.
    public var text: String
    /// Under the model's distribution after hooks, before sampling options.
    public var logProbability: Double
    /// The `Generation.topCount` most likely tokens at this place, best first; may be empty.
    public var top: [ScoredToken]
}

/// Why a generation ended.
public enum FinishReason: Sendable, Equatable {
    /// `Generation.maxTokens` tokens were generated.
    case length
    /// An end-of-sequence token.
    case end
    /// This stop string was completed; the text ends before it.
    case stop(String)
}

/// What a finished job answers, or what there is of one that was ended.
public struct JobResult: Sendable {
    /// Holds the memory of the captures: it is given back with the last copy of the result.
    public var reservation: MemoryReservation?
    /// Answered captures in the order of the plan, each under a unique name.
    public var captures: [CapturedTensor] = []
    /// What was added up over the rows, if that was asked for.
    public var sums: RowSums?
    /// One receipt for each action and site in the order of the plan, even if no row was touched.
    public var receipts: [Receipt] = []
    /// Most likely tokens after the last position.
    public var top: [ScoredToken] = []
    /// Log-probability of each continuation token in nats, given all tokens before it; of each
    /// generated one where the generation is answered whole.
    public var logProbabilities: [Double] = []
    /// For each continuation token: whether no token was likelier (a tie goes to the smaller id).
    public var isGreedy: [Bool] = []
    /// Why the generation ended; nil for a job that generates nothing.
    public var finish: FinishReason?
    /// Generated tokens that no event has told: all of a generation that is answered whole.
    public var tokens: [Int32] = []
    /// Text that no event has told: what was held back until the end, or all of it.
    public var heldText = ""
    /// Tokens of the prompt; a given continuation is not counted.
    public var promptTokens = 0
    /// Tokens of the prompt that were not run, since their state was kept from another job.
    public var cachedTokens = 0
    /// Tokens that were sampled, an end-of-sequence token included.
    public var generatedTokens = 0
    /// Seconds from submission until the job got its key-value blocks.
    public var queueSeconds = 0.0
    /// Seconds from then until the first token could be sampled, or until the end without one.
    public var prefillSeconds = 0.0
    /// Seconds from the first sampled token until the end; 0 for a job that generates nothing.
    public var decodeSeconds = 0.0
}

/// What a job reports while it runs; the last event is `finished` or `failed`.
public enum JobEvent: Sendable {
    /// A token was generated; its text may be held back while a stop string could begin in it.
    case token(GeneratedToken)
    /// The job ran to its end; nothing follows.
    case finished(JobResult)
    /// The job was ended or could not start or go on; nothing follows.
    ///
    /// The result tells what was run until then: receipts, counts and seconds, but no captures.
    case failed(EngineError, JobResult)
}
