package import Hooks

/// What a study asks of a model.
///
/// ``Studies`` needs no more of a daemon than this, so that its methods are tested without one.
/// Each call either answers all of its items, in order, or throws; every answer is a function of
/// the arguments and of ``identity``, to the bit.
package protocol StudyModel: Sendable {
    /// Which model answers.
    var identity: ModelIdentity { get }

    /// Continues each prompt.
    func generate(
        _ items: [GenerationItem], settings: GenerationSettings, plan: HookPlan
    ) async throws -> [Generation]

    /// Log-probabilities of each continuation.
    func score(_ items: [ContinuationItem], plan: HookPlan) async throws -> [ContinuationScore]

    /// Exact sums over the tokens and items of each group, for every neuron.
    ///
    /// - Returns: The statistics by label.
    func statistics(
        _ items: [StatisticsItem], sums: [ElementSum], plan: HookPlan
    ) async throws -> [String: NeuronStatistics]

    /// ‖v‖₂ of the value vector of every neuron, as the model is served; shape (layers, neurons).
    func valueNorms() async throws -> NeuronGrid<Float>

    /// Tokens that the value vectors promote and demote, in order of `neurons`.
    func project(
        _ neurons: [Neuron], convention: ProjectionConvention, count: Int
    ) async throws -> [Projection]
}

/// Which model answered, and in what form.
package struct ModelIdentity: Sendable, Hashable, Codable {
    package var name: String
    /// SHA-256 of the weights, in hexadecimal.
    package var digest: String
    package var tokenizerDigest: String
    /// `int8`, `f16` or `f32`.
    package var weightFormat: String
    /// Version of the daemon.
    package var build: String
    package var layers: Int
    /// Of one layer.
    package var neurons: Int
    package var width: Int
    package var vocabulary: Int
    package var contextLength: Int

    package init(
        name: String, digest: String, tokenizerDigest: String, weightFormat: String, build: String,
        layers: Int, neurons: Int, width: Int, vocabulary: Int, contextLength: Int
    ) {
        self.name = name
        self.digest = digest
        self.tokenizerDigest = tokenizerDigest
        self.weightFormat = weightFormat
        self.build = build
        self.layers = layers
        self.neurons = neurons
        self.width = width
        self.vocabulary = vocabulary
        self.contextLength = contextLength
    }
}

/// A prompt as text, or as the messages of a conversation in the model's own chat template.
package enum StudyPrompt: Sendable, Hashable, Codable {
    case text(String)
    case chat([ChatMessage])
}

/// One message of a conversation.
package struct ChatMessage: Sendable, Hashable, Codable {
    /// `system`, `user` or `assistant`.
    package var role: String
    package var content: String

    package init(role: String, content: String) {
        self.role = role
        self.content = content
    }
}

/// One text to generate.
package struct GenerationItem: Sendable, Hashable, Codable {
    package var prompt: StudyPrompt
    /// Of the sampling; without effect where the temperature is 0.
    package var seed: UInt64

    package init(prompt: StudyPrompt, seed: UInt64) {
        self.prompt = prompt
        self.seed = seed
    }
}

/// How texts are generated.
package struct GenerationSettings: Sendable, Hashable, Codable {
    package var maxTokens: Int
    /// 0 is greedy.
    package var temperature: Float
    /// 1 is off.
    package var topP: Float
    /// Generation ends before any of these would be complete in the text.
    package var stop: [String]

    package init(maxTokens: Int, temperature: Float = 0, topP: Float = 1, stop: [String] = []) {
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.topP = topP
        self.stop = stop
    }
}

/// A generated text.
package struct Generation: Sendable, Hashable, Codable {
    /// The ids of the prompt that was run.
    package var promptTokens: [UInt32]
    package var tokens: [UInt32]
    package var text: String
    /// `length`, `end` or `stop`; `context` where the prompt alone does not fit the model.
    package var reason: String

    /// What stands for the text of a prompt that leaves no room in the model's context.
    package static let tooLong = Generation(
        promptTokens: [], tokens: [], text: "", reason: "context")

    package var isTooLong: Bool { reason == Self.tooLong.reason }

    package init(promptTokens: [UInt32], tokens: [UInt32], text: String, reason: String) {
        self.promptTokens = promptTokens
        self.tokens = tokens
        self.text = text
        self.reason = reason
    }
}

/// A prompt and a text that may follow it.
package struct ContinuationItem: Sendable, Hashable, Codable {
    package var prompt: StudyPrompt
    package var continuation: String

    package init(prompt: StudyPrompt, continuation: String) {
        self.prompt = prompt
        self.continuation = continuation
    }
}

/// How probable a continuation is.
package struct ContinuationScore: Sendable, Hashable, Codable {
    /// Natural logarithm of each token's probability given all before it; none where prompt and
    /// continuation do not fit the model's context.
    package var logProbabilities: [Double]

    /// What stands for the score of a text that does not fit the model's context.
    package static let tooLong = ContinuationScore(logProbabilities: [])

    package var isTooLong: Bool { logProbabilities.isEmpty }

    /// −∞ of a text that does not fit: no choice is less probable.
    package var total: Double {
        isTooLong ? -.infinity : logProbabilities.reduce(0, +)
    }

    package init(logProbabilities: [Double]) {
        self.logProbabilities = logProbabilities
    }
}

/// A text whose activations are counted.
package struct StatisticsItem: Sendable, Hashable, Codable {
    package var prompt: [UInt32]
    /// Its positions are counted, or those of the prompt where it is empty.
    package var continuation: [UInt32]
    /// The group that the item belongs to.
    package var group: String

    package init(prompt: [UInt32], continuation: [UInt32], group: String) {
        self.prompt = prompt
        self.continuation = continuation
        self.group = group
    }
}

/// How a value vector is brought to the vocabulary.
package enum ProjectionConvention: String, Sendable, Hashable, Codable, CaseIterable {
    /// E·v.
    case raw
    /// E·(gain ⊙ v), with the gain of the final norm.
    case normed
}

/// What a neuron's value vector says.
package struct Projection: Sendable, Hashable, Codable {
    package struct Token: Sendable, Hashable, Codable {
        package var id: UInt32
        package var text: String
        package var score: Float

        package init(id: UInt32, text: String, score: Float) {
            self.id = id
            self.text = text
            self.score = score
        }
    }

    package var neuron: Neuron
    /// Highest first.
    package var promoted: [Token]
    /// Lowest first.
    package var demoted: [Token]
    /// ‖v‖₂.
    package var norm: Float

    package init(neuron: Neuron, promoted: [Token], demoted: [Token], norm: Float) {
        self.neuron = neuron
        self.promoted = promoted
        self.demoted = demoted
        self.norm = norm
    }
}
