import Supervision
import Testing

@Suite("AdmissionQueue")
struct AdmissionQueueTests {
    private func key(_ value: Int) -> RequestKey { RequestKey(UInt64(value)) }

    /// Takes a request that costs `cost` and is priced at once.
    private func add(
        _ value: Int, of identity: Identity, cost: Double = 1, keyValue: Int = 0,
        connection: UInt64 = 0, lane: Lane? = .bulk, to queue: inout AdmissionQueue
    ) -> AdmissionQueue.Refusal? {
        let origin = AdmissionQueue.Origin(
            identity: identity, connection: connection, lane: lane)
        if let refusal = queue.arrive(key(value), from: origin) { return refusal }
        let price = Price(
            multiplyAdds: cost, keyValueByteCount: keyValue, captureByteCount: 0)
        return queue.didPrice(key(value), price)
    }

    /// Admits until nothing more fits, finishing each request at once.
    private func drain(_ queue: inout AdmissionQueue) -> [UInt64] {
        var order: [UInt64] = []
        while let admission = queue.admit() {
            order.append(admission.key.value)
            queue.remove(admission.key)
            queue.didFinish(on: admission.engine)
        }
        return order
    }

    @Test func `identities take turns, each in its own order`() {
        var queue = AdmissionQueue()
        queue.engineBecameReady(0)
        for value in 1...4 { #expect(add(value, of: .user(1), to: &queue) == nil) }
        for value in 11...12 { #expect(add(value, of: .user(2), to: &queue) == nil) }
        #expect(add(21, of: .token("lab"), to: &queue) == nil)
        #expect(queue.order(in: .bulk).map(\.value) == [1, 11, 21, 2, 12, 3, 4])
        #expect(drain(&queue) == [1, 11, 21, 2, 12, 3, 4])
        #expect(queue.queuedCount == 0)
    }

    @Test func `identities share the work by weight, not the requests`() {
        var quotas = QuotaSettings()
        quotas.named["uid:2"] = Quota()
        quotas.named["uid:2"]?.weight = 3
        var queue = AdmissionQueue(quotas: quotas)
        queue.engineBecameReady(0)
        for value in 1...40 { #expect(add(value, of: .user(1), to: &queue) == nil) }
        for value in 101...140 { #expect(add(value, of: .user(2), to: &queue) == nil) }
        for value in 201...220 { #expect(add(value, of: .user(3), cost: 2, to: &queue) == nil) }
        let first = drain(&queue).prefix(45)
        #expect(first.count { $0 < 100 } == 10)
        #expect(first.count { (101...140).contains($0) } == 30)
        #expect(first.count { $0 > 200 } == 5)
    }

    @Test func `who comes back after a pause has not saved up, and pays for no more than was used`()
    {
        var queue = AdmissionQueue()
        queue.engineBecameReady(0)
        for value in 1...50 { #expect(add(value, of: .user(1), to: &queue) == nil) }
        #expect(drain(&queue).count == 50)
        for value in 61...64 { #expect(add(value, of: .user(1), to: &queue) == nil) }
        for value in 71...74 { #expect(add(value, of: .user(2), to: &queue) == nil) }
        #expect(drain(&queue) == [71, 61, 72, 62, 73, 63, 74, 64])
        // The first one of user 1 turns out to have cost next to nothing.
        #expect(add(81, of: .user(1), cost: 3, to: &queue) == nil)
        #expect(queue.admit()?.key == key(81))
        queue.settle(key(81), portion: 0)
        for value in 82...83 { #expect(add(value, of: .user(1), to: &queue) == nil) }
        for value in 91...92 { #expect(add(value, of: .user(2), to: &queue) == nil) }
        #expect(drain(&queue).first == 82)
    }

    @Test func `connections of an identity take turns`() {
        var queue = AdmissionQueue()
        queue.engineBecameReady(0)
        for value in 1...3 { #expect(add(value, of: .user(1), connection: 1, to: &queue) == nil) }
        #expect(add(11, of: .user(1), connection: 2, to: &queue) == nil)
        #expect(drain(&queue) == [1, 11, 2, 3])
    }

    @Test func `interactive work goes ahead, up to its identity's places`() {
        var queue = AdmissionQueue()
        queue.engineBecameReady(0)
        for value in 1...3 { #expect(add(value, of: .user(1), to: &queue) == nil) }
        for value in 11...16 {
            #expect(add(value, of: .user(2), lane: .interactive, to: &queue) == nil)
        }
        #expect(queue.queuedCount(in: .interactive) == Limits.interactiveRequests)
        #expect(drain(&queue) == [11, 12, 13, 14, 1, 15, 2, 16, 3])
        #expect(add(21, of: .user(2), lane: .interactive, to: &queue) == nil)
        #expect(queue.queuedCount(in: .interactive) == 1, "places are given back")
    }

    @Test func `each lane leaves places for the other`() {
        var queue = AdmissionQueue(runningPerEngine: 8)
        queue.engineBecameReady(0)
        for value in 1...20 { #expect(add(value, of: .user(1), to: &queue) == nil) }
        var running = 0
        while queue.admit() != nil { running += 1 }
        #expect(running == 6)
        for user in 2...10 as ClosedRange<UInt32> {
            #expect(add(Int(user) * 100, of: .user(user), lane: .interactive, to: &queue) == nil)
        }
        #expect(queue.admit()?.key == key(200))
        #expect(queue.admit()?.key == key(300))
        #expect(queue.admit() == nil, "the engine is full")
    }

    @Test func `interrupted requests go first`() {
        var queue = AdmissionQueue()
        queue.engineBecameReady(0)
        for value in 1...2 { #expect(add(value, of: .user(1), to: &queue) == nil) }
        #expect(queue.admit()?.key == key(1))
        #expect(queue.admit()?.key == key(2))
        #expect(add(5, of: .user(1), to: &queue) == nil)
        queue.engineIsGone(0)
        #expect(queue.requeue([key(1), key(2)], isCrash: false).isEmpty)
        #expect(queue.queuedCount == 3 && queue.admit() == nil)
        queue.engineBecameReady(0)
        #expect(drain(&queue) == [1, 2, 5])
    }

    @Test func `engines fill evenly up to their limit, and only while they live`() {
        var queue = AdmissionQueue(runningPerEngine: 2)
        for value in 1...6 {
            let user = Identity.user(UInt32(value))
            #expect(add(value, of: user, lane: .interactive, to: &queue) == nil)
        }
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
        var limits = ServingLimits()
        limits.queuedRequests = 3
        limits.queuedRequestsPerIdentity = 2
        var queue = AdmissionQueue(limits: limits)
        #expect(add(1, of: .user(1), to: &queue) == nil)
        #expect(add(2, of: .user(1), to: &queue) == nil)
        #expect(add(3, of: .user(1), to: &queue) == .identityFull(waiting: 2, limit: 2))
        #expect(add(3, of: .user(2), to: &queue) == nil)
        #expect(add(4, of: .user(3), to: &queue) == .full(waiting: 3, limit: 3))
    }

    @Test func `a removed request is not admitted, and its identity's turn is kept right`() {
        var queue = AdmissionQueue()
        for value in 1...2 { #expect(add(value, of: .user(1), to: &queue) == nil) }
        #expect(add(3, of: .user(2), to: &queue) == nil)
        #expect(queue.arrive(key(4), from: .init(identity: .user(2))) == nil)
        let removed = [1, 2, 4, 1].map { queue.remove(key($0)) }
        #expect(removed == [true, true, true, false])
        #expect(add(5, of: .user(1), to: &queue) == nil)
        queue.engineBecameReady(0)
        #expect(drain(&queue) == [3, 5])
    }

    @Test func `what is not priced yet is not admitted; identities take turns at that too`() {
        var queue = AdmissionQueue()
        queue.engineBecameReady(0)
        for value in 1...3 { _ = queue.arrive(key(value), from: .init(identity: .user(1))) }
        _ = queue.arrive(key(11), from: .init(identity: .user(2)))
        #expect(queue.admit() == nil && queue.queuedCount == 4)
        let first = queue.nextToPrice()
        #expect(first == key(1))
        queue.priceAgain(key(1))
        let order = (0..<4).map { _ in queue.nextToPrice()?.value }
        #expect(order == [11, 1, 2, 3])
        #expect(queue.nextToPrice() == nil)
    }

    @Test func `a parked request gives its place up and comes back first`() {
        var queue = AdmissionQueue(runningPerEngine: 1)
        queue.engineBecameReady(0)
        for value in 1...3 { #expect(add(value, of: .user(1), keyValue: 5, to: &queue) == nil) }
        #expect(queue.admit()?.key == key(1))
        queue.park(key(1))
        queue.didFinish(on: 0)
        #expect(queue.standing(of: key(1))?.stage == .parked)
        #expect(queue.quotas.use(of: .user(1)).keyValueByteCount == 0)
        #expect(queue.admit()?.key == key(2))
        queue.resume(key(1))
        #expect(queue.queuedCount == 2)
        queue.remove(key(2))
        queue.didFinish(on: 0)
        #expect(drain(&queue) == [1, 3])
    }
}

@Suite("Quotas")
struct QuotaTests {
    private func queue(_ change: (inout Quota) -> Void) -> AdmissionQueue {
        var quotas = QuotaSettings()
        change(&quotas.general)
        var queue = AdmissionQueue(quotas: quotas)
        queue.engineBecameReady(0)
        return queue
    }

    private func add(
        _ value: UInt64, of identity: Identity, keyValue: Int = 0, capture: Int = 0,
        to queue: inout AdmissionQueue
    ) -> AdmissionQueue.Refusal? {
        let origin = AdmissionQueue.Origin(identity: identity)
        if let refusal = queue.arrive(RequestKey(value), from: origin) { return refusal }
        let price = Price(
            multiplyAdds: 1, keyValueByteCount: keyValue, captureByteCount: capture)
        return queue.didPrice(RequestKey(value), price)
    }

    @Test func `what goes beyond its identity's quota waits while others pass`() {
        var queue = queue { $0.keyValueBytes = 100 }
        for value in 1...2 as ClosedRange<UInt64> {
            #expect(add(value, of: .user(1), keyValue: 60, to: &queue) == nil)
        }
        #expect(add(3, of: .user(2), keyValue: 60, to: &queue) == nil)
        #expect(queue.admit()?.key.value == 1)
        #expect(queue.admit()?.key.value == 3)
        #expect(queue.admit() == nil)
        #expect(queue.quotas.use(of: .user(1)).keyValueByteCount == 60)
        queue.remove(RequestKey(1))
        queue.didFinish(on: 0)
        #expect(queue.admit()?.key.value == 2)
    }

    @Test func `what is beyond the whole quota is refused at once`() {
        var queue = queue {
            $0.keyValueBytes = 100
            $0.captureBytes = 10
        }
        #expect(
            add(1, of: .user(1), keyValue: 101, to: &queue)
                == .excess(.keyValueBytes(asked: 101, limit: 100)))
        #expect(
            add(2, of: .user(1), capture: 11, to: &queue)
                == .excess(.captureBytes(asked: 11, limit: 10)))
        #expect(queue.queuedCount == 0 && queue.quotas.identities.isEmpty)
    }

    @Test func `requests are counted while they run or wait`() {
        var queue = queue { $0.requestsInFlight = 2 }
        #expect(add(1, of: .user(1), to: &queue) == nil)
        #expect(queue.admit() != nil)
        #expect(add(2, of: .user(1), to: &queue) == nil)
        #expect(add(3, of: .user(1), to: &queue) == .requestQuota(asked: 3, limit: 2))
        #expect(add(3, of: .user(2), to: &queue) == nil)
        queue.remove(RequestKey(1))
        #expect(add(4, of: .user(1), to: &queue) == nil)
    }
}

@Suite("Lanes and rates")
struct LaneTests {
    private func lane(
        _ asked: Lane?, cost: Double, items: Int = 1, open: Int = 0, taken: Int = 0
    ) -> Lane {
        LanePolicy.lane(
            asked: asked,
            price: Price(
                multiplyAdds: cost, keyValueByteCount: 0, captureByteCount: 0, itemCount: items),
            rate: WorkRate(), open: open, taken: taken, limit: 4)
    }

    @Test func `a client that says nothing is judged by what it asks for`() {
        let second = Limits.multiplyAddsPerSecond
        #expect(lane(nil, cost: second) == .interactive)
        #expect(lane(nil, cost: 3 * second) == .bulk)
        #expect(lane(nil, cost: second, items: 9) == .bulk)
        #expect(lane(nil, cost: 1, open: 3) == .interactive)
        #expect(lane(nil, cost: 1, open: 4) == .bulk)
        #expect(lane(.interactive, cost: 1, open: 400) == .interactive)
        #expect(lane(.interactive, cost: 3 * second) == .interactive)
        #expect(lane(.interactive, cost: 1, taken: 4) == .bulk)
        #expect(lane(.bulk, cost: 1) == .bulk)
    }

    @Test func `the rate is that of the busy time, and gives the advice when to try again`() {
        var rate = WorkRate()
        let price = Price(multiplyAdds: 6e9, keyValueByteCount: 0, captureByteCount: 0)
        for round in 0..<10 as Range<UInt64> {
            rate.runningChanged(isBusy: true, now: round * 100_000)
            rate.runningChanged(isBusy: false, now: round * 100_000 + 2_000)
            rate.didFinish(price)
        }
        #expect(rate.multiplyAddsPerSecond == 3e9)
        #expect(rate.retryAfterMilliseconds(waiting: 6e9) == 2_000)
        #expect(rate.retryAfterMilliseconds(waiting: 0) == Limits.shortestRetryMilliseconds)
        #expect(rate.retryAfterMilliseconds(waiting: 1e30) == Limits.longestRetryMilliseconds)
    }
}
