/// What is known of a request that waits or runs.
public struct RequestStanding: Equatable, Sendable {
    /// How far it is.
    public enum Stage: Equatable, Sendable {
        /// It waits for its price, or is being priced.
        case arrived
        /// It waits in a lane.
        case waiting
        /// It waits to be run again.
        case interrupted
        /// An engine works on it.
        case running(engine: Int)
        /// It waits for its client to read on.
        case parked
    }

    /// How far it is.
    public let stage: Stage
    /// Whose it is.
    public let identity: Identity
    /// Its lane; bulk until it is priced.
    public let lane: Lane
    /// What it takes.
    public let price: Price
}

extension AdmissionQueue {
    /// Why a request is not queued.
    public enum Refusal: Equatable, Sendable {
        /// Too many requests wait.
        case full(waiting: Int, limit: Int)
        /// Too many requests of this identity wait.
        case identityFull(waiting: Int, limit: Int)
        /// The identity has as many requests as its quota lets it.
        case requestQuota(asked: Int, limit: Int)
        /// Alone it is beyond its identity's quota.
        case excess(QuotaTable.Excess)
    }

    // MARK: In

    /// Takes a new request, which waits for its price.
    ///
    /// - Returns: why it was refused, or nil.
    public mutating func arrive(
        _ key: RequestKey, from origin: Origin, byteCount: Int = 0
    ) -> Refusal? {
        if let refusal = refusal(for: origin.identity) { return refusal }
        entries[key] = Entry(origin: origin, price: Price(ofPayload: byteCount))
        quotas.update(origin.identity) { $0.requestCount += 1 }
        let ticket = ticket(key)
        unpriced.add(ticket)
        return nil
    }

    private func refusal(for identity: Identity) -> Refusal? {
        guard queuedCount < limits.queuedRequests else {
            return .full(waiting: queuedCount, limit: limits.queuedRequests)
        }
        let use = quotas.use(of: identity)
        let own = use.requestCount - use.runningCount
        guard own < limits.queuedRequestsPerIdentity else {
            return .identityFull(waiting: own, limit: limits.queuedRequestsPerIdentity)
        }
        let quota = quotas.quota(of: identity).requestsInFlight
        guard quota == 0 || use.requestCount < quota else {
            return .requestQuota(asked: use.requestCount + 1, limit: quota)
        }
        return nil
    }

    private func ticket(_ key: RequestKey) -> FairQueue.Ticket {
        guard let entry = entries[key] else { preconditionFailure("request \(key) is unknown") }
        return FairQueue.Ticket(
            key: key, identity: entry.origin.identity, connection: entry.origin.connection,
            cost: entry.price.multiplyAdds)
    }

    /// Takes the next request to be priced; identities take turns here as well.
    public mutating func nextToPrice() -> RequestKey? {
        guard let ticket = unpriced.next(where: { _ in true }) else { return nil }
        unpriced.take(ticket, weight: quotas.quota(of: ticket.identity).weight)
        return ticket.key
    }

    /// Has a request priced again, before others, since whoever did it is gone.
    public mutating func priceAgain(_ key: RequestKey) {
        guard entries[key] != nil else { return }
        let ticket = ticket(key)
        unpriced.add(ticket, first: true)
    }

    /// Other requests of the same connection.
    private func openCount(besides key: RequestKey, _ origin: Origin) -> Int {
        entries.count { other, entry in
            other != key && entry.origin.connection == origin.connection
                && entry.origin.identity == origin.identity
        }
    }

    /// Puts a request into its lane, now that its price is known.
    ///
    /// - Returns: why it was refused, or nil; a refused one is forgotten.
    public mutating func didPrice(_ key: RequestKey, _ price: Price) -> Refusal? {
        guard let origin = entries[key]?.origin else { return nil }
        if let excess = quotas.excess(of: price, for: origin.identity) {
            remove(key)
            return .excess(excess)
        }
        let unpricedTicket = ticket(key)
        unpriced.remove(unpricedTicket)
        let lane = LanePolicy.lane(
            asked: origin.lane, price: price, rate: rate, open: openCount(besides: key, origin),
            taken: quotas.use(of: origin.identity).interactiveCount,
            limit: quotas.quota(of: origin.identity).interactiveRequests)
        entries[key]?.price = price
        entries[key]?.lane = lane
        entries[key]?.stage = .waiting
        if lane == .interactive { quotas.update(origin.identity) { $0.interactiveCount += 1 } }
        let pricedTicket = ticket(key)
        lanes[lane]?.add(pricedTicket)
        return nil
    }

