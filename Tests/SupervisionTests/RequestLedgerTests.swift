import Supervision
import Testing

@Suite("RequestLedger")
struct RequestLedgerTests {
    @Test func `a replay skips exactly the frames that the client has`() {
        var ledger = RequestLedger()
        let key = ledger.add(deadline: nil)
        ledger.assign(key, to: 0)
        for _ in 0..<3 { #expect(ledger.didReceiveFrame(of: key, from: 0) == .relay) }
        #expect(!ledger.wasInterrupted(key))
        #expect(ledger.engineDied(0) == [key])
        #expect(ledger.place(of: key) == .queued)
        #expect(ledger.wasInterrupted(key))
        ledger.assign(key, to: 1)
        #expect(ledger.wasInterrupted(key))
        let deliveries = (0..<5).map { _ in ledger.didReceiveFrame(of: key, from: 1) }
        #expect(deliveries == [.skip, .skip, .skip, .relay, .relay])
        #expect(ledger.end(key) == .running(engine: 1))
        #expect(ledger.count == 0)
    }

    @Test func `a request over which engines are killed is given up, unless it gets further`() {
        var ledger = RequestLedger()
        let key = ledger.add(deadline: nil)
        func run(frames: Int) -> [RequestKey] {
            ledger.assign(key, to: 0)
            for _ in 0..<frames { _ = ledger.didReceiveFrame(of: key, from: 0) }
            #expect(ledger.engineDied(0) == [key])
            return ledger.countKill(of: [key])
        }
        for round in 1...3 * Limits.engineKillsPerRequest {
            #expect(run(frames: round).isEmpty, "each run relays one frame more")
        }
        for _ in 2..<Limits.engineKillsPerRequest { #expect(run(frames: 5).isEmpty) }
        #expect(run(frames: 5) == [key])
    }

    @Test func `a death concerns only what ran on that engine`() {
        var ledger = RequestLedger()
        let keys = (0..<3).map { _ in ledger.add(deadline: nil) }
        ledger.assign(keys[0], to: 0)
        ledger.assign(keys[1], to: 1)
        #expect(ledger.engineDied(0) == [keys[0]])
        #expect(ledger.place(of: keys[1]) == .running(engine: 1))
        #expect(!ledger.wasInterrupted(keys[2]))
    }

    @Test func `a parked request goes on where its client is`() {
        var ledger = RequestLedger()
        let key = ledger.add(deadline: 9)
        ledger.assign(key, to: 0)
        for _ in 0..<5 { _ = ledger.didReceiveFrame(of: key, from: 0) }
        ledger.park(key, takenBack: 2)
        #expect(ledger.place(of: key) == .parked && ledger.wasInterrupted(key))
        #expect(ledger.engineDied(0).isEmpty, "it runs nowhere")
        #expect(ledger.didReceiveFrame(of: key, from: 0) == .discard)
        #expect(ledger.expired(now: 9) == [key], "its time goes on")
        ledger.resume(key)
        #expect(ledger.place(of: key) == .queued)
        ledger.assign(key, to: 1)
        let deliveries = (0..<5).map { _ in ledger.didReceiveFrame(of: key, from: 1) }
        #expect(deliveries == [.skip, .skip, .skip, .relay, .relay])
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
