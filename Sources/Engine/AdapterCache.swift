import Foundation
import Hooks
import Kernels
import ModelFile
import Synchronization

/// The adapters that were used last, ready to run.
///
/// Their memory is bounded, and whoever needs more of it than is free waits until requests let go
/// of theirs. An adapter that left the cache is found again as long as a request uses it.
final class AdapterCache: Sendable {
    /// Makes an adapter ready to run, in memory that is reserved for it.
    typealias Pack =
        @Sendable (ContentHash, AdapterFile, AdapterPlan, MemoryReservation) throws -> Adapter

    private struct Known {
        weak var adapter: Adapter?
    }

    private struct State {
        /// The one used last at the end.
        var kept: [Adapter] = []
        var known: [ContentHash: Known] = [:]
        /// Whether memory is waited for: then what requests let go is not kept.
        var isShort = false
    }

    private let model: Model
    private let byteLimit: Int
    private let pack: Pack
    private let objects: ObjectStore
    private let state = Mutex(State())
    private let memory: MemoryBudget
    /// One adapter is packed at a time: who wants the same one meanwhile finds it.
    private let turns = MemoryBudget(limit: 1)

    init(
        model: Model, objects: ObjectStore, byteLimit: Int = EngineLimits.adapterBytes,
        pack: @escaping Pack = { hash, file, plan, reservation in
            try Adapter(hash: hash, file: file, plan: plan, reservation: reservation)
        }
    ) {
        self.pack = pack
        self.model = model
        self.objects = objects
        self.byteLimit = byteLimit
        memory = MemoryBudget(limit: byteLimit)
    }

    /// Bytes of adapters that are kept or in use.
    var byteCount: Int { memory.used }

    /// The adapter that an object holds; waits for memory and packs it if it is not there.
    ///
    /// - Throws: `EngineError` for an object that is not stored or no adapter for this model,
    ///   `CancellationError` if the task is cancelled while it waits.
    func adapter(_ hash: ContentHash) async throws -> Adapter {
        let object = try objects.tensors(hash)
        if let adapter = find(hash) { return adapter }
        let turn = try await turns.reserve(1)
        defer { withExtendedLifetime(turn) {} }
        if let adapter = find(hash) { return adapter }
        let file = try Self.checked { try AdapterFile(object, for: model.configuration) }
        let plan = AdapterPlan(file, for: model.configuration)
        guard plan.byteCount <= byteLimit else { throw tooLarge(plan.byteCount) }
        let reservation = try await reserve(plan.byteCount)
        let adapter = try await Self.offPool { [pack] in
            try Self.checked { try pack(hash, file, plan, reservation) }
        }
        keep(adapter)
        return adapter
    }

    /// Forgets an adapter whose object is gone; requests that use it keep it.
    func forget(_ hash: ContentHash) {
        let gone = state.withLock { state -> Adapter? in
            state.known[hash] = nil
            guard let index = state.kept.firstIndex(where: { $0.hash == hash }) else { return nil }
            return state.kept.remove(at: index)
        }
        // Memory is given back here, outside the lock.
        withExtendedLifetime(gone) {}
    }

    private func find(_ hash: ContentHash) -> Adapter? {
        guard let adapter = state.withLock({ $0.known[hash]?.adapter }) else { return nil }
        keep(adapter)
        return adapter
    }

    /// Makes it the one used last; the one used first leaves if there are too many.
    private func keep(_ adapter: Adapter) {
        let gone = state.withLock { state -> Adapter? in
            state.kept.removeAll { $0 === adapter }
            state.known[adapter.hash] = Known(adapter: adapter)
            guard !state.isShort else { return nil }
            state.kept.append(adapter)
            return state.kept.count > EngineLimits.keptAdapters ? state.kept.removeFirst() : nil
        }
        withExtendedLifetime(gone) {}
    }

    private func reserve(_ byteCount: Int) async throws -> MemoryReservation {
        makeRoom(for: byteCount)
        defer { state.withLock { $0.isShort = false } }
        return try await memory.reserve(byteCount)
    }

    /// Lets kept adapters go until there is room, or none is left.
    private func makeRoom(for byteCount: Int) {
        while !memory.fits(byteCount) {
            let gone = state.withLock { state -> Adapter? in
                state.known = state.known.filter { $0.value.adapter != nil }
                state.isShort = state.kept.isEmpty
                return state.isShort ? nil : state.kept.removeFirst()
            }
            guard gone != nil else { return }
        }
    }

    private func tooLarge(_ byteCount: Int) -> EngineError {
        EngineError(
            .outOfRange, "ADAPTER_TOO_LARGE",
            "the adapter takes \(byteCount) bytes in single precision, at most \(byteLimit) are "
                + "there for adapters; use a lower rank or fewer modules",
            asked: byteCount, limit: byteLimit)
    }

    /// Names the reason of what is wrong with an object.
    private static func checked<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ModelFileError {
            throw EngineError(.invalidArgument, "BAD_ADAPTER", "\(error)")
        } catch let error as KernelError {
            throw EngineError(.resourceExhausted, "ADAPTERS_FULL", "\(error)")
        }
    }

    /// Runs long work on a thread that no other request waits for.
    private static func offPool<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        let work = OneRun(body)
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                do {
                    continuation.resume(returning: try work.run())
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}

/// Work that is let go of as soon as it is done: a queue frees what it has run some time later, and
/// memory that it holds would count as used meanwhile.
private final class OneRun<Result>: Sendable {
    private let body: Mutex<(@Sendable () throws -> Result)?>

    init(_ body: @escaping @Sendable () throws -> Result) {
        self.body = Mutex(body)
    }

    func run() throws -> Result {
        guard let body = body.withLock({ $0.take() }) else {
            preconditionFailure("the work was done before")
        }
        return try body()
    }
}
