import Supervision
import Testing

@Suite("Suspects")
struct SuspectTests {
    private func keys(_ values: ClosedRange<Int>) -> [RequestKey] {
        values.map { RequestKey(UInt64($0)) }
    }

    /// Takes a request of small price.
    private func add(_ value: Int, to queue: inout AdmissionQueue) {
        let key = RequestKey(UInt64(value))
        #expect(queue.arrive(key, from: .init(identity: .user(1), lane: .bulk)) == nil)
        #expect(queue.didPrice(key, Price(ofPayload: 1)) == nil)
    }

    /// Takes requests and has engine 0 run them.
    private func run(_ values: ClosedRange<Int>, on queue: inout AdmissionQueue) {
        queue.engineBecameReady(0)
        for value in values { add(value, to: &queue) }
        #expect(admitAll(&queue) == [0: Array(values)])
    }

    /// Admits all that may run now; the keys by engine.
    private func admitAll(_ queue: inout AdmissionQueue) -> [Int: [Int]] {
        var running: [Int: [Int]] = [:]
        while let admission = queue.admit() {
            running[admission.engine, default: []].append(Int(admission.key.value))
        }
        return running
    }

    /// An engine crashes and is started again at once.
    private func crash(
        _ queue: inout AdmissionQueue, _ running: [Int], engine: Int = 0
    ) -> [RequestKey] {
        queue.engineIsGone(engine)
        defer { queue.engineBecameReady(engine) }
        return queue.requeue(running.map { RequestKey(UInt64($0)) }, isCrash: true)
    }

    /// One guilty request among 64, while others arrive.
    @Test(arguments: [1, 17, 32, 64]) func `the guilty one is found in a few crashes, nobody else`(
        guilty: Int
    ) {
        var queue = AdmissionQueue(runningPerEngine: 128)
        run(1...64, on: &queue)
        var running = Set(1...64)
        var convicted: [RequestKey] = []
        var crashes = 0
        var next = 100
        while convicted.isEmpty, crashes < 20 {
            if running.contains(guilty) {
                crashes += 1
                convicted = crash(&queue, running.sorted())
                running = []
            } else {
                for key in running {
                    queue.remove(RequestKey(UInt64(key)))
                    queue.didFinish(on: 0)
                }
                running = []
            }
            add(next, to: &queue)
            next += 1
            running.formUnion(admitAll(&queue)[0] ?? [])
        }
        #expect(convicted == [RequestKey(UInt64(guilty))])
        #expect(crashes <= 9, "the first, six halves, one in company, one alone")
    }

    @Test func `a lone request is convicted by its second crash`() {
        var queue = AdmissionQueue()
        run(1...1, on: &queue)
        #expect(crash(&queue, [1]).isEmpty)
        #expect(admitAll(&queue) == [0: [1]])
        #expect(crash(&queue, [1]) == [RequestKey(1)])
        queue.remove(RequestKey(1))
        #expect(queue.queuedCount == 0)
    }

    @Test func `kills from outside make nobody suspect, however many`() {
        var queue = AdmissionQueue()
        run(1...3, on: &queue)
        for _ in 0..<50 {
            queue.engineIsGone(0)
            #expect(queue.requeue(keys(1...3), isCrash: false).isEmpty)
            queue.engineBecameReady(0)
            #expect(admitAll(&queue) == [0: [1, 2, 3]], "all together")
        }
    }

    @Test func `halves run one at a time, beside new requests`() {
        var queue = AdmissionQueue()
        run(1...4, on: &queue)
        #expect(crash(&queue, [1, 2, 3, 4]).isEmpty)
        add(9, to: &queue)
        #expect(admitAll(&queue) == [0: [1, 2, 9]])
        queue.didProgress(RequestKey(1))
        #expect(admitAll(&queue).isEmpty, "one of the first half has shown nothing yet")
        queue.didProgress(RequestKey(2))
        #expect(admitAll(&queue) == [0: [3, 4]])
    }

    @Test func `halves run at the same time on two engines`() {
        var queue = AdmissionQueue()
        run(1...4, on: &queue)
        queue.engineBecameReady(1)
        #expect(crash(&queue, [1, 2, 3, 4]).isEmpty)
        #expect(admitAll(&queue) == [0: [1, 2], 1: [3, 4]])
    }

    @Test func `the only suspect of a crash in company has an engine to itself the next time`() {
        var queue = AdmissionQueue()
        run(1...1, on: &queue)
        #expect(crash(&queue, [1]).isEmpty)
        add(9, to: &queue)
        #expect(admitAll(&queue) == [0: [1, 9]])
        #expect(crash(&queue, [1, 9]).isEmpty)
        #expect(admitAll(&queue) == [0: [1]])
        queue.didStall(RequestKey(1), on: 0)
        #expect(admitAll(&queue) == [0: [9]], "a stalled client holds nobody up")
    }

    @Test func `a request that never runs alone is not tried for ever`() {
        var queue = AdmissionQueue()
        run(1...1, on: &queue)
        add(9, to: &queue)
        _ = admitAll(&queue)
        var crashes = 0
        var company = 9
        while crash(&queue, [1, company]).isEmpty, crashes < 20 {
            crashes += 1
            queue.remove(RequestKey(UInt64(company)))
            company += 1
            _ = admitAll(&queue)
            queue.didStall(RequestKey(1), on: 0)
            add(company, to: &queue)
            _ = admitAll(&queue)
        }
        #expect(crashes <= Limits.engineDeathsInCompany + 1)
    }

    @Test func `a suspect that leaves while it waits is forgotten`() {
        var queue = AdmissionQueue()
        run(1...3, on: &queue)
        #expect(crash(&queue, [1, 2, 3]).isEmpty)
        #expect(queue.queuedCount == 3)
        let removed = [1, 3, 3].map { queue.remove(RequestKey($0)) }
        #expect(removed == [true, true, false])
        #expect(admitAll(&queue) == [0: [2]])
    }
}

@Suite("PoisonMemory")
struct PoisonMemoryTests {
    @Test func `a digest is remembered for a while, and the oldest goes for the newest`() {
        var memory = PoisonMemory()
        #expect(memory.isEmpty)
        memory.add([1], now: 0)
        let end = Limits.poisonMilliseconds
        let found = [memory.contains([1], now: end - 1), memory.contains([2], now: end - 1)]
        #expect(found == [true, false])
        let late = memory.contains([1], now: end)
        #expect(!late)
        #expect(memory.isEmpty)
        for value in 0...Limits.poisonCount { memory.add([UInt8(value & 255), 7], now: 5) }
        #expect(!memory.isEmpty)
        memory.add([0, 9], now: 5)
        let first = memory.contains([1, 7], now: 5)
        let last = memory.contains([0, 9], now: 5)
        #expect(!first && last)
    }
}
