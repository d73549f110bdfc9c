import Supervision
import Testing

@Suite("DrainController")
struct DrainControllerTests {
    @Test func `an idle daemon drains at once`() {
        var drain = DrainController()
        #expect(
            drain.terminate(now: 5) == [
                .beginDrain(checkAt: 5 + Limits.drainMilliseconds), .stop(isClean: true),
            ])
        #expect(drain.terminate(now: 6).isEmpty)
    }

    @Test func `a busy daemon stops cleanly with its last request`() {
        var drain = DrainController()
        #expect(drain.activeCountChanged(to: 2) == .none)
        #expect(drain.terminate(now: 0) == [.beginDrain(checkAt: Limits.drainMilliseconds)])
        #expect(drain.phase == .draining)
        #expect(drain.activeCountChanged(to: 1) == .none)
        #expect(drain.activeCountChanged(to: 0) == .stop(isClean: true))
        #expect(drain.phase == .stopped)
        #expect(drain.activeCountChanged(to: 0) == .none)
    }

    @Test func `the second request to end stops at once, and admits the loss`() {
        var drain = DrainController()
        _ = drain.activeCountChanged(to: 1)
        _ = drain.terminate(now: 0)
        #expect(drain.terminate(now: 1) == [.stop(isClean: false)])
    }

    @Test func `a drain that a client holds up ends at its limit, and admits the loss`() {
        var drain = DrainController()
        _ = drain.activeCountChanged(to: 1)
        #expect(drain.checkTime(now: .max) == .none, "nobody asked it to end")
        _ = drain.terminate(now: 7)
        #expect(drain.checkTime(now: 6 + Limits.drainMilliseconds) == .none)
        #expect(drain.checkTime(now: 7 + Limits.drainMilliseconds) == .stop(isClean: false))
        #expect(drain.phase == .stopped)
        #expect(drain.checkTime(now: .max) == .none)
    }
}

@Suite("ObjectTable")
struct ObjectTableTests {
    @Test func `storing twice is storing once`() {
        var table = ObjectTable()
        #expect(table.put([1, 2], hash: [9], kind: 1, owner: .user(1)) == .stored)
        #expect(table.put([1, 2], hash: [9], kind: 2, owner: .user(1)) == .existed)
        #expect(table.all.map(\.content) == [[1, 2]] && table.all.map(\.kind) == [1])
        #expect(table.byteCount == 2)
    }

    @Test func `limits refuse and leave what is stored alone`() {
        var table = ObjectTable(byteLimit: 5, countLimit: 2)
        #expect(table.put([1, 2, 3], hash: [1], kind: 1, owner: .user(1)) == .stored)
        #expect(
            table.put([4, 5, 6], hash: [2], kind: 1, owner: .user(1))
                == .bytesExceeded(asked: 6, limit: 5))
        #expect(table.put([], hash: [3], kind: 1, owner: .user(1)) == .stored)
        #expect(table.put([], hash: [4], kind: 1, owner: .user(1)) == .countExceeded(limit: 2))
        #expect(table.count == 2)
    }

    @Test func `room that is kept for an upload is nobody else's until it is given back`() {
        var table = ObjectTable(byteLimit: 5, countLimit: 2)
        #expect(table.put([1], hash: [1], kind: 1, owner: .user(1)) == .stored)
        let first = table.reserve(byteCount: 5)
        let second = table.reserve(byteCount: 3)
        let third = table.reserve(byteCount: 1)
        #expect([first, second, third] == [false, true, false])
        #expect(table.put([1, 2, 3], hash: [2], kind: 1, owner: .user(1)) == .stored)
        table.release(byteCount: 3)
        #expect(table.contains([2]) && !table.contains([3]))
        #expect(table.reservedByteCount == 0 && table.byteCount == 4)
    }

    @Test func `a dropped object makes room, and objects keep their order`() {
        var table = ObjectTable(byteLimit: 3)
        for hash in 1...3 as ClosedRange<UInt8> {
            _ = table.put([0], hash: [hash], kind: 1, owner: .user(1))
        }
        let drops = (0..<2).map { _ in
            table.drop([2], by: .user(1), newest: RequestKey(0))
        }
        #expect(drops == [.dropped, .unknown])
        #expect(table.sweep(oldest: nil) == [[2]])
        #expect(table.put([0], hash: [4], kind: 1, owner: .user(1)) == .stored)
        #expect(table.all.map(\.hash) == [[1], [3], [4]])
    }

    @Test func `only who has put an object may drop it, and it stays for the others`() {
        var table = ObjectTable()
        for user in 1...3 as ClosedRange<UInt32> {
            _ = table.put([5, 5], hash: [1], kind: 1, owner: .user(user))
        }
        let newest = RequestKey(9)
        #expect(table.drop([1], by: .user(4), newest: newest) == .notOwned)
        #expect(table.drop([1], by: .user(1), newest: newest) == .kept)
        #expect(table.drop([1], by: .user(1), newest: newest) == .notOwned)
        #expect(table.byteCount(of: .user(1)) == 0 && table.byteCount(of: .user(2)) == 2)
        #expect(table.drop([1], by: nil, newest: newest) == .dropped, "an admin drops it for all")
        #expect(table.owned.isEmpty)
    }

    @Test func `a dropped object is kept for the requests that were open then`() {
        var table = ObjectTable()
        _ = table.put([5], hash: [1], kind: 1, owner: .user(1))
        #expect(!table.hasDropped)
        #expect(table.drop([1], by: .user(1), newest: RequestKey(9)) == .dropped)
        #expect(table.sweep(oldest: RequestKey(7)) == [])
        #expect(table.contains([1]))
        let isClaimed = table.claim([1], by: .user(2))
        #expect(isClaimed, "somebody puts it again")
        #expect(table.sweep(oldest: nil) == [])
        #expect(table.owned.count == 1)
        #expect(table.drop([1], by: .user(2), newest: RequestKey(9)) == .dropped)
        #expect(table.sweep(oldest: RequestKey(10)) == [[1]])
        #expect(!table.contains([1]) && table.byteCount == 0 && !table.hasDropped)
    }
}

