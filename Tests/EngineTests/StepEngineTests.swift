import Engine
import Foundation
import Hooks
import Kernels
import ModelFile
import Synchronization
import Testing

/// Admission, refusal and cancelling.
@Suite("StepEngine")
struct StepEngineTests {
    private func engine() throws -> StepEngine {
        try StepEngine.make(TestModels.fixture("llama-mha", .f32))
    }

    private func refusal(_ job: Job) throws -> EngineError {
        let engine = try engine()
        defer { engine.shutdown() }
        return try #require(throws: EngineError.self) { _ = try engine.prepare(job) }
    }

    @Test("jobs that can never run are refused with the numbers")
    func refusals() throws {
        let model = try TestModels.fixture("llama-mha", .f32)
        let plan = try HookPlan().resolved(against: model.shape)
        let context = model.configuration.contextLength
        let long = try refusal(
            Job(tokens: [1, 2], plan: plan, generation: Generation(maxTokens: context)))
        #expect(long.reason == "CONTEXT_TOO_LONG")
        #expect(long.asked == context + 1)
        #expect(long.limit == context)
        #expect(try refusal(Job(tokens: [], plan: plan)).reason == "EMPTY_PROMPT")
        let unknown = try refusal(Job(tokens: [1, 9999], plan: plan))
        #expect(unknown.reason == "UNKNOWN_TOKEN")
        #expect(unknown.message.contains("9999"))
        var generation = Generation(maxTokens: 1)
        generation.sampling.temperature = .nan
        #expect(
            try refusal(Job(tokens: [1], plan: plan, generation: generation)).reason
                == "BAD_SAMPLING")
        generation = Generation(maxTokens: 1, stop: [""])
        #expect(
            try refusal(Job(tokens: [1], plan: plan, generation: generation)).reason
                == "BAD_STOP")
        #expect(
            try refusal(
                Job(tokens: [1], plan: plan, generation: Generation(maxTokens: 0))
            ).reason == "NOTHING_TO_GENERATE")
    }

    @Test("a hook on a missing object fails the job and names the object")
    func missingObject() async throws {
        let engine = try engine()
        defer { engine.shutdown() }
        let hash = String(repeating: "ab", count: 32)
        let plan = try engine.model.plan(
            hooks: ["patch sha256:\(hash) resid_post.0"], promptCount: 1)
        let error = await #expect(throws: EngineError.self) {
            _ = try await engine.run(Job(tokens: [1], plan: plan))
        }
        #expect(error?.reason == "UNKNOWN_OBJECT")
        #expect(error?.message.contains(hash) == true)
    }

    @Test("a cancelled job ends with CANCELLED and its neighbour with its answer")
    func cancel() async throws {
        let engine = try engine()
        defer { engine.shutdown() }
        let plan = try HookPlan().resolved(against: engine.model.shape)
        let generation = Generation(maxTokens: 100, ignoresEnd: true)
        let (events, continuation) = AsyncStream.makeStream(of: JobEvent.self)
        let cancel = Mutex<JobHandle?>(nil)
        let isSubmitted = DispatchSemaphore(value: 0)
        let count = Mutex(0)
        // The third token cancels its own job, on the engine's thread.
        let prepared = try engine.prepare(
            Job(tokens: [1, 5], plan: plan, generation: generation))
        let handle = try engine.submit(prepared) { event in
            continuation.yield(event)
            let isThird = count.withLock { count in
                count += 1
                return count == 3
            }
            guard isThird else { return }
            isSubmitted.wait()
            cancel.withLock { $0 }?.cancel()
        }
        cancel.withLock { $0 = handle }
        isSubmitted.signal()
        async let neighbour = engine.run(Job(tokens: [1, 9], plan: plan, generation: generation))
        var tokens = 0
        events: for await event in events {
            switch event {
            case .token: tokens += 1
            case .failed(let error, _):
                #expect(error.reason == "CANCELLED")
                break events
            case .finished:
                Issue.record("the job was not cancelled")
                break events
            }
        }
        #expect(tokens == 3)
        #expect(try await neighbour.tokens.count == 100)
    }

    @Test("a reader that does not read pauses its sequence, and nobody else's")
    func slowReader() async throws {
        let engine = try engine()
        defer { engine.shutdown() }
        let plan = try HookPlan().resolved(against: engine.model.shape)
        let generation = Generation(maxTokens: 150, ignoresEnd: true)
        let job = Job(tokens: [1, 5], plan: plan, generation: generation)
        let (events, continuation) = AsyncStream.makeStream(of: JobEvent.self)
        let delivered = Mutex(0)
        let handle = try engine.submit(engine.prepare(job)) { event in
            delivered.withLock { $0 += 1 }
            continuation.yield(event)
        }
        // The neighbour runs to its end while the other's events wait.
        let neighbour = try await engine.run(job)
        #expect(neighbour.tokens.count == 150)
        #expect(delivered.withLock { $0 } == EngineLimits.unreadTokens)
        var ids: [Int32] = []
        events: for await event in events {
            switch event {
            case .token(let token):
                ids.append(token.id)
                handle.didConsume()
            case .finished, .failed: break events
            }
        }
        #expect(ids == neighbour.tokens.map(\.id))
    }

    @Test("logits that are not finite end a generation, with the position")
    func nonFiniteLogits() async throws {
        let engine = try engine()
        defer { engine.shutdown() }
        let plan = try engine.model.plan(hooks: ["scale 3e38 logits"], promptCount: 2, rows: 3)
        let error = await #expect(throws: EngineError.self) {
            _ = try await engine.run(
                Job(tokens: [1, 5], plan: plan, generation: Generation(maxTokens: 2)))
        }
        #expect(error?.reason == "NON_FINITE_LOGITS")
        #expect(error?.asked == 1)
    }

    @Test("captures that could outgrow the bound are refused before anything runs")
    func captureBound() throws {
        let engine = try engine()
        defer { engine.shutdown() }
        let captures = Array(repeating: "logits", count: 900)
        let tokens = [Int32](repeating: 5, count: 200)
        let plan = try engine.model.plan(captures: captures, promptCount: tokens.count)
        let error = try #require(throws: EngineError.self) {
            _ = try engine.prepare(Job(tokens: tokens, plan: plan))
        }
        #expect(error.reason == "CAPTURE_TOO_LARGE")
        #expect(
            error.asked == 900 * 200 * engine.model.shape.vocabularyCount * 4)
    }

    @Test("patch tables of the wrong rank and kl tables without the row are refused")
    func storedShapes() throws {
        let engine = try engine()
        defer { engine.shutdown() }
        var writer = SafetensorsWriter()
        try writer.add("mlp.act.1", shape: [96], [Float](repeating: 1, count: 96))
        try writer.add("row", shape: [1, 301], [Float](repeating: 0, count: 301))
        try writer.add("row@positions", shape: [1], [Int32(3)])
        let bytes = writer.serialized()
        let hash = ContentHash(hashing: bytes)
        try engine.objects.put(
            .tensors(SafetensorsFile(bytes: bytes)), hash: hash, byteCount: bytes.count)
        func refusal(hooks: [String] = [], captures: [String] = []) throws -> String? {
            let plan = try engine.model.plan(hooks: hooks, captures: captures, promptCount: 5)
            do {
                _ = try engine.prepare(Job(tokens: [1, 2, 3, 4, 5], plan: plan))
                return nil
            } catch { return error.reason }
        }
        let name = "sha256:\(hash.hex)"
        #expect(try refusal(hooks: ["patch \(name) L1N7"]) == "TENSOR_SHAPE")
        #expect(try refusal(captures: ["logits kl(\(name):row) at last"]) == "NO_SUCH_ROW")
        #expect(try refusal(captures: ["logits kl(\(name):row) at 3"]) == nil)
        #expect(try refusal(hooks: ["mean \(name) L1N7"]) == nil)
    }

    @Test("more jobs than fit at once are all answered, in the end")
    func manyJobs() async throws {
        let model = try TestModels.fixture("llama-mha", .int8)
        let engine = try StepEngine(
            model: model, objects: ObjectStore(),
            options: .init(threads: 2, keyValueBytes: model.contextBytes))
        defer { engine.shutdown() }
        let plan = try HookPlan().resolved(against: engine.model.shape)
        let answers = try await withThrowingTaskGroup(of: [Int32].self) { group in
            for _ in 0..<80 {
                group.addTask {
                    try await engine.run(
                        Job(
                            tokens: [1, 7, 8], plan: plan,
                            generation: Generation(maxTokens: 40, ignoresEnd: true))
                    ).tokens.map(\.id)
                }
            }
            return try await group.reduce(into: Set<[Int32]>()) { $0.insert($1) }
        }
        #expect(answers.count == 1)
    }

    @Test("a job that needs more attention state than there is is refused before it waits")
    func keyValueBound() async throws {
        let model = try TestModels.fixture("llama-mha", .int8)
        let engine = try StepEngine(
            model: model, objects: ObjectStore(), options: .init(threads: 1, keyValueBytes: 1))
        defer { engine.shutdown() }
        #expect(engine.keyValueCapacity == engine.keyValueBlockBytes)
        let plan = try HookPlan().resolved(against: model.shape)
        func job(_ maxTokens: Int) -> Job {
            Job(
                tokens: [1, 7], plan: plan,
                generation: Generation(maxTokens: maxTokens, ignoresEnd: true))
        }
        // The last token that is generated is never run: 2 + 31 - 1 rows fill the one block.
        #expect(try await engine.run(job(31)).tokens.count == 31)
        let error = try #require(throws: EngineError.self) { try engine.prepare(job(32)) }
        #expect(error.reason == "KEY_VALUE_TOO_LARGE" && error.kind == .outOfRange)
        #expect(error.asked == 2 * engine.keyValueBlockBytes)
        #expect(error.limit == engine.keyValueBlockBytes)
    }

    @Test("objects beyond the bound are refused")
    func objectBound() throws {
        let store = ObjectStore()
        let hash = ContentHash(hashing: [1])
        let error = #expect(throws: EngineError.self) {
            try store.put(
                .neuronSet(NeuronSet()), hash: hash, byteCount: EngineLimits.objectBytes + 1)
        }
        #expect(error?.reason == "OBJECTS_FULL")
        try store.put(.neuronSet(NeuronSet()), hash: hash, byteCount: 10)
        #expect(store.neuronSet(hash) == NeuronSet())
        store.drop(hash)
        #expect(store.object(hash) == nil)
    }
}
