import Supervision
import Testing

@Suite("AdmissionQueue")
struct AdmissionQueueTests {
    private func key(_ value: Int) -> RequestKey { RequestKey(UInt64(value)) }

    /// Admits until nothing more fits, finishing each request at once.
    private func drain(_ queue: inout AdmissionQueue) -> [UInt64] {
        var order: [UInt64] = []
        while let admission = queue.admit() {
            order.append(admission.key.value)
            queue.didFinish(on: admission.engine)
        }
        return order
    }

    @Test func `identities take turns, each in its own order`() {
        var queue = AdmissionQueue()
        queue.engineBecameReady(0)
        for value in 1...4 { #expect(queue.enqueue(key(value), for: .user(1)) == nil) }
        for value in 11...12 { #expect(queue.enqueue(key(value), for: .user(2)) == nil) }
        #expect(queue.enqueue(key(21), for: .network) == nil)
        #expect(drain(&queue) == [1, 11, 21, 2, 12, 3, 4])
        #expect(queue.queuedCount == 0)
    }

    @Test func `interrupted requests go first`() {
        var queue = AdmissionQueue()
        #expect(queue.enqueue(key(5), for: .user(1)) == nil)
        #expect(queue.requeue([key(1), key(2)], isCrash: false).isEmpty)
        queue.engineBecameReady(0)
        #expect(drain(&queue) == [1, 2, 5])
    }

    @Test func `engines fill evenly up to their limit, and only while they live`() {
        var queue = AdmissionQueue(runningPerEngine: 2)
        for value in 1...6 { #expect(queue.enqueue(key(value), for: .user(1)) == nil) }
        #expect(queue.admit() == nil, "no engine is ready")
        queue.engineBecameReady(0)
        queue.engineBecameReady(1)
        let engines = (0..<4).compactMap { _ in queue.admit()?.engine }
        #expect(engines == [0, 1, 0, 1])
        #expect(queue.admit() == nil)
        queue.engineIsGone(0)
        #expect(queue.runningCount == 2 && queue.runningCount(on: 0) == 0)
        queue.didFinish(on: 0)
        #expect(queue.admit() == nil, "what a dead engine ran gives no room elsewhere")
        queue.didFinish(on: 1)
        #expect(queue.admit()?.engine == 1)
    }

    @Test func `a full queue refuses, saying what is full`() {
        var queue = AdmissionQueue(queued: 3, queuedPerIdentity: 2)
        #expect(queue.enqueue(key(1), for: .user(1)) == nil)
        #expect(queue.enqueue(key(2), for: .user(1)) == nil)
        #expect(queue.enqueue(key(3), for: .user(1)) == .identityFull(waiting: 2, limit: 2))
        #expect(queue.enqueue(key(3), for: .user(2)) == nil)
        #expect(queue.enqueue(key(4), for: .user(3)) == .full(waiting: 3, limit: 3))
        #expect(queue.requeue([key(9)], isCrash: false).isEmpty)
        #expect(queue.queuedCount == 4, "what was accepted once is never refused")
    }

    @Test func `a removed request is not admitted, and its identity's turn is kept right`() {
        var queue = AdmissionQueue()
        for value in 1...2 { #expect(queue.enqueue(key(value), for: .user(1)) == nil) }
        #expect(queue.enqueue(key(3), for: .user(2)) == nil)
        #expect(queue.requeue([key(4)], isCrash: true).isEmpty)
        let removed = [1, 2, 4, 1].map { queue.remove(key($0)) }
        #expect(removed == [true, true, true, false])
        #expect(queue.enqueue(key(5), for: .user(1)) == nil)
        queue.engineBecameReady(0)
        #expect(drain(&queue) == [3, 5])
    }
}
