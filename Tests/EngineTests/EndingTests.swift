import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Synchronization
import Testing

/// Jobs that are ended before they are done.
@Suite("Ending early")
struct EndingTests {
    /// Submits a job and ends it from its third token's event.
    private func endAtThirdToken(
        _ engine: StepEngine, _ job: Job, _ error: EngineError
    ) async throws -> (EngineError, JobResult)? {
        let (events, continuation) = AsyncStream.makeStream(of: JobEvent.self)
        let handle = Mutex<JobHandle?>(nil)
        let isSubmitted = DispatchSemaphore(value: 0)
        let count = Mutex(0)
        let submitted = try engine.submit(engine.prepare(job)) { event in
            continuation.yield(event)
            let isThird = count.withLock { count in
                count += 1
                return count == 3
            }
            guard isThird else { return }
            isSubmitted.wait()
            handle.withLock { $0 }?.finishEarly(error)
        }
        handle.withLock { $0 = submitted }
        isSubmitted.signal()
        for await event in events {
            switch event {
            case .token: submitted.didConsume()
            case .finished: return nil
            case .failed(let error, let result): return (error, result)
            }
        }
        return nil
    }

    @Test("a job that is ended tells what it did, and holds nothing from the next step on")
    func partial() async throws {
        let engine = try StepEngine.make(TestModels.fixture("llama-mha", .int8))
        defer { engine.shutdown() }
        let plan = try engine.model.plan(
            hooks: ["zero L0N1"], captures: ["mlp.act.1"], promptCount: 2, rows: 101)
        let job = Job(
            tokens: [1, 5], plan: plan, generation: Generation(maxTokens: 100, ignoresEnd: true))
        let reason = EngineError(.resourceExhausted, "ENGINE_QUEUE_FULL", "told so")
        let ended = try await endAtThirdToken(engine, job, reason)
        let (error, result) = try #require(ended)
        #expect(error == reason)
        #expect(result.promptTokens == 2)
        #expect(result.generatedTokens == 3)
        #expect(result.receipts.map(\.rows) == [4])
        #expect(result.captures.isEmpty)
        #expect(result.finish == nil)
        let held = engine.statistics
        #expect(held.running == 0)
        #expect(held.keyValueBytes == 0)
        #expect(held.captureBytes == 0)
    }

    @Test("a job whose deadline has passed does not begin")
    func deadline() async throws {
        let engine = try StepEngine.make(TestModels.fixture("llama-mha", .int8))
        defer { engine.shutdown() }
        let plan = try HookPlan().resolved(against: engine.model.shape)
        var job = Job(
            tokens: [1, 5], plan: plan, generation: Generation(maxTokens: 100, ignoresEnd: true),
            deadline: StepEngine.now())
        let error = await #expect(throws: EngineError.self) { _ = try await engine.run(job) }
        #expect(error?.reason == "DEADLINE_EXCEEDED")
        #expect(error?.kind == .deadlineExceeded)
        #expect(engine.statistics.steps == 0)
        job.deadline = StepEngine.now() + 3600
        #expect(try await engine.run(job).tokens.count == 100)
    }
}
