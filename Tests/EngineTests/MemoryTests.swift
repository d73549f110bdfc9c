import Foundation
import Hooks
import Kernels
import ModelFile
import Synchronization
import Testing

@testable import Engine

/// What waits for memory, and what gives it back.
@Suite("Memory")
struct MemoryTests {
    @Test("bytes are given in order of arrival, and cancelled waiters get none")
    func order() async throws {
        let budget = MemoryBudget(limit: 100)
        var first: MemoryReservation? = try await budget.reserve(60)
        let order = Mutex<[Int]>([])
        let large = Task { @Sendable in
            let reservation = try await budget.reserve(90)
            order.withLock { $0.append(90) }
            return reservation
        }
        while budget.fits(0) { await Task.yield() }
        // It would fit, but somebody waits.
        #expect(!budget.fits(10))
        let cancelled = Task { @Sendable in try await budget.reserve(30) }
        let small = Task { @Sendable in
            let reservation = try await budget.reserve(10)
            order.withLock { $0.append(10) }
            return reservation
        }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(first?.byteCount == 60)
        first = nil
        let reservations = try await (large.value, small.value)
        #expect(budget.used == 100)
        withExtendedLifetime(reservations) {}
        #expect(Set(order.withLock { $0 }) == [90, 10])
    }

    @Test("the size of a plan's values is known before they are looked up")
    func planSize() throws {
        let model = try TestModels.fixture("llama-gqa", .int8)
        let objects = ObjectStore()
        let width = model.configuration.neuronCount
        var writer = SafetensorsWriter()
        try writer.add("mlp.act.1", shape: [3, width], [Float](repeating: 1, count: 3 * width))
        let bytes = writer.serialized()
        let hash = ContentHash(hashing: bytes)
        try objects.put(
            .tensors(SafetensorsFile(bytes: bytes)), hash: hash, byteCount: bytes.count)
        let size = PlanSize(
            shape: model.shape, width: model.configuration.width, objects: objects)
        for hooks in [
            ["scale 2 mlp.act"], ["set [1,2,3] L0N4-6", "add [1,2] mlp.act.1[3,9]"],
            ["value-noise 0 0.1 3 L0N1-9", "zero mlp.act.1"],
            ["patch sha256:\(hash.hex) mlp.act.1[2-30]"],
        ] {
            let plan = try model.plan(hooks: hooks, promptCount: 4)
            let compiled = try CompiledPlan(plan, model: model, objects: objects)
            #expect(size.byteCount(of: plan) == compiled.byteCount, "\(hooks)")
        }
    }

    private func noise(neurons: Int) -> ResolvedPlan {
        let entry = ResolvedAction.Entry(
            site: Site(.mlpAct), units: IndexRanges([0..<neurons]))
        let shape = NoiseShape(mean: 0, standardDeviation: 1, seed: 1, scale: .absolute)
        return ResolvedPlan(
            actions: [
                ResolvedAction(
                    operation: .valueNoise(shape), entries: [entry], positions: .all, index: 0)
            ], captures: [], hash: "")
    }

    @Test("plans beyond a request's bytes are refused with their size, others wait for memory")
    func plans() async throws {
        let engine = try StepEngine.make(TestModels.fixture("llama-gqa", .int8))
        defer { engine.shutdown() }
        let row = engine.model.configuration.width * 4
        let most = EngineLimits.planBytes / row
        let error = await #expect(throws: EngineError.self) {
            _ = try await engine.reservePlans([noise(neurons: most), noise(neurons: 1)])
        }
        #expect(error?.reason == "PLAN_TOO_LARGE")
        #expect(error?.asked == (most + 1) * row)
        #expect(error?.limit == EngineLimits.planBytes)
        #expect(try await engine.reservePlans([.none]) == nil)
        var held: [MemoryReservation?] = []
        for _ in 0..<(EngineLimits.runningPlanBytes / EngineLimits.planBytes) {
            held.append(try await engine.reservePlans([noise(neurons: most)]))
        }
        let isServed = Mutex(false)
        let waiting = Task { @Sendable in
            let reservation = try await engine.reservePlans([noise(neurons: most)])
            isServed.withLock { $0 = true }
            return reservation
        }
        // Nobody needs memory for plans without values, whoever waits.
        #expect(try await engine.reservePlans([.none]) == nil)
        #expect(!isServed.withLock { $0 })
        held.removeLast()
        #expect(try await waiting.value?.byteCount == most * row)
    }

    @Test("captures hold memory until the answer is let go, and further jobs wait for it")
    func captures() async throws {
        let engine = try StepEngine.make(TestModels.fixture("llama-mha", .int8))
        defer { engine.shutdown() }
        let generation = Generation(maxTokens: 100, ignoresEnd: true)
        // Room for rows that no generated token selects.
        let rowBytes = engine.model.shape.vocabularyCount * 4 * 99
        let captures = Array(
            repeating: "logits at tokens(2)", count: (EngineLimits.captureBytes - 1) / rowBytes)
        let plan = try engine.model.plan(captures: captures, promptCount: 2, rows: 101)
        let job = Job(tokens: [1, 5], plan: plan, generation: generation)
        let bytes = try engine.prepare(job).captureByteCount
        let fitting = EngineLimits.runningCaptureBytes / bytes
        #expect(fitting >= 2)
        var results: [JobResult] = []
        for _ in 0..<fitting { results.append(try await engine.run(job).result) }
        #expect(engine.statistics.captureBytes == fitting * bytes)
        async let late = engine.run(job).result
        while engine.statistics.waiting == 0 { await Task.yield() }
        #expect(engine.statistics.captureBytes == fitting * bytes)
        results.removeLast()
        let last = try await late
        #expect(last.reservation?.byteCount == bytes)
        results = []
        withExtendedLifetime(last) {}
    }
}