    // MARK: Again

    /// Queues what a dead engine ran before all others; nothing of it is refused.
    ///
    /// - Parameters:
    ///   - keys: the requests that it ran.
    ///   - isCrash: whether one of them may be the cause.
    ///   - hadOtherWork: whether something else may be the cause as well.
    /// - Returns: those that are convicted, and not queued.
    public mutating func requeue(
        _ keys: [RequestKey], isCrash: Bool, hadOtherWork: Bool = false
    ) -> [RequestKey] {
        let verdict =
            isCrash
            ? suspects.engineCrashed(running: keys, hadOtherWork: hadOtherWork)
            : suspects.engineWasKilled(running: keys)
        interrupted += verdict.bystanders
        return verdict.convicted
    }

    /// Takes a running request's place away because its client does not read.
    public mutating func park(_ key: RequestKey) {
        stop(key, then: .parked)
        suspects.release(key)
    }

    /// Queues a parked request before all others.
    public mutating func resume(_ key: RequestKey) {
        guard entries[key]?.stage == .parked else { return }
        entries[key]?.stage = .interrupted
        interrupted.append(key)
    }

    // MARK: Out

    /// Gives an identity back what a request was charged and did not use.
    ///
    /// - Parameter portion: of its price, what was used, up to 1.
    public mutating func settle(_ key: RequestKey, portion: Double) {
        guard let entry = entries[key] else { return }
        let used = entry.price.multiplyAdds * min(1, max(0, portion))
        let identity = entry.origin.identity
        let weight = quotas.quota(of: identity).weight
        lanes[entry.lane]?.refund(entry.price.multiplyAdds - used, to: identity, weight: weight)
        var price = entry.price
        price.multiplyAdds = used
        rate.didFinish(price)
    }

    /// Forgets a request that is over, wherever it is.
    ///
    /// - Returns: whether it waited.
    @discardableResult
    public mutating func remove(_ key: RequestKey) -> Bool {
        guard let entry = entries[key] else { return false }
        let ticket = ticket(key)
        var isWaiting = true
        switch entry.stage {
        case .arrived: unpriced.remove(ticket)
        case .waiting: lanes[entry.lane]?.remove(ticket)
        case .interrupted: interrupted.removeAll { $0 == key }
        case .running, .parked: isWaiting = false
        }
        _ = suspects.forget(key)
        stop(key, then: .arrived)
        entries[key] = nil
        quotas.update(entry.origin.identity) { use in
            use.requestCount -= 1
            if entry.stage != .arrived, entry.lane == .interactive { use.interactiveCount -= 1 }
        }
        return isWaiting
    }

    // MARK: Sight

    /// Requests that wait, for a price or for an engine; parked ones wait for their clients.
    public var queuedCount: Int {
        entries.count - running.values.reduce(0, +) - parkedCount
    }

    /// Requests that wait for their clients.
    public var parkedCount: Int { entries.values.count { $0.stage == .parked } }

    /// Requests that wait in a lane.
    public func queuedCount(in lane: Lane) -> Int { lanes[lane]?.count ?? 0 }

    /// Multiply-adds of all that waits.
    public var waitingMultiplyAdds: Double { lanes.values.reduce(0) { $0 + $1.cost } }

    /// What is known of a request.
    public func standing(of key: RequestKey) -> RequestStanding? {
        entries[key].map {
            RequestStanding(
                stage: $0.stage, identity: $0.origin.identity, lane: $0.lane, price: $0.price)
        }
    }

    /// The requests of a lane in the order in which they would be admitted if nothing came.
    public func order(in lane: Lane) -> [RequestKey] {
        guard var queue = lanes[lane] else { return [] }
        var order: [RequestKey] = []
        while let ticket = queue.next(where: { _ in true }) {
            queue.take(ticket, weight: quotas.quota(of: ticket.identity).weight)
            order.append(ticket.key)
        }
        return order
    }

    /// Notes whether anything runs, which is the time that ``rate`` counts.
    public mutating func runningChanged(now: UInt64) {
        rate.runningChanged(isBusy: runningCount > 0, now: now)
    }
}
