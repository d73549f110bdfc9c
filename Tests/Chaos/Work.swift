import HookMessages
import Hooks
import Messages
import NeurondClient
import SwiftProtobuf

/// One message of an answer with its tensors, as bytes.
struct Piece: Equatable, Sendable {
    let message: [UInt8]
    let tensors: [Tensor]
}

/// An answer as far as it came, and why it came no further.
struct Outcome: Sendable {
    var pieces: [Piece] = []
    var error: NeurondError?
}

/// A request with an answer that depends on nothing but itself.
enum Work: Sendable {
    case generate(Neurond_V1_GenerateRequest)
    case forward(Neurond_V1_ForwardRequest)
    case score(Neurond_V1_ScoreRequest)

    /// Runs it.
    ///
    /// - Parameters:
    ///   - options: deadline and request id.
    ///   - disturb: called with the number of pieces after each; false gives the request up.
    func run(
        on client: Client, options: CallOptions = CallOptions(),
        disturb: (Int) async -> Bool = { _ in true }
    ) async -> Outcome {
        switch self {
        case .generate(let request): await Self.read(request, client, options, disturb)
        case .forward(let request): await Self.read(request, client, options, disturb)
        case .score(let request): await Self.read(request, client, options, disturb)
        }
    }

    private static func read<Request: ClientRequest>(
        _ request: Request, _ client: Client, _ options: CallOptions,
        _ disturb: (Int) async -> Bool
    ) async -> Outcome {
        var outcome = Outcome()
        do throws(NeurondError) {
            let stream = client.answers(to: request, options: options)
            var iterator = stream.makeAsyncIterator()
            while let answer = try await iterator.next(isolation: nil) {
                outcome.pieces.append(
                    Piece(message: bytes(of: answer.reply), tensors: answer.tensors))
                if await !disturb(outcome.pieces.count) { stream.cancel() }
            }
        } catch { outcome.error = error }
        return outcome
    }

    private static func bytes(of message: some Message) -> [UInt8] {
        do {
            return try message.serializedBytes()
        } catch {
            preconditionFailure("a message that was received does not encode: \(error)")
        }
    }
}

/// Requests of every kind under hooks of every kind, the same for the same seed.
struct WorkPool {
    private static let plans = [
        "", "zero L1N3-9 at last", "scale 1.5 L0N*", "noise 0 0.1 7 L0N* L1N*",
        "zero L0H1", "add 0.5 resid_post.0[1-5] at prompt",
        "value-noise mean=0 std=1 seed=3 relative L1N2-30", "keep-only L0N1-60 in 0",
        "clamp -0.1 0.1 L1N*",
    ]
    /// For requests that feed tokens back.
    private static let generatedPlans = plans + ["scale -0.5 L1N* at generated"]
    private static let reductions = [
        "capture L0N* mean_abs", "capture L1N* count>0", "capture L*N* rms at prompt",
        "capture attn.z.1 l2",
    ]
    private static let rows = [
        "capture resid_post.1 at last", "capture logits top_k(5) at last",
        "capture L0N* f16 at -2:", "capture attn.pattern.0 at last",
    ]

    private var random: SeededNumbers
    private let vocabulary: Int

    /// - Parameters:
    ///   - seed: chooses everything.
    ///   - vocabulary: ids of the model.
    init(seed: UInt64, vocabulary: Int) {
        random = SeededNumbers(seed: seed)
        self.vocabulary = vocabulary
    }

    /// A mix in equal parts: generation, forward passes with captured rows, forward passes that
    /// answer statistics alone, and scores.
    mutating func mixed(_ count: Int) throws -> [Work] {
        try (0..<count).map { index in
            switch index % 4 {
            case 0: .generate(try generation(tokens: 8 + random.below(40)))
            case 1: .forward(try forward(captures: Self.rows))
            case 2: .forward(try forward(captures: Self.reductions))
            default: .score(try score())
            }
        }
    }

    /// A generation of exactly so many tokens with `alternatives` beside each.
    mutating func generation(
        tokens: Int, alternatives: Int = 0
    ) throws -> Neurond_V1_GenerateRequest {
        var request = Neurond_V1_GenerateRequest()
        request.prompt = prompt(4 + random.below(40))
        request.hooks = try plan([random.pick(Self.generatedPlans)])
        request.maxTokens = UInt32(tokens)
        request.ignoreEnd = true
        request.topK = UInt32(alternatives)
        request.sampling.temperature = 0.8
        request.sampling.seed = UInt64(random.below(1 << 20))
        return request
    }

    private mutating func forward(captures: [String]) throws -> Neurond_V1_ForwardRequest {
        var request = Neurond_V1_ForwardRequest()
        request.topK = UInt32(random.below(6))
        for _ in 0...random.below(4) {
            var item = Neurond_V1_ForwardItem()
            item.prompt = prompt(2 + random.below(90))
            item.hooks = try plan([random.pick(Self.plans), random.pick(captures)])
            request.items.append(item)
        }
        return request
    }

    private mutating func score() throws -> Neurond_V1_ScoreRequest {
        var request = Neurond_V1_ScoreRequest()
        request.hooks = try plan([random.pick(Self.plans)])
        for _ in 0...random.below(5) {
            var item = Neurond_V1_ScoreItem()
            item.prompt = prompt(2 + random.below(40))
            item.continuation = prompt(1 + random.below(20))
            request.items.append(item)
        }
        return request
    }

    /// Token ids; a third of the prompts begin alike, as few-shot prompts do.
    private mutating func prompt(_ count: Int) -> Neurond_V1_Prompt {
        let shared = random.below(3) == 0 ? (0..<40).map { UInt32(3 + $0 % 50) } : []
        let own = (0..<count).map { _ in UInt32(3 + random.below(min(vocabulary, 280) - 3)) }
        return Neurond_V1_Prompt(tokens: shared + own)
    }

    private func plan(_ lines: [String]) throws -> Neurond_V1_HookPlan {
        try Neurond_V1_HookPlan(HookPlan(text: lines.joined(separator: "\n")))
    }
}

/// SplitMix64: the same numbers everywhere for the same seed.
struct SeededNumbers: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }
}
