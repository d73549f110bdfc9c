import Foundation
public import Hooks
public import Kernels
import ModelFile
import Synchronization

/// Runs jobs on one model: plans steps over the rows of all running sequences on a thread of its
/// own, and parks when there is nothing to do.
public final class StepEngine: Sendable {
    /// The one model that every job runs on.
    public let model: Model
    /// Stored neuron sets and tensors; a job reads its own when it starts to run.
    public let objects: ObjectStore
    /// Instruction set in use: the one forced by `Options.kernels`, else the fastest here.
    public let kernelPath: KernelPath
    /// Threads that share each product, the engine's own included; at least 1.
    public let threadCount: Int
    /// Settings as they were given, after `rowsPerStep` was brought into range.
    public let options: Options
    /// Bytes of one key-value block, which holds `KeyValueStore.blockPositions` positions.
    public let keyValueBlockBytes: Int
    /// Bytes of all key-value blocks; a job that needs more can never run.
    public let keyValueCapacity: Int
    let counters: EngineCounters
    /// Memory of captured values until they are answered.
    let captureBudget: MemoryBudget
    private let adapters: AdapterCache
    private let planBudget = MemoryBudget(limit: EngineLimits.runningPlanBytes)
    private let statisticsBudget = MemoryBudget(limit: EngineLimits.runningStatisticsBytes)
    private let inbox = Mutex<Inbox>(Inbox())
    /// Counts arrivals; the engine thread waits on it when idle.
    private let wake: DispatchSemaphore

    /// How an engine is set up.
    public struct Options: Sendable {
        /// Compute threads, this engine's own included.
        public var threads: Int
        /// Whether compute thread i ≥ 1 stays on the i-th processor that this process may use.
        public var pinsThreads: Bool
        /// Value of `NEUROND_KERNELS`; nil = the best there is.
        public var kernels: String?
        /// Rows of one step; smaller only in tests of chunking.
        public var rowsPerStep: Int
        /// Bytes of key-value state for all sequences.
        public var keyValueBytes: Int
        /// Bytes of these that are kept for prompts that begin alike, while running sequences do
        /// not need them; 0 keeps none, nil all of them.
        public var prefixCacheBytes: Int?
        /// Whether jobs of different shares use each other's; a hit tells that somebody ran the
        /// same prompt.
        public var sharesPrefixes: Bool

        /// Defaults to unpinned threads, the fastest kernels and the budgets of `EngineLimits`.
        ///
        /// `rowsPerStep` is brought into 1…`EngineLimits.rowsPerStep`.
        public init(
            threads: Int, pinsThreads: Bool = false, kernels: String? = nil,
            rowsPerStep: Int = EngineLimits.rowsPerStep,
            keyValueBytes: Int = EngineLimits.keyValueBytes, prefixCacheBytes: Int? = nil,
            sharesPrefixes: Bool = true
        ) {
            self.threads = threads
            self.pinsThreads = pinsThreads
            self.kernels = kernels
            self.rowsPerStep = min(max(1, rowsPerStep), EngineLimits.rowsPerStep)
            self.keyValueBytes = keyValueBytes
            self.prefixCacheBytes = prefixCacheBytes.map { max(0, $0) }
            self.sharesPrefixes = sharesPrefixes
        }
    }

    struct Arrival {
        let prepared: PreparedJob
        let handle: JobHandle
        let submitted: Double
        let deliver: @Sendable (JobEvent) -> Void
    }

    private struct Inbox {
        var arrivals: [Arrival] = []
        /// Jobs that were submitted and do not run yet.
        var waitingCount = 0
        var isShutDown = false
    }

