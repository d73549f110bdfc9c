import ExitTesting
import EventLoop
import Testing

@Suite("Loop")
struct LoopTests {
    @Test func `jobs of other threads run on the loop, each thread's in order`() throws {
        try withLoop { loop in
            let handle = loop.handle
            let seen = Locked([[Int]](repeating: [], count: 4))
            // Threads of their own: the test runner's may all be waiting in tests like this one.
            let threads = try (0..<4).map { try LoopThread(name: "poster-\($0)") }
            for (index, thread) in threads.enumerated() {
                thread.handle.execute {
                    for number in 0..<250 {
                        handle.executeWithLoop { loop in
                            let count = seen.update { seen in
                                seen[index].append(number)
                                return seen.reduce(0) { $0 + $1.count }
                            }
                            if count == 1_000 { loop.stop() }
                        }
                    }
                }
            }
            loop.run()
            for thread in threads { thread.shutdown() }
            #expect(seen.value == Array(repeating: Array(0..<250), count: 4))
        }
    }

    @Test func `a closed loop takes no jobs and says so`() throws {
        let loop = try Loop()
        let handle = loop.handle
        #expect(handle.execute {})
        try loop.close()
        #expect(!handle.execute {})
    }

    @Test func `jobs posted before the closing still run`() throws {
        let loop = try Loop()
        let count = Locked(0)
        loop.handle.execute { count.update { $0 += 1 } }
        loop.later { count.update { $0 += 1 } }
        try loop.close()
        #expect(count.value == 2)
    }

    @Test func `closing names the handles that are still open and leaves the loop usable`() throws {
        let loop = try Loop()
        let timer = Timer(loop)
        #expect(throws: LoopError.handlesStillOpen(kinds: ["timer"])) { try loop.close() }
        timer.start(afterMilliseconds: 0) { timer.close() }
        loop.runUntilIdle()
        #expect(timer.isClosed)
        try loop.close()
    }

    @Test(.enabled(if: exitTestsAreOn))
    func `a loop used on another thread traps`() async {
        await #expect(processExitsWith: .failure) {
            nonisolated(unsafe) let loop = try Loop()
            let thread = try LoopThread(name: "other")
            thread.handle.execute { loop.stop() }
            thread.shutdown()
        }
    }

    @Test(.enabled(if: exitTestsAreOn))
    func `a loop-bound value read on another thread traps`() async {
        await #expect(processExitsWith: .failure) {
            let bound = LoopBound(1, on: try Loop())
            let thread = try LoopThread(name: "other")
            thread.handle.execute { _ = bound.value }
            thread.shutdown()
        }
    }
}

@Suite("LoopThread")
struct LoopThreadTests {
    @Test func `shutdown runs posted jobs, closes what is open and ends the thread`() throws {
        let thread = try LoopThread(name: "a-name-that-is-too-long")
        let seen = Locked(0)
        thread.handle.executeWithLoop { loop in
            // Left open on purpose: a timer that would fire in an hour.
            Timer(loop).start(afterMilliseconds: 3_600_000) {}
            seen.update { $0 += 1 }
        }
        thread.shutdown()
        thread.shutdown()
        #expect(seen.value == 1)
        #expect(!thread.handle.execute {})
    }

    @Test func `an actor lives on the loop and outlives it without hanging`() async throws {
        let thread = try LoopThread(name: "actors")
        let counter = Counter(thread.handle)
        for _ in 0..<1_000 { await counter.increment() }
        #expect(await counter.count == 1_000)
        #expect(await counter.wasAlwaysOnLoop)
        thread.shutdown()
        await counter.increment()
        #expect(await counter.count == 1_001)
        #expect(await !counter.wasAlwaysOnLoop)
    }

    private actor Counter {
        private let handle: LoopHandle
        private(set) var count = 0
        private(set) var wasAlwaysOnLoop = true

        init(_ handle: LoopHandle) { self.handle = handle }

        nonisolated var unownedExecutor: UnownedSerialExecutor {
            handle.asUnownedSerialExecutor()
        }

        func increment() {
            count += 1
            if handle.currentLoop == nil { wasAlwaysOnLoop = false }
        }
    }
}
