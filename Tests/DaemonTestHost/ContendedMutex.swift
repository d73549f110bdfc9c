import EventLoop
import Glibc
import Synchronization

/// A mutex that one thread of a forked process holds while another waits for it.
final class ContendedMutex: Sendable {
    private let count = Mutex(0)
    private let isAwaited = Atomic<Bool>(false)

    /// Forks a process in which it is waited for, and answers that process's status.
    func contendAfterFork() throws -> Int32 {
        // From here on this thread remembers its number.
        count.withLock { $0 += 1 }
        let child = try Fork.fork(named: "contended") { [self] in
            do {
                let other = try LoopThread(name: "other")
                for _ in 0..<20 { contend(with: other) }
                other.shutdown()
                exit(count.withLock { $0 } == 21 ? 0 : 1)
            } catch {
                exit(2)
            }
        }
        var status: Int32 = 0
        waitpid(child, &status, 0)
        return status
    }

    /// Holds it on this thread until the other has surely come to wait.
    private func contend(with other: LoopThread) {
        isAwaited.store(false, ordering: .sequentiallyConsistent)
        count.withLock { _ in
            other.handle.execute { [self] in
                isAwaited.store(true, ordering: .sequentiallyConsistent)
                count.withLock { $0 += 1 }
            }
            while !isAwaited.load(ordering: .sequentiallyConsistent) { usleep(100) }
            usleep(2000)
        }
    }
}