    /// Reserves key-value memory and starts the engine's thread.
    ///
    /// - Throws: `KernelError` for kernels this machine does not have or memory it cannot give.
    public init(model: Model, objects: ObjectStore, options: Options) throws {
        self.model = model
        self.objects = objects
        self.options = options
        adapters = AdapterCache(model: model, objects: objects)
        let wake = DispatchSemaphore(value: 0)
        self.wake = wake
        // Jobs may wait for what is given back.
        captureBudget = MemoryBudget(limit: EngineLimits.runningCaptureBytes) { wake.signal() }
        let kernels = try KernelSet.best(forced: options.kernels)
        kernelPath = kernels.path
        threadCount = max(1, options.threads)
        let keyValues = try Self.makeStore(model, options)
        keyValueBlockBytes = keyValues.bytesPerBlock
        keyValueCapacity = keyValues.blockCapacity * keyValues.bytesPerBlock
        counters = EngineCounters(keyValueCapacity: keyValueCapacity)
        let pool = try ComputePool(threadCount: threadCount, pinned: options.pinsThreads)
        let pass = ForwardPass(model: model, kernels: kernels, pool: pool, keyValues: keyValues)
        try SystemThread(name: "neurond-step") { [self] in
            StepLoop(self, pass: pass, rowsPerStep: options.rowsPerStep).run()
            pool.shutdown()
        }.detach()
    }

    /// Blocks for as many positions as the limit allows, one at least.
    ///
    /// The f32 form is the reference and keeps keys and values in f32 too.
    private static func makeStore(_ model: Model, _ options: Options) throws -> KeyValueStore {
        let shape = model.configuration
        let precision: KeyValueStore.Precision = model.form == .f32 ? .f32 : .f16
        let perPosition =
            shape.layerCount * shape.keyValueHeadCount * shape.headDimension * 2
            * (precision == .f32 ? 4 : 2)
        let blockBytes = perPosition * KeyValueStore.blockPositions
        return try KeyValueStore(
            layers: shape.layerCount, keyValueHeads: shape.keyValueHeadCount,
            headDimension: shape.headDimension,
            blockCapacity: max(1, options.keyValueBytes / blockBytes),
            precision: precision)
    }

    /// Checks a job and looks up the stored values that its plan names; nothing is run.
    ///
    /// - Parameter earlier: a prepared job whose compiled plan is used again if it is the same.
    /// - Throws: `EngineError` for a job that can never run here.
    public func prepare(
        _ job: Job, like earlier: PreparedJob? = nil
    ) throws(EngineError) -> PreparedJob {
        try JobValidator(model: model).check(job)
        try checkKeyValues(of: job)
        if let earlier, earlier.job.plan == job.plan {
            return try prepare(job, plan: earlier.plan, sharesPlan: true)
        }
        let plan = try CompiledPlan(job.plan, model: model, objects: objects)
        return try prepare(job, plan: plan, sharesPlan: false)
    }

    private func checkKeyValues(of job: Job) throws(EngineError) {
        let needed = keyValueBytes(of: job)
        guard needed <= keyValueCapacity else {
            throw EngineError(
                .outOfRange, "KEY_VALUE_TOO_LARGE",
                "\(job.maximumRows) positions take \(needed) bytes of attention state, this "
                    + "engine has \(keyValueCapacity) (cache_bytes)",
                asked: needed, limit: keyValueCapacity)
        }
    }

    private func prepare(
        _ job: Job, plan: CompiledPlan, sharesPlan: Bool
    ) throws(EngineError) -> PreparedJob {
        let share = options.sharesPrefixes ? nil : job.share.identifier
        let prefix =
            options.prefixCacheBytes == 0
            ? nil : PreparedPrefix(job, plan: plan, model: model.digest, share: share)
        return try PreparedJob(
            job, plan: plan, sharesPlan: sharesPlan, prefix: prefix, model: model)
    }

    /// Queues a prepared job.
    ///
    /// - Parameter deliver: called on the engine's thread with each event in order; it must not
    ///   block. The last event is `finished` or `failed`. Token events are to be answered by
    ///   `JobHandle.didConsume`.
    /// - Throws: `EngineError` if too many jobs wait already or the engine was shut down.
    public func submit(
        _ prepared: PreparedJob, deliver: @escaping @Sendable (JobEvent) -> Void
    ) throws(EngineError) -> JobHandle {
        let handle = JobHandle(wake: wake)
        let arrival = Arrival(
            prepared: prepared, handle: handle, submitted: Self.now(), deliver: deliver)
        let refusal = inbox.withLock { inbox -> EngineError? in
            guard !inbox.isShutDown else {
                return EngineError(.failure, "SHUT_DOWN", "the engine was shut down")
            }
            guard inbox.waitingCount < EngineLimits.waitingJobs else {
                return EngineError(
                    .resourceExhausted, "ENGINE_QUEUE_FULL",
                    "\(inbox.waitingCount) jobs are waiting in this engine; try again later",
                    asked: inbox.waitingCount + 1, limit: EngineLimits.waitingJobs)
            }
            inbox.arrivals.append(arrival)
            inbox.waitingCount += 1
            return nil
        }
        if let refusal { throw refusal }
        wake.signal()
        return handle
    }

