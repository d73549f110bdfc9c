@testable import Engine
import Testing

/// Which waiting job starts next.
@Suite("JobQueue")
struct JobQueueTests {
    private typealias Queue = JobQueue<Int>

    private func entry(
        _ element: Int, share: UInt64 = 1, weight: Int = 1, lane: JobShare.Lane = .interactive,
        cost: Int = 10, arrived: Double = 0
    ) -> Queue.Entry {
        Queue.Entry(
            element: element, share: JobShare(identifier: share, weight: weight, lane: lane),
            cost: cost, arrived: arrived)
    }

    private func drain(_ queue: inout Queue, _ count: Int, now: Double = 0) -> [Int] {
        (0..<count).compactMap { _ in queue.next(now: now) { _, _ in true } }
    }

    @Test("a share's jobs start in order, and shares take turns")
    func turns() {
        var queue = Queue()
        for element in 0..<6 { queue.append(entry(element)) }
        for element in 10..<13 { queue.append(entry(element, share: 2)) }
        #expect(drain(&queue, 20) == [0, 10, 1, 11, 2, 12, 3, 4, 5])
        #expect(queue.isEmpty)
    }

    @Test("weights and costs decide how many of each start")
    func weights() {
        var queue = Queue()
        for element in 0..<100 { queue.append(entry(element, cost: 30)) }
        for element in 100..<400 { queue.append(entry(element, share: 2, weight: 3, cost: 10)) }
        let started = drain(&queue, 100)
        #expect((88...92).contains(started.count { $0 >= 100 }))
    }

    @Test("interactive jobs go before bulk ones")
    func lanes() {
        var queue = Queue()
        queue.append(entry(0, lane: .bulk))
        queue.append(entry(1, share: 2, lane: .bulk))
        queue.append(entry(2, share: 2))
        queue.append(entry(3, share: 1))
        #expect(Set(drain(&queue, 2)) == [2, 3])
        #expect(Set(drain(&queue, 2)) == [0, 1])
    }

    @Test("others pass a job that does not fit, for a time")
    func passing() {
        var queue = Queue()
        queue.append(entry(0, arrived: 0))
        queue.append(entry(1, arrived: 0))
        queue.append(entry(2, share: 2, arrived: 0))
        func next(_ now: Double) -> Int? { queue.next(now: now) { job, _ in job != 0 } }
        // Its own share's next job does not pass.
        #expect(next(0) == 2)
        #expect(next(0) == nil)
        queue.append(entry(3, share: 2, arrived: 1))
        queue.append(entry(4, share: 3, lane: .bulk, arrived: 1))
        #expect(next(EngineLimits.admitPatienceSeconds + 0.1) == nil)
        #expect(queue.next(now: 3) { _, _ in true } == 0)
    }

    @Test("a bulk job that waited long counts as interactive")
    func promotion() {
        var queue = Queue()
        queue.append(entry(0, share: 2, lane: .bulk, arrived: 0))
        queue.append(entry(1, arrived: EngineLimits.bulkPatienceSeconds))
        #expect(drain(&queue, 1, now: EngineLimits.bulkPatienceSeconds) == [1])
        queue.append(entry(2, arrived: EngineLimits.bulkPatienceSeconds))
        let late = EngineLimits.bulkPatienceSeconds + 1
        let lanes = [JobShare.Lane.interactive, .interactive]
        var seen: [JobShare.Lane] = []
        _ = queue.next(now: late) { _, lane in
            seen.append(lane)
            return false
        }
        #expect(seen == lanes || seen == [.interactive])
        #expect(Set(drain(&queue, 2, now: late)) == [0, 2])
    }

    @Test("jobs are removed wherever they stand")
    func removal() {
        var queue = Queue()
        for element in 0..<5 { queue.append(entry(element)) }
        #expect(queue.removeAll { $0 % 2 == 1 } == [1, 3])
        #expect(drain(&queue, 5) == [0, 2, 4])
    }
}
