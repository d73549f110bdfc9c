internal import Synchronization

/// The tasks of one run, dealt out to workers as stretches of neighbours.
final class TaskShares: @unchecked Sendable {
    // Sendable: the address never changes and the words are atomic. Each lies in a cache line of
    // its own, so that workers do not disturb each other. A word holds the first task that is left
    // of a share (low half) and the end of the share (high half).
    private let words: UnsafeMutableRawPointer
    private let workerCount: Int

    private static let stride = 64

    /// Empty shares.
    init(workerCount: Int) {
        self.workerCount = workerCount
        words = .allocate(byteCount: workerCount * Self.stride, alignment: Self.stride)
        for worker in 0..<workerCount {
            (words + worker * Self.stride)
                .bindMemory(to: Atomic<UInt64>.self, capacity: 1)
                .initialize(to: Atomic(0))
        }
    }

    deinit {
        for worker in 0..<workerCount { word(worker).deinitialize(count: 1) }
        words.deallocate()
    }

    /// Deals the tasks 0..<count out anew; nobody may take any meanwhile.
    func deal(_ count: Int) {
        precondition(count <= Int(UInt32.max), "too many tasks for one run")
        for worker in 0..<workerCount {
            let first = count * worker / workerCount
            let end = count * (worker + 1) / workerCount
            word(worker).pointee.store(Self.pack(first, end), ordering: .relaxed)
        }
    }

    /// The next task for a worker: the first one of its own share, or else the last one of
    /// another's; nil when none is left.
    func take(for worker: Int) -> Int? {
        if let task = take(fromFrontOf: worker) { return task }
        for step in 1..<max(1, workerCount) {
            if let task = take(fromBackOf: (worker + step) % workerCount) { return task }
        }
        return nil
    }

    private func take(fromFrontOf worker: Int) -> Int? {
        change(worker) { first, end in (first, (first + 1, end)) }
    }

    private func take(fromBackOf worker: Int) -> Int? {
        change(worker) { first, end in (end - 1, (first, end - 1)) }
    }

    /// Takes a task out of a share that is not empty.
    @inline(__always)
    private func change(
        _ worker: Int, _ choose: (Int, Int) -> (task: Int, left: (Int, Int))
    ) -> Int? {
        var value = word(worker).pointee.load(ordering: .relaxed)
        while true {
            let (first, end) = Self.unpack(value)
            guard first < end else { return nil }
            let choice = choose(first, end)
            let (exchanged, original) = word(worker).pointee.weakCompareExchange(
                expected: value, desired: Self.pack(choice.left.0, choice.left.1),
                ordering: .relaxed)
            if exchanged { return choice.task }
            value = original
        }
    }

    private func word(_ worker: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (words + worker * Self.stride).assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    private static func pack(_ first: Int, _ end: Int) -> UInt64 {
        UInt64(UInt32(truncatingIfNeeded: first)) | UInt64(UInt32(truncatingIfNeeded: end)) << 32
    }

    private static func unpack(_ value: UInt64) -> (Int, Int) {
        (Int(UInt32(truncatingIfNeeded: value)), Int(value >> 32))
    }
}
