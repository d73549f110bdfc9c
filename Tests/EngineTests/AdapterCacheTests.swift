import Foundation
import Hooks
import Kernels
import ModelFile
import Synchronization
import Testing

@testable import Engine

/// The memory of adapters is bounded, whoever uses them.
@Suite("Adapter cache")
struct AdapterCacheTests {
    private func objects(_ count: Int, _ model: Model) throws -> (ObjectStore, [ContentHash]) {
        let objects = ObjectStore()
        let hashes = try (0..<count).map { seed in
            var maker = AdapterMaker(seed: UInt64(seed), settings: ["r": 4, "lora_alpha": 8])
            maker.add(["self_attn.q_proj"], layers: 0..<1, of: model.configuration)
            let bytes = try maker.object()
            let hash = ContentHash(hashing: bytes)
            let file = try SafetensorsFile(bytes: bytes)
            try objects.put(.tensors(file), hash: hash, byteCount: bytes.count)
            return hash
        }
        return (objects, hashes)
    }

    @Test("the adapter used longest ago makes room, and is packed again when it is asked for")
    func eviction() async throws {
        let model = try TestModels.fixture("llama-gqa", .f32)
        let (objects, hashes) = try objects(3, model)
        let size = try await AdapterCache(model: model, objects: objects)
            .adapter(hashes[0]).byteCount
        let cache = AdapterCache(model: model, objects: objects, byteLimit: 2 * size)
        let first = ObjectIdentifier(try await cache.adapter(hashes[0]))
        _ = try await cache.adapter(hashes[1])
        #expect(cache.byteCount == 2 * size)
        #expect(ObjectIdentifier(try await cache.adapter(hashes[0])) == first)
        _ = try await cache.adapter(hashes[2])
        #expect(cache.byteCount == 2 * size)
        // The second one left, not the first, which was used after it.
        #expect(ObjectIdentifier(try await cache.adapter(hashes[0])) == first)
        #expect(cache.byteCount == 2 * size)
        _ = try await cache.adapter(hashes[1])
        #expect(cache.byteCount == 2 * size)
    }

    @Test("who needs what others use waits for them")
    func waiting() async throws {
        let model = try TestModels.fixture("llama-gqa", .f32)
        let (objects, hashes) = try objects(2, model)
        let size = try await AdapterCache(model: model, objects: objects)
            .adapter(hashes[0]).byteCount
        let cache = AdapterCache(model: model, objects: objects, byteLimit: size)
        var held: Adapter? = try await cache.adapter(hashes[0])
        let waiting = Task { try await cache.adapter(hashes[1]) }
        let cancelled = Task { try await cache.adapter(hashes[1]) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { _ = try await cancelled.value }
        // It left the cache for the one that waits, and is the same as long as it is in use.
        #expect(try await cache.adapter(hashes[0]) === held)
        #expect(cache.byteCount == size)
        held = nil
        #expect(try await waiting.value.hash == hashes[1])
        #expect(cache.byteCount == size)
    }

    @Test("a machine without memory for one says so, and gives back what was reserved for it")
    func full() async throws {
        let model = try TestModels.fixture("llama-gqa", .f32)
        let (objects, hashes) = try objects(1, model)
        let isFull = Mutex(true)
        let cache = AdapterCache(model: model, objects: objects) { hash, file, plan, reservation in
            if isFull.withLock({ $0 }) {
                throw KernelError.system(operation: "mmap", subject: "weights", code: ENOMEM)
            }
            return try Adapter(hash: hash, file: file, plan: plan, reservation: reservation)
        }
        let error = await #expect(throws: EngineError.self) {
            _ = try await cache.adapter(hashes[0])
        }
        #expect(error?.kind == .resourceExhausted)
        #expect(error?.reason == "ADAPTERS_FULL")
        #expect(error?.message.contains("mmap") == true)
        #expect(cache.byteCount == 0)
        isFull.withLock { $0 = false }
        #expect(try await cache.adapter(hashes[0]).hash == hashes[0])
    }

    @Test("one that never fits is refused with the numbers")
    func tooLarge() async throws {
        let model = try TestModels.fixture("llama-gqa", .f32)
        let (objects, hashes) = try objects(1, model)
        let cache = AdapterCache(model: model, objects: objects, byteLimit: 1000)
        let error = await #expect(throws: EngineError.self) {
            _ = try await cache.adapter(hashes[0])
        }
        #expect(error?.reason == "ADAPTER_TOO_LARGE")
        #expect(error?.limit == 1000)
        #expect((error?.asked ?? 0) > 1000)
    }

    @Test("many at once for the same adapter pack it once")
    func together() async throws {
        let model = try TestModels.fixture("llama-gqa", .f32)
        let (objects, hashes) = try objects(1, model)
        let cache = AdapterCache(model: model, objects: objects)
        let adapters = try await withThrowingTaskGroup(of: Adapter.self) { group in
            for _ in 0..<16 { group.addTask { try await cache.adapter(hashes[0]) } }
            var adapters: [Adapter] = []
            for try await adapter in group { adapters.append(adapter) }
            return adapters
        }
        #expect(Set(adapters.map { ObjectIdentifier($0) }).count == 1)
        #expect(cache.byteCount == adapters[0].byteCount)
    }
}
