import Engine
import HookMessages
import Hooks
import Messages

extension EngineService {
    /// The one prompt of a request, or all its items, checked before any is run.
    func prepareGenerate(
        _ request: Neurond_V1_GenerateRequest
    ) async throws -> [PreparedItem] {
        let deadline = request.options.deadline
        try checkShape(of: request)
        let adapter = try await adapter(request.adapter)
        guard !request.items.isEmpty else {
            var job = try job(request, request.prompt, adapter, field: "prompt")
            job.deadline = deadline
            return try await prepare([
                resolve(HookPlan(message: request.hooks), job, field: "prompt")
            ])
        }
        var items: [ResolvedItem] = []
        for (index, item) in request.items.enumerated() {
            let field = "items[\(index)]"
            var job = try job(request, item.prompt, adapter, field: "\(field).prompt")
            job.deadline = deadline
            job.generation?.answersWhole = true
            if item.hasSeed { job.generation?.sampling.seed = item.seed }
            if item.maxTokens > 0 { job.generation?.maxTokens = Int(item.maxTokens) }
            let plan = try hookPlan(
                item: item.hasHooks ? item.hooks : nil, request: request.hooks)
            items.append(try resolve(plan, job, field: field))
        }
        return try await prepare(items)
    }

    /// Refuses what goes with one prompt alone in a request with items.
    private func checkShape(of request: Neurond_V1_GenerateRequest) throws {
        guard !request.items.isEmpty else { return }
        try checkItemCount(request.items.count)
        guard !request.hasPrompt else {
            throw RequestFailure(
                .invalidArgument, "PROMPT_AND_ITEMS",
                "the request has both a prompt and \(request.items.count) items; give one of them",
                field: "prompt")
        }
        guard request.topK == 0 else {
            throw RequestFailure(
                .invalidArgument, "TOP_K_WITH_ITEMS",
                "top_k is \(request.topK); generations of items answer no alternatives: accepted "
                    + "is 0", field: "top_k", asked: Int(request.topK), limit: 0)
        }
    }

    /// What a prompt is to be run with, but for its plan and the deadline.
    private func job(
        _ request: Neurond_V1_GenerateRequest, _ prompt: Neurond_V1_Prompt, _ adapter: Adapter?,
        field: String
    ) throws -> Job {
        let sampling = request.sampling
        let generation = Generation(
            maxTokens: Int(request.maxTokens),
            sampling: Sampling(
                temperature: sampling.temperature, topK: Int(sampling.topK),
                topP: sampling.topP == 0 ? 1 : sampling.topP, minP: sampling.minP,
                seed: sampling.seed),
            stop: request.stop, topCount: Int(request.topK), ignoresEnd: request.ignoreEnd)
        return Job(
            tokens: try tokens(of: prompt, field: field), plan: .none, generation: generation,
            adapter: adapter, share: JobShare(request.options))
    }
}
