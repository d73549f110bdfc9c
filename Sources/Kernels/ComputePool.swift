internal import CIntrinsics
internal import Synchronization

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

    /// Runs `body` once for each task 0..<taskCount and returns when all are done.
    ///
    /// Each task goes to any worker 0..<threadCount; worker 0 is the calling thread. A worker's
    /// tasks are neighbours as far as all are equally fast. Calls from several threads take turns.
    public func run(taskCount: Int, _ body: @Sendable (_ task: Int, _ worker: Int) -> Void) {
        guard taskCount > 1, threadCount > 1 else {
            for task in 0..<max(0, taskCount) { body(task, 0) }
            return
        }
        running.withLock { _ in
            // Safety: `crew.run` returns only when no worker holds the closure any more.
            withoutActuallyEscaping(body) { crew.run(taskCount, $0) }
        }
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
