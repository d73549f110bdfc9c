import Engine
import Hooks
import Messages
import SwiftProtobuf

extension EngineService {
    /// For each item, in order: one reply, then the tensors it announces.
    func forward(
        _ request: Neurond_V1_ForwardRequest, _ sink: any ReplySink,
        _ progress: RequestProgress
    ) async throws -> Neurond_V1_End {
        let items = try await prepareForward(request)
        progress.begin(items: items.count, job: items[0].job)
        try await engine.run(items, progress) { index, result in
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
        return progress.end()
    }

    /// All items are checked before any is run.
    func prepareForward(
        _ request: Neurond_V1_ForwardRequest
    ) async throws -> [PreparedItem] {
        try checkItemCount(request.items.count)
        let deadline = request.options.deadline
        let adapter = try await adapter(request.adapter)
        var items: [ResolvedItem] = []
        for (index, item) in request.items.enumerated() {
            let field = "items[\(index)]"
            let tokens = try tokens(of: item.prompt, field: "\(field).prompt")
            let plan = try hookPlan(
                item: item.hasHooks ? item.hooks : nil, request: request.hooks)
            let job = Job(
                tokens: tokens, plan: .none, topCount: Int(request.topK), adapter: adapter,
                share: JobShare(request.options), deadline: deadline)
            items.append(try resolve(plan, job, field: field))
        }
        return try await prepare(items)
    }
}
