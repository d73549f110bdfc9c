import Supervision
import Testing

@Suite("DrainController")
struct DrainControllerTests {
    @Test func `an idle daemon drains at once`() {
        var drain = DrainController()
        #expect(drain.terminate() == [.beginDrain, .stop(isClean: true)])
        #expect(drain.terminate().isEmpty)
    }

    @Test func `a busy daemon stops cleanly with its last request`() {
        var drain = DrainController()
        #expect(drain.activeCountChanged(to: 2) == .none)
        #expect(drain.terminate() == [.beginDrain])
        #expect(drain.phase == .draining)
        #expect(drain.activeCountChanged(to: 1) == .none)
        #expect(drain.activeCountChanged(to: 0) == .stop(isClean: true))
        #expect(drain.phase == .stopped)
        #expect(drain.activeCountChanged(to: 0) == .none)
    }

    @Test func `the second request to end stops at once, and admits the loss`() {
        var drain = DrainController()
        _ = drain.activeCountChanged(to: 1)
        _ = drain.terminate()
        #expect(drain.terminate() == [.stop(isClean: false)])
    }
}

@Suite("ObjectTable")
struct ObjectTableTests {
    @Test func `storing twice is storing once`() {
        var table = ObjectTable()
        #expect(table.put([1, 2], hash: [9], kind: 1) == .stored)
        #expect(table.put([1, 2], hash: [9], kind: 2) == .existed)
        #expect(table.all.map(\.content) == [[1, 2]] && table.all.map(\.kind) == [1])
        #expect(table.byteCount == 2)
    }

    @Test func `limits refuse and leave what is stored alone`() {
        var table = ObjectTable(byteLimit: 5, countLimit: 2)
        #expect(table.put([1, 2, 3], hash: [1], kind: 1) == .stored)
        #expect(!table.hasRoom(forByteCount: 3) && table.hasRoom(forByteCount: 2))
        #expect(
            table.put([4, 5, 6], hash: [2], kind: 1) == .bytesExceeded(asked: 6, limit: 5))
        #expect(table.put([], hash: [3], kind: 1) == .stored)
        #expect(table.put([], hash: [4], kind: 1) == .countExceeded(limit: 2))
        #expect(table.count == 2)
    }

    @Test func `a dropped object makes room, and objects keep their order`() {
        var table = ObjectTable(byteLimit: 3)
        for hash in 1...3 as ClosedRange<UInt8> { _ = table.put([0], hash: [hash], kind: 1) }
        let drops = (0..<2).map { _ in table.drop([2]) }
        #expect(drops == [true, false])
        #expect(table.byteCount == 2)
        #expect(table.put([7], hash: [4], kind: 1) == .stored)
        #expect(table.all.map(\.hash) == [[1], [3], [4]])
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
