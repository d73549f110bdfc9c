import Kernels
import Synchronization

/// What hooks of all sequences compute with.
final class HookTools: Sendable {
    let kernels: KernelSet
    let pool: ComputePool
    /// Memory for one row, by worker.
    let scratch: [RowScratch]

    init(kernels: KernelSet, pool: ComputePool) {
        self.kernels = kernels
        self.pool = pool
        scratch = (0..<pool.threadCount).map { _ in RowScratch() }
    }
}

/// Memory for the selected elements of one row, used again and again by one worker.
final class RowScratch: Sendable {
    // Never waited for: a worker runs one task at a time.
    private let values = Mutex<[Float]>([])

    /// Calls the body with an empty array that keeps its memory.
    func withValues(_ body: (inout [Float]) -> Void) {
        values.withLock { values in
            values.removeAll(keepingCapacity: true)
            body(&values)
        }
    }
}
