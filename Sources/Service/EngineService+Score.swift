import Engine
import Hooks
import Messages
import SwiftProtobuf
import Tokenizer

extension EngineService {
    /// Log-probabilities of given continuations, item by item.
    func score(
        _ request: Neurond_V1_ScoreRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        let items = try prepareScore(request)
        var totals = UsageTotals()
        try await inOrder(items.count) { [engine] index in
            let item = items[index]
            return try await engine.result(
                of: Job(tokens: item.tokens, promptCount: item.promptCount, plan: item.plan))
        } deliver: { index, result in
            totals.add(result)
            try await sink.send(
                Neurond_V1_ScoreReply.with {
                    $0.item = UInt32(index)
                    $0.tokens = items[index].tokens.map { UInt32($0) }
                    $0.promptTokens = UInt32(items[index].promptCount)
                    $0.logProbabilities = result.logProbabilities
                    $0.total = result.logProbabilities.reduce(0, +)
                    $0.greedy = result.isGreedy
                    $0.receipts = result.receipts.map { Neurond_V1_Receipt($0) }
                    $0.planHash = items[index].plan.hash
                    $0.tensors = result.captures.map { Neurond_V1_TensorInfo($0) }
                })
            await sink.send(result.captures, item: index)
        }
        return totals.end(planHash: items[0].plan.hash)
    }

    func prepareScore(_ request: Neurond_V1_ScoreRequest) throws -> [PreparedItem] {
        try checkItemCount(request.items.count)
        return try request.items.enumerated().map { index, item in
            let (tokens, promptCount) = try scoredTokens(item, field: "items[\(index)]")
            let plan = try hookPlan(
                item: item.hasHooks ? item.hooks : nil, request: request.hooks)
            return try resolve(
                plan, tokens: tokens, promptCount: promptCount, maximumRows: tokens.count)
        }
    }

    /// Two texts are tokenized as one, so that the ids are those the model would see; the
    /// continuation begins where the prompt's own ids end.
    private func scoredTokens(
        _ item: Neurond_V1_ScoreItem, field: String
    ) throws -> (tokens: [Int32], promptCount: Int) {
        let prompt = try tokens(of: item.prompt, field: "\(field).prompt")
        var whole: [Int32]
        if case .text(let first) = item.prompt.source,
            case .text(let second) = item.continuation.source
        {
            whole = engine.model.tokenizer.encode(
                first + second, addSpecial: !item.prompt.omitSpecial,
                parseSpecial: !item.prompt.literalSpecial)
        } else {
            var continuation = item.continuation
            continuation.omitSpecial = true
            whole = prompt + (try tokens(of: continuation, field: "\(field).continuation"))
        }
        guard prompt.count > 0, whole.count > prompt.count else {
            throw RequestFailure(
                .invalidArgument, "EMPTY_CONTINUATION",
                "\(field): prompt and continuation need at least one token each", field: field)
        }
        return (whole, prompt.count)
    }
}
