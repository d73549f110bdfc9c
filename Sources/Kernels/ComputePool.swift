internal import CIntrinsics
internal import Synchronization

/// What the tasks of a run do.
public protocol PoolWork: Sendable {
    /// Does one task; others are done by other threads meanwhile.
    ///
    /// - Parameter worker: the thread, 0 up to the pool's number of them.
    func perform(_ task: Int, worker: Int)
}

/// Threads that run the tasks of one call at a time, together with the thread that calls.
///
/// Between runs the threads spin briefly and then sleep: an idle pool uses no processor time.
/// Everything a run's tasks wrote is visible to the caller when `run` returns, and to the tasks of
/// the next run. A task must not call `run` of its own pool.
public final class ComputePool: Sendable {
    private let crew: PoolCrew
    private let running = Mutex<Void>(())
    private let threads: Mutex<[SystemThread]>

    /// Threads that take part in a run, the caller's among them.
    public let threadCount: Int

    /// Starts `threadCount - 1` threads.
    ///
    /// - Parameters:
    ///   - threadCount: At least 1; with 1 the caller does everything.
    ///   - pinned: Whether thread i stays on the i-th processor that this process may use. The
    ///     caller's thread is never moved.
    /// - Throws: `KernelError` when there can be no more threads.
    public init(threadCount: Int, pinned: Bool) throws(KernelError) {
        precondition(
            threadCount >= 1 && threadCount <= Limits.threads,
            "a pool has 1...\(Limits.threads) threads")
        let crew = PoolCrew(workerCount: threadCount)
        self.crew = crew
        self.threadCount = threadCount
        var threads: [SystemThread] = []
        do throws(KernelError) {
            for worker in 1..<threadCount {
                threads.append(
                    try SystemThread(name: "neurond-compute") {
                        if pinned { _ = system_pin_thread(Int32(worker)) }
                        crew.work(as: worker)
                    })
            }
        } catch {
            crew.end(threads)
            throw error
        }
        self.threads = Mutex(threads)
    }

    deinit {
        shutdown()
    }

    /// Does each task 0..<taskCount of `work` once and returns when all are done.
    ///
    /// Each task goes to any worker 0..<threadCount; worker 0 is the calling thread. A worker's
    /// tasks are neighbours as far as all are equally fast. Calls from several threads take turns.
    /// Nothing is allocated.
    public func run<Work: PoolWork>(taskCount: Int, _ work: Work) {
        guard taskCount > 1, threadCount > 1 else {
            for task in 0..<max(0, taskCount) { work.perform(task, worker: 0) }
            return
        }
        running.withLock { _ in
            // Safety: `crew.run` returns only when no worker uses the pointer any more.
            withUnsafePointer(to: work) { crew.run(taskCount, BorrowedWork(work: $0)) }
        }
    }

    /// Runs `body` once for each task, as `run(taskCount:_:)` of a `PoolWork` does.
    ///
    /// Makes a copy of the closure in the heap, which steps of a model do without.
    public func run(taskCount: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
        // Safety: `run` returns only when no worker uses the closure any more.
        withoutActuallyEscaping(body) { run(taskCount: taskCount, ClosureWork(body: $0)) }
    }

    /// Ends the threads and waits for them.
    ///
    /// Later runs are done by the caller alone.
    public func shutdown() {
        let ended = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        crew.end(ended)
    }
}

extension PoolCrew {
    /// Has the crew's threads end and waits for them.
    fileprivate func end(_ threads: [SystemThread]) {
        guard !threads.isEmpty else { return }
        stop()
        for thread in threads { thread.join() }
    }
}

/// Work that does what a closure does.
private struct ClosureWork: PoolWork {
    let body: @Sendable (Int, Int) -> Void

    func perform(_ task: Int, worker: Int) { body(task, worker) }
}

/// Work that lies with the caller of a run, in the form in which the crew keeps it.
///
/// One pointer, so that `any PoolWork` holds it without a box.
private struct BorrowedWork<Work: PoolWork>: PoolWork, @unchecked Sendable {
    // Sendable: the work is, and it stays where it is until the run has ended.
    let work: UnsafePointer<Work>

    func perform(_ task: Int, worker: Int) { work.pointee.perform(task, worker: worker) }
}
