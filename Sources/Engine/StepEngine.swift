import Foundation
import Hooks
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
    private let inbox = Mutex<Inbox>(Inbox())
    /// Counts arrivals; the engine thread waits on it when idle.
    private let wake = DispatchSemaphore(value: 0)

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

        /// Defaults to unpinned threads, the fastest kernels and the budgets of `EngineLimits`.
        ///
        /// `rowsPerStep` is brought into 1…`EngineLimits.rowsPerStep`.
        public init(
            threads: Int, pinsThreads: Bool = false, kernels: String? = nil,
            rowsPerStep: Int = EngineLimits.rowsPerStep,
            keyValueBytes: Int = EngineLimits.keyValueBytes
        ) {
            self.threads = threads
            self.pinsThreads = pinsThreads
            self.kernels = kernels
            self.rowsPerStep = min(max(1, rowsPerStep), EngineLimits.rowsPerStep)
            self.keyValueBytes = keyValueBytes
        }
    }

    struct Arrival {
        let job: Job
        let cancel: CancelFlag
        let submitted: Double
        let deliver: @Sendable (JobEvent) -> Void
    }

    private struct Inbox {
        var arrivals: [Arrival] = []
        var isShutDown = false
    }

    /// Reserves key-value memory and starts the engine's thread.
    ///
    /// - Throws: `KernelError` for kernels this machine does not have or memory it cannot give.
    public init(model: Model, objects: ObjectStore, options: Options) throws {
        self.model = model
        self.objects = objects
        self.options = options
        let kernels = try KernelSet.best(forced: options.kernels)
        kernelPath = kernels.path
        threadCount = max(1, options.threads)
        let keyValues = try Self.makeStore(model, options)
        let thread = Thread { [self] in
            let pool = ComputePool(threadCount: threadCount, pinned: options.pinsThreads)
            let pass = ForwardPass(
                model: model, kernels: kernels, pool: pool, keyValues: keyValues)
            StepLoop(self, pass: pass, rowsPerStep: options.rowsPerStep).run()
            pool.shutdown()
        }
        thread.name = "neurond-step"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Blocks for as many positions as the limit allows, but for one whole context at least.
    ///
    /// The f32 form is the reference and keeps keys and values in f32 too.
    private static func makeStore(_ model: Model, _ options: Options) throws -> KeyValueStore {
        let shape = model.configuration
        let precision: KeyValueStore.Precision = model.form == .f32 ? .f32 : .f16
        let perPosition =
            shape.layerCount * shape.keyValueHeadCount * shape.headDimension * 2
            * (precision == .f32 ? 4 : 2)
        let blockBytes = perPosition * KeyValueStore.blockPositions
        let context =
            (shape.contextLength + KeyValueStore.blockPositions - 1)
            / KeyValueStore.blockPositions
        return try KeyValueStore(
            layers: shape.layerCount, keyValueHeads: shape.keyValueHeadCount,
            headDimension: shape.headDimension,
            blockCapacity: max(context, options.keyValueBytes / blockBytes),
            precision: precision)
    }

    /// Checks a job and queues it.
    ///
    /// - Parameter deliver: called on the engine's thread with each event in order; it must not
    ///   block. The last event is `finished` or `failed`.
    /// - Returns: cancels the job when called; the job then fails with `CANCELLED`.
    /// - Throws: `EngineError` for a job that can never run here.
    public func submit(
        _ job: Job, deliver: @escaping @Sendable (JobEvent) -> Void
    ) throws(EngineError) -> @Sendable () -> Void {
        try JobValidator(model: model).check(job)
        let cancel = CancelFlag()
        let arrival = Arrival(
            job: job, cancel: cancel, submitted: Self.now(), deliver: deliver)
        let waiting = inbox.withLock { inbox -> Int? in
            guard !inbox.isShutDown, inbox.arrivals.count < EngineLimits.waitingJobs else {
                return inbox.arrivals.count
            }
            inbox.arrivals.append(arrival)
            return nil
        }
        if let waiting {
            throw EngineError(
                .resourceExhausted, "ENGINE_QUEUE_FULL",
                "\(waiting) jobs are waiting in this engine (limit "
                    + "\(EngineLimits.waitingJobs)); try again later",
                asked: waiting + 1, limit: EngineLimits.waitingJobs)
        }
        wake.signal()
        return { [wake] in
            cancel.set()
            wake.signal()
        }
    }

    /// Ends the engine thread; jobs that are running or waiting fail with `CANCELLED`.
    public func shutdown() {
        inbox.withLock { $0.isShutDown = true }
        wake.signal()
    }

    /// Monotonic seconds.
    static func now() -> Double {
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
}