    /// What the engine has done and holds, as of its last step.
    public var statistics: EngineStatistics {
        var totals = counters.snapshot(now: Self.now())
        totals.captureBytes = captureBudget.used
        totals.adapterBytes = adapters.byteCount
        totals.waiting = inbox.withLock { $0.waitingCount }
        return totals
    }

    /// Bytes of the key-value blocks that a job takes while it runs.
    public func keyValueBytes(of job: Job) -> Int {
        Self.blockCount(rows: job.maximumRows) * keyValueBlockBytes
    }

    /// Blocks that may be kept for prefixes.
    func prefixBlocks(of capacity: Int) -> Int {
        options.prefixCacheBytes.map { min(capacity, $0 / keyValueBlockBytes) } ?? capacity
    }

    static func blockCount(rows: Int) -> Int {
        (rows + KeyValueStore.blockPositions - 1) / KeyValueStore.blockPositions
    }

    /// Ends the engine thread; jobs that are running or waiting fail with `CANCELLED`.
    public func shutdown() {
        inbox.withLock { $0.isShutDown = true }
        wake.signal()
    }

    /// Waits for memory for the values that the actions of a request's plans carry.
    ///
    /// - Parameter plans: each is looked up once.
    /// - Returns: what holds the memory; nil if none is needed.
    /// - Throws: `EngineError` for more than a request may ever take, `CancellationError` if the
    ///   task is cancelled while it waits.
    public func reservePlans(_ plans: [ResolvedPlan]) async throws -> MemoryReservation? {
        let sizes = PlanSize(shape: model.shape, width: model.configuration.width, objects: objects)
        let byteCount = plans.reduce(0) { $0 + sizes.byteCount(of: $1) }
        try PlanSize.check(byteCount)
        return byteCount == 0 ? nil : try await planBudget.reserve(byteCount)
    }

    /// Waits for memory for the sums of a request's groups.
    ///
    /// - Parameter byteCount: at most `EngineLimits.statisticsBytes`.
    /// - Throws: `CancellationError` if the task is cancelled while it waits.
    public func reserveStatistics(_ byteCount: Int) async throws -> MemoryReservation {
        precondition(byteCount <= EngineLimits.statisticsBytes, "a request stays in its limit")
        return try await statisticsBudget.reserve(byteCount)
    }

    /// The adapter that a stored object holds, packed for this model if it was not before.
    ///
    /// - Throws: `EngineError` for an object that is not stored or no adapter for this model,
    ///   `CancellationError` if the task is cancelled while it waits for memory.
    public func adapter(_ hash: ContentHash) async throws -> Adapter {
        try await adapters.adapter(hash)
    }

    /// Forgets a stored object and what was made of it; an unknown hash is ignored.
    ///
    /// Jobs that have begun keep what they read.
    public func dropObject(_ hash: ContentHash) {
        objects.drop(hash)
        adapters.forget(hash)
    }

    /// Monotonic seconds.
    public static func now() -> Double {
        Double(DispatchTime.now().uptimeNanoseconds) * 1e-9
    }

    /// What came since the last call; waits for something if `idle`.
    func takeArrivals(idle: Bool) -> (arrivals: [Arrival], isShutDown: Bool) {
        if idle { wake.wait() }
        return inbox.withLock { inbox in
            defer { inbox.arrivals = [] }
            return (inbox.arrivals, inbox.isShutDown)
        }
    }

    /// Says that jobs no longer wait: they run, or were cancelled.
    func didLeaveQueue(_ count: Int) {
        inbox.withLock { $0.waitingCount -= count }
    }
}
