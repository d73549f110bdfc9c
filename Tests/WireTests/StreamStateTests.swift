import Testing

@testable import Wire

@Suite struct StreamStateTests {
    private func stream(isLast: Bool = false, window: Int = 100) -> StreamState {
        StreamState(isLast: isLast, sendWindow: window, receiveWindow: window)
    }

    private let data = Frame(.message, streamID: 1, payload: [UInt8](repeating: 1, count: 60))
    private let end = Frame(.end, streamID: 1)

    @Test func openTakesDataUntilLast() {
        var state = stream()
        #expect(state.phase == .open)
        #expect(state.clientData(.message, isLast: false) == .deliver)
        #expect(state.clientData(.message, isLast: true) == .deliver)
        #expect(state.phase == .halfClosed)
    }

    @Test func dataAfterLastIsAViolationOnceThenDropped() {
        var state = stream(isLast: true)
        #expect(state.clientData(.tensor, isLast: false) == .violate(.dataAfterLast(.tensor)))
        #expect(state.phase == .discarding)
        #expect(state.clientData(.tensor, isLast: false) == .discard)
    }

    @Test func dataAfterLastIsDroppedWhenTheAnswerIsComplete() {
        var state = stream(isLast: true)
        state.enqueue(end)
        #expect(state.clientData(.message, isLast: false) == .discard)
    }

    @Test(arguments: [false, true])
    func cancelWorksOnce(_ isLast: Bool) {
        var state = stream(isLast: isLast)
        #expect(state.cancel() == true)
        #expect(state.phase == .discarding)
        #expect(state.cancel() == false)
    }

    @Test func cancelDropsWaitingDataButNotTheEnd() {
        var state = stream()
        state.enqueue(data)
        state.enqueue(end)
        _ = state.cancel()
        #expect(state.queue.byteCount == 0)
        #expect(state.takeSendable(connectionCredit: SendCredit(0)) == end)
    }

    @Test func refusedStreamDropsWhatFollows() {
        var state = stream()
        state.refuse()
        #expect(state.clientData(.message, isLast: true) == .discard)
        #expect(state.outgoingData(from: .server) == .discard)
    }

    @Test func whoMaySendWhen() {
        var state = stream()
        #expect(state.outgoingData(from: .client) == .deliver)
        #expect(state.outgoingData(from: .server) == .deliver)
        state.sentLast()
        #expect(state.outgoingData(from: .client) == nil)
        #expect(state.outgoingData(from: .server) == .deliver)
        state.enqueue(end)
        #expect(state.outgoingData(from: .server) == nil)
    }

    @Test func dataWaitsForBothCreditsAndEndForNone() {
        var state = stream(window: 100)
        state.enqueue(data)
        #expect(state.takeSendable(connectionCredit: SendCredit(0)) == nil)
        #expect(state.takeSendable(connectionCredit: SendCredit(1)) == data)
        state.enqueue(data)
        #expect(state.takeSendable(connectionCredit: SendCredit(1)) == data)
        #expect(state.sendCredit.byteCount == -20)
        state.enqueue(data)
        state.enqueue(end)
        #expect(state.takeSendable(connectionCredit: SendCredit(1)) == nil)
        #expect(state.queue.byteCount == 60)
    }

    @Test func queueKeepsOrderOverManyFrames() {
        var queue = FrameQueue()
        var expected: UInt32 = 1
        for streamID in UInt32(1)...200 {
            queue.append(Frame(.message, streamID: streamID, payload: [0]))
            if streamID % 3 == 0 {
                #expect(queue.first?.streamID == expected)
                queue.removeFirst()
                expected += 1
            }
        }
        while let frame = queue.first {
            #expect(frame.streamID == expected)
            queue.removeFirst()
            expected += 1
        }
        #expect(expected == 201)
        #expect(queue.byteCount == 0)
    }
}

@Suite struct CreditTests {
    @Test func sendCreditMayFallBelowZeroAndRecovers() {
        var credit = SendCredit(10)
        credit.spend(25)
        #expect(credit.byteCount == -15)
        #expect(!credit.isOpen)
        #expect(credit.grant(15) == true)
        #expect(!credit.isOpen)
        #expect(credit.grant(1) == true)
        #expect(credit.isOpen)
    }

    @Test func zeroAndOverflowingGrantsAreRefused() {
        var credit = SendCredit(Limits.maximumWindowByteCount - 1)
        #expect(credit.grant(0) == false)
        #expect(credit.grant(2) == false)
        #expect(credit.grant(1) == true)
        #expect(credit.grant(.max) == false)
    }

    @Test func windowIsAnnouncedAtHalf() {
        var credit = ReceiveCredit(window: 100)
        #expect(credit.charge(60) == true)
        #expect(credit.consume(49) == nil)
        #expect(credit.consume(1) == 50)
        #expect(credit.remaining == 90)
        #expect(credit.held == 10)
    }

    @Test func frameWithoutCreditIsRefused() {
        var credit = ReceiveCredit(window: 100)
        #expect(credit.charge(500) == true)
        #expect(credit.charge(1) == false)
        #expect(credit.charge(0) == true)
        #expect(credit.consume(500) == 500)
        #expect(credit.remaining == 100)
    }
}
