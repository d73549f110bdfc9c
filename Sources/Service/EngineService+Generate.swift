import Engine
import HookMessages
import Hooks
import Messages
import SwiftProtobuf

extension EngineService {
    /// One reply as it starts, one a token, one as it finishes, then the captured tensors.
    func generate(
        _ request: Neurond_V1_GenerateRequest, _ sink: any ReplySink
    ) async throws -> Neurond_V1_End {
        let item = try prepareGenerate(request)
        let running = try engine.run(item.prepared)
        try await sink.send(
            Neurond_V1_GenerateReply.with {
                $0.started.tokens = item.job.tokens.map { UInt32($0) }
            })
        for await event in running.events {
            switch event {
            case .token(let token):
                try await sink.send(reply(token))
                running.handle.didConsume()
            case .failed(let error):
                throw error
            case .finished(let result):
                try await sink.send(reply(result))
                await sink.send(result.captures, item: 0)
                var totals = UsageTotals()
                totals.add(result)
                return totals.end(planHash: item.job.plan.hash, seed: request.sampling.seed)
            }
        }
        throw CancellationError()
    }

    func prepareGenerate(
        _ request: Neurond_V1_GenerateRequest
    ) throws -> PreparedItem {
        let tokens = try tokens(of: request.prompt, field: "prompt")
        let sampling = request.sampling
        let generation = Generation(
            maxTokens: Int(request.maxTokens),
            sampling: Sampling(
                temperature: sampling.temperature, topK: Int(sampling.topK),
                topP: sampling.topP == 0 ? 1 : sampling.topP, minP: sampling.minP,
                seed: sampling.seed),
            stop: request.stop, topCount: Int(request.topK), ignoresEnd: request.ignoreEnd)
        return try prepare(
            HookPlan(message: request.hooks),
            Job(
                tokens: tokens, plan: .none, generation: generation,
                share: JobShare(request.options)), field: "prompt")
    }

    private func reply(_ token: GeneratedToken) -> Neurond_V1_GenerateReply {
        .with {
            $0.token.id = UInt32(token.id)
            $0.token.text = token.text
            $0.token.logProbability = token.logProbability
            $0.token.top = token.top.map(message)
        }
    }

    private func reply(_ result: JobResult) -> Neurond_V1_GenerateReply {
        .with {
            switch result.finish {
            case .length, nil: $0.finished.reason = "length"
            case .end: $0.finished.reason = "end"
            case .stop(let stop):
                $0.finished.reason = "stop"
                $0.finished.stop = stop
            }
            $0.finished.text = result.heldText
            $0.finished.tensors = result.captures.map { Neurond_V1_TensorInfo($0) }
            $0.finished.receipts = result.receipts.map { Neurond_V1_Receipt($0) }
        }
    }
}
