import Engine
import HookMessages
import Hooks
import Messages
import SwiftProtobuf

extension EngineService {
    /// One reply as it starts, one a token, one as it finishes, then the captured tensors.
    func generate(
        _ request: Neurond_V1_GenerateRequest, _ sink: any ReplySink,
        _ progress: RequestProgress
    ) async throws -> Neurond_V1_End {
        let item = try await prepareGenerate(request)
        progress.begin(items: 1, job: item.job, seed: request.sampling.seed)
        let running = try RunningJob(item, to: engine)
        do {
            try await sink.send(
                Neurond_V1_GenerateReply.with {
                    $0.started.tokens = item.job.tokens.map { UInt32($0) }
                })
            let result = try await stream(running, sink)
            progress.add(result)
            try await sink.send(reply(result))
            await sink.send(result.captures, item: 0)
        } catch let failure as JobFailure {
            progress.addPart(failure.result)
            throw failure
        } catch {
            progress.addPart(await running.abandon())
            throw error
        }
        return progress.end()
    }

    /// Sends tokens as they come.
    ///
    /// - Throws: `JobFailure`.
    private func stream(
        _ running: RunningJob, _ sink: any ReplySink
    ) async throws -> JobResult {
        while true {
            switch await running.next() {
            case .token(let token):
                try await sink.send(reply(token))
                running.handle.didConsume()
            case .failed(let error, let result): throw JobFailure(error: error, result: result)
            case .finished(let result): return result
            }
        }
    }

    func prepareGenerate(
        _ request: Neurond_V1_GenerateRequest
    ) async throws -> PreparedItem {
        let deadline = request.options.deadline
        let tokens = try tokens(of: request.prompt, field: "prompt")
        let sampling = request.sampling
        let generation = Generation(
            maxTokens: Int(request.maxTokens),
            sampling: Sampling(
                temperature: sampling.temperature, topK: Int(sampling.topK),
                topP: sampling.topP == 0 ? 1 : sampling.topP, minP: sampling.minP,
                seed: sampling.seed),
            stop: request.stop, topCount: Int(request.topK), ignoresEnd: request.ignoreEnd)
        let job = Job(
            tokens: tokens, plan: .none, generation: generation,
            adapter: try await adapter(request.adapter), share: JobShare(request.options),
            deadline: deadline)
        return try await prepare([
            resolve(HookPlan(message: request.hooks), job, field: "prompt")
        ])[0]
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
