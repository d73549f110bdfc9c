import CLibuv
import Glibc
import Synchronization

/// The thread-safe face of a loop: posts jobs to it, and serves actors as their executor.
///
/// Jobs run on the loop's thread in the order in which they were posted. Once the loop has begun
/// to close, a job is dropped and ``execute(_:)`` returns false; the jobs of an actor are then
/// run, one at a time, on the thread that posts them, because a dropped one would leave a task
/// waiting for ever, and no loop is left that it could race with.
public final class LoopHandle: Sendable {
    enum Job: Sendable {
        case plain(@Sendable () -> Void)
        case withLoop(@Sendable (Loop) -> Void)
        case actor(UnownedJob)
    }

    /// A pointer that is used under the lock only.
    private struct WakePointer: @unchecked Sendable {
        // Protected by the lock around `State`; libuv allows `uv_async_send` from any thread
        // until the handle is closed, and `detach` precedes that.
        let pointer: UnsafeMutablePointer<uv_async_t>
    }

    private struct State {
        var jobs: [Job] = []
        var wake: WakePointer?
        var isFinished = false
        /// Which thread runs an actor's late jobs, if any.
        var lateThread: pthread_t?
        /// The handle itself while late jobs run: the last one may end the actor, and with it the
        /// last reference that anybody else holds.
        var lateOwner: LoopHandle?
    }

    private let state = Mutex(State())
    private let thread: pthread_t = pthread_self()
    // Written once, before the handle is shared, and read on the loop's thread only.
    nonisolated(unsafe) private weak var loop: Loop?

    init() {}

    /// Whether the caller is on the loop's thread.
    public var isOnLoop: Bool {
        pthread_equal(pthread_self(), thread) != 0
    }

    /// The loop, for code that runs on its thread: nil elsewhere, and once the loop is gone.
    public var currentLoop: Loop? {
        isOnLoop ? loop : nil
    }

    /// Runs `job` on the loop's thread, soon.
    ///
    /// - Parameter job: what to run; it is dropped if the loop has begun to close.
    /// - Returns: whether the loop will run it.
    @discardableResult
    public func execute(_ job: @escaping @Sendable () -> Void) -> Bool {
        post(.plain(job))
    }

    /// Runs `job` on the loop's thread, soon, and hands it the loop.
    ///
    /// - Parameter job: what to run; it is dropped if the loop has begun to close.
    /// - Returns: whether the loop will run it.
    @discardableResult
    public func executeWithLoop(_ job: @escaping @Sendable (Loop) -> Void) -> Bool {
        post(.withLoop(job))
    }

    func bind(to loop: Loop) {
        self.loop = loop
    }

    func attach(_ wake: UnsafeMutablePointer<uv_async_t>) {
        let pointer = WakePointer(pointer: wake)
        state.withLock { $0.wake = pointer }
    }

    /// Ends the taking of jobs, unless some are waiting; the wake-up may be closed afterwards.
    func detachIfIdle() -> Bool {
        state.withLock { state in
            guard state.jobs.isEmpty else { return false }
            state.wake = nil
            return true
        }
    }

    /// Says that the loop is gone: what an actor has left to do runs where it is posted.
    func finish() {
        let isNeeded = state.withLock { state in
            state.isFinished = true
            return !state.jobs.isEmpty
        }
        if isNeeded { runLateJobs() }
    }

    /// Makes the loop run its posted jobs; on the loop's thread, for its deferred ones.
    func wake() {
        state.withLock { state in
            if let wake = state.wake { uv_async_send(wake.pointer) }
        }
    }

    /// Takes all jobs and runs them.
    func runPostedJobs(on loop: Loop) {
        let jobs = state.withLock { state in
            let jobs = state.jobs
            state.jobs = []
            return jobs
        }
        for job in jobs { run(job, on: loop) }
    }

    private func run(_ job: Job, on loop: Loop?) {
        switch job {
        case .plain(let body): body()
        case .withLoop(let body): if let loop { body(loop) }
        case .actor(let job): job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }

    /// Queues a job; false where the loop no longer takes any.
    private func post(_ job: Job) -> Bool {
        state.withLock { state in
            guard let wake = state.wake else { return false }
            state.jobs.append(job)
            // One wake-up serves all jobs that arrive before the loop takes them.
            if state.jobs.count == 1 { uv_async_send(wake.pointer) }
            return true
        }
    }

    /// Runs actor jobs after the end of the loop, unless another thread is at it already.
    private func runLateJobs() {
        let isMine = state.withLock { state in
            guard state.isFinished, state.lateThread == nil else { return false }
            state.lateThread = pthread_self()
            state.lateOwner = self
            return true
        }
        guard isMine else { return }
        while true {
            let (job, owner) = takeLateJob()
            guard let job else {
                // Nothing of `self` may be touched after this.
                return withExtendedLifetime(owner) {}
            }
            run(job, on: nil)
        }
    }

    /// The next late job, or, when there is none, the reference that kept the handle alive.
    private func takeLateJob() -> (Job?, LoopHandle?) {
        state.withLock { state in
            guard !state.jobs.isEmpty else {
                state.lateThread = nil
                return (nil, state.lateOwner.take())
            }
            return (state.jobs.removeFirst(), nil)
        }
    }
}

extension LoopHandle: SerialExecutor {
    /// Takes a job of an actor that lives on the loop.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard !post(.actor(job)) else { return }
        state.withLock { $0.jobs.append(.actor(job)) }
        runLateJobs()
    }

    /// Traps where the caller is neither on the loop's thread nor runs a late job.
    public func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "code of an actor ran off its event loop")
    }

    /// Whether the caller holds the isolation that an actor on this loop relies on.
    public func isIsolatingCurrentContext() -> Bool? {
        state.withLock { state in
            guard state.isFinished else { return isOnLoop }
            return state.lateThread.map { pthread_equal($0, pthread_self()) != 0 } ?? false
        }
    }
}
