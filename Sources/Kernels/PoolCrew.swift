internal import CIntrinsics
internal import Synchronization

/// What the threads of a pool share.
///
/// A run is announced by a new `epoch`. Workers enter through `gate`, whose top bit says that the
/// run is open and whose other bits count the workers inside; who comes after the gate has closed
/// stays out, so a run never waits for a thread that still sleeps. The caller takes tasks too,
/// closes the gate when none is left and waits until it is alone.
///
/// Every worker has a share of neighbouring tasks, which it takes from the front: tasks that lie
/// beside each other read memory that does. Who is done takes from the back of others' shares.
final class PoolCrew: @unchecked Sendable {
    // Sendable: `task` is written by the caller while the gate is closed and empty, and read by
    // workers inside the gate; everything else is atomic.
    private var task: (@Sendable (Int, Int) -> Void)?

    private let shares: TaskShares
    private let stopped = Atomic<Bool>(false)
    private let epoch = FutexWord()
    private let gate = FutexWord()

    private static let open: UInt32 = 1 << 31

    /// A crew of so many workers, the caller among them.
    init(workerCount: Int) {
        shares = TaskShares(workerCount: workerCount)
    }

    /// Runs tasks on this thread and on every worker that comes in time.
    func run(_ count: Int, _ body: @escaping @Sendable (Int, Int) -> Void) {
        task = body
        shares.deal(count)
        gate.store(Self.open)
        epoch.add(1)
        epoch.wakeAll()
        takeTasks(body, worker: 0)
        gate.remove(Self.open)
        var inside = gate.load()
        while inside != 0 {
            gate.wait(while: inside)
            inside = gate.load()
        }
        task = nil
    }

    /// Works until the crew stops.
    func work(as worker: Int) {
        var seen: UInt32 = 0
        while true {
            epoch.wait(while: seen)
            if stopped.load(ordering: .acquiring) { return }
            seen = epoch.load()
            guard enter() else { continue }
            if let task { takeTasks(task, worker: worker) }
            // The last one out of a closed gate wakes the caller.
            if gate.subtract(1) == 0 { gate.wakeAll() }
        }
    }

    func stop() {
        stopped.store(true, ordering: .releasing)
        epoch.add(1)
        epoch.wakeAll()
    }

    private func takeTasks(_ body: @Sendable (Int, Int) -> Void, worker: Int) {
        while let index = shares.take(for: worker) { body(index, worker) }
    }

    /// Counts this worker in if the run is still open.
    private func enter() -> Bool {
        var value = gate.load()
        while value & Self.open != 0 {
            let (exchanged, original) = gate.replace(value, with: value + 1)
            if exchanged { return true }
            value = original
        }
        return false
    }
}

/// A 32-bit word that threads wait on: first spinning, then asleep in the operating system.
final class FutexWord: @unchecked Sendable {
    // Sendable: the address never changes and both words are atomic. They lie in memory of their
    // own, since the operating system needs the address and the words their own cache line.
    private let word: UnsafeMutablePointer<Atomic<UInt32>>
    private let sleepers = Atomic<Int>(0)

    init() {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
        word = memory.bindMemory(to: Atomic<UInt32>.self, capacity: 1)
        word.initialize(to: Atomic(0))
    }

    deinit {
        word.deinitialize(count: 1)
        word.deallocate()
    }

    func load() -> UInt32 { word.pointee.load(ordering: .acquiring) }

    func store(_ value: UInt32) {
        word.pointee.store(value, ordering: .sequentiallyConsistent)
    }

    func add(_ value: UInt32) {
        word.pointee.wrappingAdd(value, ordering: .sequentiallyConsistent)
    }

    /// Subtracts and returns the new value.
    func subtract(_ value: UInt32) -> UInt32 {
        word.pointee.wrappingSubtract(value, ordering: .sequentiallyConsistent).newValue
    }

    func remove(_ bits: UInt32) {
        word.pointee.bitwiseAnd(~bits, ordering: .sequentiallyConsistent)
    }

    func replace(_ expected: UInt32, with desired: UInt32) -> (exchanged: Bool, original: UInt32) {
        word.pointee.weakCompareExchange(
            expected: expected, desired: desired, ordering: .sequentiallyConsistent)
    }

    /// Returns once the word is no longer `value`.
    func wait(while value: UInt32) {
        for _ in 0..<Limits.spins {
            if load() != value { return }
            system_spin_hint()
        }
        // Counted before the word is read again: a waker that changes the word then sees either
        // the count, or this thread sees the change.
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while word.pointee.load(ordering: .sequentiallyConsistent) == value {
            _ = system_futex_wait(word, value)
        }
        sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }

    func wakeAll() {
        guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
        _ = system_futex_wake(word, .max)
    }
}