@Suite("PayloadBudget")
struct PayloadBudgetTests {
    @Test func `a connection is refused at its own limit, all of them at the common one`() {
        var budget = PayloadBudget(limit: 10, perConnection: 6)
        #expect(budget.reserve(6, for: 1) == nil)
        #expect(budget.reserve(1, for: 1) == .connectionFull(asked: 7, limit: 6))
        #expect(budget.reserve(4, for: 2) == nil)
        #expect(budget.reserve(1, for: 3) == .full(asked: 11, limit: 10))
        budget.release(2, for: 1)
        #expect(budget.reserve(1, for: 3) == nil)
        #expect(budget.byteCount == 9)
    }
}

@Suite("PeerLiveness")
struct PeerLivenessTests {
    @Test func `a peer that does not complete its HELLO is dropped, whatever it trickles`() {
        var peer = PeerLiveness(now: 100)
        peer.didReceive(now: 5_000)
        #expect(peer.nextCheck == 100 + Limits.helloMilliseconds)
        #expect(peer.check(now: peer.nextCheck - 1) == .none)
        #expect(peer.check(now: peer.nextCheck) == .dropHalfOpen)
    }

    @Test func `a silent peer is pinged, and dropped when it does not answer`() {
        var peer = PeerLiveness(now: 0)
        peer.didGreet(now: 10)
        let due = peer.nextCheck
        #expect(due == 10 + Limits.silenceMilliseconds)
        #expect(peer.check(now: due) == .ping)
        #expect(peer.check(now: due + 1) == .none)
        #expect(peer.check(now: due + Limits.pongMilliseconds) == .dropSilent)
    }

    @Test func `any bytes count as an answer`() {
        var peer = PeerLiveness(now: 0)
        peer.didGreet(now: 0)
        #expect(peer.check(now: peer.nextCheck) == .ping)
        let heard = Limits.silenceMilliseconds + 5
        peer.didReceive(now: heard)
        #expect(peer.nextCheck == heard + Limits.silenceMilliseconds)
        #expect(peer.check(now: peer.nextCheck - 1) == .none)
    }
}

@Suite("Identity")
struct IdentityTests {
    @Test func `an identity is read as it is written, and nothing else is one`() {
        for identity in [Identity.user(0), .user(1_000), .token("lab:a"), .network] {
            #expect(Identity(identity.description) == identity)
        }
        for text in ["", "uid", "uid:", "uid:-1", "uid:4294967296", "token:", "token", "root"] {
            #expect(Identity(text) == nil, "\(text)")
        }
    }
}
