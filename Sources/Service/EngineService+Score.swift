import Engine
import Hooks
import Messages
import SwiftProtobuf
import Tokenizer

extension EngineService {
    /// Log-probabilities of given continuations, item by item.
    func score(
        _ request: Neurond_V1_ScoreRequest, _ sink: any ReplySink, _ progress: RequestProgress
    ) async throws -> Neurond_V1_End {
        let items = try await prepareScore(request)
        progress.begin(items: items.count, job: items[0].job)
        try await engine.run(items, progress) { index, result in
            try await sink.send(
                Neurond_V1_ScoreReply.with {
                    $0.item = UInt32(index)
                    $0.tokens = items[index].job.tokens.map { UInt32($0) }
                    $0.promptTokens = UInt32(items[index].job.promptCount)
                    $0.logProbabilities = result.logProbabilities
                    $0.total = result.logProbabilities.reduce(0, +)
                    $0.greedy = result.isGreedy
                    $0.receipts = result.receipts.map { Neurond_V1_Receipt($0) }
                    $0.planHash = items[index].job.plan.hash
                    $0.tensors = result.captures.map { Neurond_V1_TensorInfo($0) }
                })
            await sink.send(result.captures, item: index)
        }
        return progress.end()
    }

    func prepareScore(_ request: Neurond_V1_ScoreRequest) async throws -> [PreparedItem] {
        try checkItemCount(request.items.count)
        let deadline = request.options.deadline
        let adapter = try await adapter(request.adapter)
        var items: [ResolvedItem] = []
        for (index, item) in request.items.enumerated() {
            let field = "items[\(index)]"
            let (tokens, promptCount) = try tokens(
                of: item.prompt, item.continuation, field: field)
            let plan = try hookPlan(
                item: item.hasHooks ? item.hooks : nil, request: request.hooks)
            let job = Job(
                tokens: tokens, promptCount: promptCount, plan: .none, adapter: adapter,
                share: JobShare(request.options), deadline: deadline)
            items.append(try resolve(plan, job, field: field))
        }
        return try await prepare(items)
    }

    /// Ids of a prompt and what follows it, and how many are the prompt's.
    func tokens(
        of prompt: Neurond_V1_Prompt, _ continuation: Neurond_V1_Prompt, field: String
    ) throws -> (tokens: [Int32], promptCount: Int) {
        let ids = try tokens(of: prompt, field: "\(field).prompt")
        guard case .text(let first) = prompt.source,
            case .text(let second) = continuation.source
        else {
            var continuation = continuation
            continuation.omitSpecial = true
            let more = try tokens(of: continuation, field: "\(field).continuation")
            return try checked(ids + more, promptCount: ids.count, field)
        }
        guard continuation.literalSpecial == prompt.literalSpecial else {
            throw RequestFailure(
                .invalidArgument, "BAD_CONTINUATION",
                "\(field): literal_special must be the same for prompt and continuation, which are "
                    + "tokenized as one text", field: "\(field).continuation")
        }
        return try split(ids, first + second, prompt, field)
    }

    /// Two texts are tokenized as one, so that the ids are those the model would see; the
    /// continuation begins where the prompt's own ids end.
    private func split(
        _ prompt: [Int32], _ text: String, _ options: Neurond_V1_Prompt, _ field: String
    ) throws -> (tokens: [Int32], promptCount: Int) {
        let whole = engine.model.tokenizer.encode(
            text, addSpecial: !options.omitSpecial, parseSpecial: !options.literalSpecial)
        // A tokenizer that ends texts with a special token ends the prompt with one, too.
        let bare = prompt.last == whole.last ? prompt.dropLast() : prompt[...]
        for start in [prompt[...], bare] where whole.starts(with: start) {
            return try checked(whole, promptCount: start.count, field)
        }
        throw RequestFailure(
            .invalidArgument, "BOUNDARY_MERGED",
            "\(field): a token spans the end of the prompt and the start of the continuation; move "
                + "the boundary (often a blank) or give token ids", field: field)
    }

    private func checked(
        _ tokens: [Int32], promptCount: Int, _ field: String
    ) throws -> (tokens: [Int32], promptCount: Int) {
        guard promptCount > 0, tokens.count > promptCount else {
            throw RequestFailure(
                .invalidArgument, "EMPTY_CONTINUATION",
                "\(field): prompt and continuation need at least one token each", field: field)
        }
        return (tokens, promptCount)
    }
}
