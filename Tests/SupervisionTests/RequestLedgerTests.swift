import Supervision
import Testing

@Suite("RequestLedger")
struct RequestLedgerTests {
    @Test func `a replay skips exactly the frames that the client has`() {
        var ledger = RequestLedger()
        let key = ledger.add(deadline: nil)
        ledger.assign(key, to: 0)
        for _ in 0..<3 { #expect(ledger.didReceiveFrame(of: key, from: 0) == .relay) }
        let fallout = ledger.engineDied(0)
        #expect(fallout.requeued == [key] && fallout.poisoned.isEmpty)
        #expect(ledger.place(of: key) == .queued)
        #expect(ledger.hasRunBefore(key))
        ledger.assign(key, to: 1)
        let deliveries = (0..<5).map { _ in ledger.didReceiveFrame(of: key, from: 1) }
        #expect(deliveries == [.skip, .skip, .skip, .relay, .relay])
        #expect(ledger.end(key) == .running(engine: 1))
        #expect(ledger.count == 0)
    }

    @Test func `a request is poisoned by a second death only if it was alone then`() {
        var ledger = RequestLedger()
        let keys = (0..<2).map { _ in ledger.add(deadline: nil) }
        for _ in 0..<2 {
            for key in keys { ledger.assign(key, to: 0) }
            #expect(ledger.engineDied(0).requeued == keys, "either may be the cause")
        }
        ledger.assign(keys[1], to: 0)
        #expect(ledger.engineDied(0, hadOtherWork: true).requeued == [keys[1]])
        ledger.assign(keys[1], to: 0)
        let fallout = ledger.engineDied(0)
        #expect(fallout.requeued.isEmpty && fallout.poisoned == [keys[1]])
        #expect(ledger.place(of: keys[1]) == nil && ledger.place(of: keys[0]) == .queued)
    }

    @Test func `a request is not tried for ever, whatever its company`() {
        var ledger = RequestLedger()
        let key = ledger.add(deadline: nil)
        for _ in 1..<Limits.engineDeathsInCompany {
            ledger.assign(key, to: 0)
            #expect(ledger.engineDied(0, hadOtherWork: true).requeued == [key])
        }
        ledger.assign(key, to: 0)
        #expect(ledger.engineDied(0, hadOtherWork: true).poisoned == [key])
    }

    @Test func `a death concerns only what ran on that engine`() {
        var ledger = RequestLedger()
        let keys = (0..<3).map { _ in ledger.add(deadline: nil) }
        ledger.assign(keys[0], to: 0)
        ledger.assign(keys[1], to: 1)
        #expect(ledger.engineDied(0).requeued == [keys[0]])
        #expect(ledger.place(of: keys[1]) == .running(engine: 1))
        #expect(!ledger.hasRunBefore(keys[2]))
    }

    @Test func `frames of an ended request, or of an engine that lost it, are discarded`() {
        var ledger = RequestLedger()
        let key = ledger.add(deadline: nil)
        ledger.assign(key, to: 0)
        _ = ledger.engineDied(0)
        #expect(ledger.didReceiveFrame(of: key, from: 0) == .discard)
        ledger.end(key)
        #expect(ledger.didReceiveFrame(of: key, from: 0) == .discard)
        #expect(ledger.end(key) == nil)
    }

    @Test func `deadlines are reported in time, oldest request first`() {
        var ledger = RequestLedger()
        let keys = [30, nil, 10, 20].map { ledger.add(deadline: $0) }
        #expect(ledger.nextDeadline == 10)
        #expect(ledger.expired(now: 9).isEmpty)
        #expect(ledger.expired(now: 20) == [keys[2], keys[3]])
        for key in [keys[0], keys[2], keys[3]] { ledger.end(key) }
        #expect(ledger.nextDeadline == nil)
    }
}
