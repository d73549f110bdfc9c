import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Synchronization
import Testing

/// Jobs of several shares in the same steps.
@Suite("Shares")
struct ShareTests {
    private func job(_ count: Int, _ model: Model, share: JobShare) throws -> Job {
        let tokens = (0..<count).map { Int32($0 % 200 + 3) }
        return Job(
            tokens: tokens,
            plan: try model.plan(captures: ["logits at last"], promptCount: count), share: share)
    }

    @Test("a short prompt does not wait for another share's long one, and has its bits")
    func shortBesideLong() async throws {
        let model = try TestModels.fixture("llama-mha", .int8)
        let context = model.configuration.contextLength
        let engine = try StepEngine.make(model, rowsPerStep: 4)
        defer { engine.shutdown() }
        let bulk = JobShare(identifier: 7, lane: .bulk)
        for other in [JobShare(identifier: 2), bulk] {
            let long = try job(context, model, share: other)
            let short = try job(4, model, share: JobShare(identifier: 1))
            let alone = try await engine.run(short).result
            let prepared = try engine.prepare(short)
            let mark = try engine.prepare(job(1, model, share: JobShare(identifier: 3)))
            async let longAnswer = engine.run(long).result
            let steps = Mutex((before: 0, after: 0))
            let (events, continuation) = AsyncStream.makeStream(of: JobEvent.self)
            // The long one runs by now, or will be run together with the short one, which is
            // submitted between two steps, on the engine's thread.
            _ = try engine.submit(mark) { _ in
                steps.withLock { $0.before = engine.statistics.steps }
                do {
                    _ = try engine.submit(prepared) { event in
                        steps.withLock { $0.after = engine.statistics.steps }
                        continuation.yield(event)
                        continuation.finish()
                    }
                } catch {
                    Issue.record(error)
                    continuation.finish()
                }
            }
            for await event in events {
                guard case .finished(let result) = event else {
                    Issue.record("the short job was not answered")
                    continue
                }
                #expect(result.captures == alone.captures)
            }
            // Two steps of half the rows each, and the one that ran as it came.
            #expect(steps.withLock { $0.after - $0.before } <= 4)
            #expect(try await longAnswer.captures.count == 1)
        }
    }

    @Test("jobs of many shares and both lanes are all answered alike")
    func manyShares() async throws {
        let model = try TestModels.fixture("llama-mha", .int8)
        let engine = try StepEngine(
            model: model, objects: ObjectStore(),
            options: .init(threads: 2, keyValueBytes: model.contextBytes))
        defer { engine.shutdown() }
        let plan = try HookPlan().resolved(against: model.shape)
        let answers = try await withThrowingTaskGroup(of: [Int32].self) { group in
            for index in 0..<60 {
                let share = JobShare(
                    identifier: UInt64(index % 5), weight: index % 3 + 1,
                    lane: index % 2 == 0 ? .bulk : .interactive)
                group.addTask {
                    try await engine.run(
                        Job(
                            tokens: [1, 7, 8], plan: plan,
                            generation: Generation(maxTokens: 30, ignoresEnd: true), share: share)
                    ).tokens.map(\.id)
                }
            }
            return try await group.reduce(into: Set<[Int32]>()) { $0.insert($1) }
        }
        #expect(answers.count == 1)
        #expect(engine.statistics.running == 0)
        #expect(engine.statistics.keyValueBytes == 0)
    }
}
