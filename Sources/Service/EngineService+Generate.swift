import Engine
import HookMessages
import Hooks
import Messages
import SwiftProtobuf

extension EngineService {
    /// For one prompt, replies as it starts, for each token and as it finishes, then the captured
    /// tensors; for each of many items, in order, as it starts, as it finishes, and its tensors.
    func generate(
        _ request: Neurond_V1_GenerateRequest, _ sink: any ReplySink,
        _ progress: RequestProgress
    ) async throws -> Neurond_V1_End {
        let items = try await prepareGenerate(request)
        progress.begin(items: items.count, job: items[0].job, seed: request.sampling.seed)
        if request.items.isEmpty {
            try await generate(items[0], sink, progress)
        } else {
            try await generate(items, sink, progress)
        }
        return progress.end()
    }

    private func generate(
        _ item: PreparedItem, _ sink: any ReplySink, _ progress: RequestProgress
    ) async throws {
        let running = try RunningJob(item, to: engine)
        do {
            try await sink.send(started(item, index: 0))
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
    }

    private func generate(
        _ items: [PreparedItem], _ sink: any ReplySink, _ progress: RequestProgress
    ) async throws {
        try await engine.run(items, progress, window: generationWindow) { index, result in
            try await sink.send(started(items[index], index: index))
            var reply = reply(result)
            reply.item = UInt32(index)
            reply.planHash = items[index].job.plan.hash
            reply.finished.tokens = result.tokens.map { UInt32($0) }
            reply.finished.logProbabilities = result.logProbabilities
            try await sink.send(reply)
            await sink.send(result.captures, item: index)
        }
    }

    /// How many items of a Generate request run at once.
    var generationWindow: ItemWindow {
        .generations(keyValueCapacity: engine.keyValueCapacity)
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

    private func started(_ item: PreparedItem, index: Int) -> Neurond_V1_GenerateReply {
        .with {
            $0.started.tokens = item.job.tokens.map { UInt32($0) }
            $0.item = UInt32(index)
        }
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
