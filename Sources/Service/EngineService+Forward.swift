import Engine
import Hooks
import Messages
import SwiftProtobuf

extension EngineService {
    /// For each item, in order: one reply, then the tensors it announces.
    func forward(
        _ request: Neurond_V1_ForwardRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        let items = try prepareForward(request)
        var totals = UsageTotals()
        try await inOrder(items.count) { [engine] index in
            try await engine.result(of: items[index].prepared)
        } deliver: { index, result in
            totals.add(result)
            try await sink.send(
                Neurond_V1_ForwardReply.with {
                    $0.item = UInt32(index)
                    $0.tokens = items[index].job.tokens.map { UInt32($0) }
                    $0.top = result.top.map(message)
                    $0.tensors = result.captures.map { Neurond_V1_TensorInfo($0) }
                    $0.receipts = result.receipts.map { Neurond_V1_Receipt($0) }
                    $0.planHash = items[index].job.plan.hash
                })
            await sink.send(result.captures, item: index)
        }
        return totals.end(planHash: items[0].job.plan.hash)
    }

    /// All items are checked before any is run.
    func prepareForward(_ request: Neurond_V1_ForwardRequest) throws -> [PreparedItem] {
        try checkItemCount(request.items.count)
        var items: [PreparedItem] = []
        for (index, item) in request.items.enumerated() {
            let field = "items[\(index)]"
            let tokens = try tokens(of: item.prompt, field: "\(field).prompt")
            let plan = try hookPlan(
                item: item.hasHooks ? item.hooks : nil, request: request.hooks)
            let job = Job(
                tokens: tokens, plan: .none, topCount: Int(request.topK),
                share: JobShare(request.options))
            items.append(try prepare(plan, job, field: field, like: items.last))
        }
        return items
    }
}
