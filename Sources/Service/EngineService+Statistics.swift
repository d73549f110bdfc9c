import Engine
import Hooks
import Messages
import SwiftProtobuf
import Wire

extension EngineService {
    /// For each item, in order, one reply; then for each group one reply and its tensors.
    func statistics(
        _ request: Neurond_V1_StatisticsRequest, _ sink: any ReplySink,
        _ progress: RequestProgress
    ) async throws -> Neurond_V1_End {
        try checkItemCount(request.items.count)
        let form = try StatisticsForm(request, shape: engine.model.shape)
        var groups = try StatisticsGroups(request.items.map(\.group), form: form)
        let items = try await prepare(request, form)
        let memory = try await engine.reserveStatistics(groups.byteCount)
        progress.begin(items: items.count, job: items[0].job)
        try await engine.run(items, progress) { index, result in
            guard let sums = result.sums else { preconditionFailure("the job counts rows") }
            try groups.add(sums, item: index)
            try await sink.send(
                Neurond_V1_StatisticsReply.with {
                    $0.item = statisticsItem(index, items[index].job, result)
                })
        }
        try await groups.send(to: sink)
        withExtendedLifetime(memory) {}
        return progress.end()
    }

    private func statisticsItem(
        _ index: Int, _ job: Job, _ result: JobResult
    ) -> Neurond_V1_StatisticsReply.Item {
        .with {
            $0.item = UInt32(index)
            $0.tokens = job.tokens.map { UInt32($0) }
            $0.promptTokens = UInt32(job.promptCount)
            $0.countedTokens = UInt32(job.sums?.rowCount ?? 0)
            $0.receipts = result.receipts.map { Neurond_V1_Receipt($0) }
            $0.planHash = job.plan.hash
        }
    }

    /// The items and groups of a request that is not to be run.
    func prepareStatistics(
        _ request: Neurond_V1_StatisticsRequest, _ groups: inout StatisticsGroups?
    ) async throws -> [PreparedItem] {
        try checkItemCount(request.items.count)
        let form = try StatisticsForm(request, shape: engine.model.shape)
        groups = try StatisticsGroups(request.items.map(\.group), form: form)
        return try await prepare(request, form)
    }

    /// All items are checked before any is run.
    private func prepare(
        _ request: Neurond_V1_StatisticsRequest, _ form: StatisticsForm
    ) async throws -> [PreparedItem] {
        let deadline = request.options.deadline
        let adapter = try await adapter(request.adapter)
        var items: [ResolvedItem] = []
        for (index, item) in request.items.enumerated() {
            let field = "items[\(index)]"
            let (tokens, promptCount) = try countedTokens(item, field: field)
            let plan = try hookPlan(
                item: item.hasHooks ? item.hooks : nil, request: request.hooks)
            try checkNoCaptures(plan)
            let counted = try item.countedRanges(
                tokens: tokens.count, promptCount: promptCount, field: field)
            let job = Job(
                tokens: tokens, promptCount: promptCount, plan: .none, adapter: adapter,
                sums: form.query(counted: counted), share: JobShare(request.options),
                deadline: deadline)
            items.append(try resolve(plan, job, field: field))
        }
        return try await prepare(items)
    }

    /// Ids of an item, and how many are the prompt's.
    private func countedTokens(
        _ item: Neurond_V1_StatisticsItem, field: String
    ) throws -> (tokens: [Int32], promptCount: Int) {
        guard item.hasContinuation else {
            let tokens = try tokens(of: item.prompt, field: "\(field).prompt")
            return (tokens, tokens.count)
        }
        return try tokens(of: item.prompt, item.continuation, field: field)
    }

    private func checkNoCaptures(_ plan: HookPlan) throws {
        guard plan.captures.isEmpty else {
            throw RequestFailure(
                .invalidArgument, "HOOK_CAPTURE",
                "Statistics answers sums alone: leave captures out, or use Forward",
                field: "hooks")
        }
    }
}

extension Neurond_V1_StatisticsItem {
    /// Positions to count: what is asked for, else the continuation, else all.
    fileprivate func countedRanges(
        tokens count: Int, promptCount: Int, field: String
    ) throws -> [Range<Int>] {
        guard !counted.isEmpty else {
            // A prompt without tokens is refused when the job is prepared.
            return [(promptCount < count ? promptCount : 0)..<max(1, count)]
        }
        var end = 0
        return try counted.map { range in
            let (first, last) = (Int(range.start), Int(range.end))
            guard first >= end, first < last, last <= count else {
                throw RequestFailure(
                    .invalidArgument, "BAD_COUNTED",
                    "\(field): range \(first)..<\(last) is empty, not behind the one before it, "
                        + "or beyond the item's \(count) tokens", field: "\(field).counted")
            }
            end = last
            return first..<last
        }
    }
}
