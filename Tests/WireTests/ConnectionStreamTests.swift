import Testing

@testable import Wire

@Suite struct ConnectionStreamTests {
    @Test func unaryCallGoesThroughAllItsStates() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open()
        #expect(pair.client.streamCount == 1)
        #expect(pair.server.isOpen(streamID))
        try pair.server.sendMessage([9], on: streamID)
        try pair.server.sendEnd([8], on: streamID)
        #expect(!pair.server.isOpen(streamID))
        try pair.exchange()
        #expect(
            pair.clientEvents == [
                .message(Frame(.message, streamID: 1, payload: [9])),
                .end(Frame(.end, streamID: 1, payload: [8])),
            ])
        #expect(pair.client.streamCount == 0)
    }

    @Test func clientStreamingEndsWithLast() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open(isLast: false)
        try pair.client.sendMessage([1], on: streamID)
        try pair.client.sendMessage([], on: streamID, isLast: true)
        try pair.exchange()
        #expect(pair.serverEvents.count == 3)
        #expect(throws: WireError.local(.streamNotOpen(.message, 1))) {
            try pair.client.sendMessage([2], on: streamID)
        }
        try pair.server.sendMessage([3], on: streamID)
        try pair.server.sendEnd([], on: streamID)
        try pair.exchange()
        #expect(pair.clientEvents.count == 2)
    }

    @Test func streamsAreIndependentAndAnsweredInAnyOrder() throws {
        var pair = try Pair.ready()
        let first = try pair.open()
        let second = try pair.open()
        try pair.server.sendEnd([2], on: second)
        try pair.server.sendEnd([1], on: first)
        try pair.exchange()
        #expect(
            pair.clientEvents == [
                .end(Frame(.end, streamID: second, payload: [2])),
                .end(Frame(.end, streamID: first, payload: [1])),
            ])
    }

    @Test func everyRequestHasExactlyOneEnd() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open()
        try pair.server.sendEnd([], on: streamID)
        #expect(throws: WireError.local(.streamNotOpen(.end, 1))) {
            try pair.server.sendEnd([], on: streamID)
        }
        #expect(throws: WireError.local(.streamNotOpen(.message, 1))) {
            try pair.server.sendMessage([1], on: streamID)
        }
        try pair.exchange()
        #expect(
            pair.client.violation(of: Frame(.end, streamID: streamID)) == .unknownStream(.end, 1))
    }

    @Test func idsMustIncreaseButMaySkip() throws {
        var server = try Pair.ready().server
        _ = try server.take([Frame(.request, streamID: 40, flags: .last, method: 1)])
        #expect(
            server.violation(of: Frame(.request, streamID: 40, flags: .last, method: 1))
                == .streamIDNotIncreasing(40, last: 40))
        server = try Pair.ready().server
        _ = try server.take([Frame(.request, streamID: 40, flags: .last, method: 1)])
        #expect(
            server.violation(of: Frame(.request, streamID: 39, flags: .last, method: 1))
                == .streamIDNotIncreasing(39, last: 40))
    }

    @Test func requestOverTheLimitFailsAloneAndFarOverItTheConnection() throws {
        var hello = Hello(role: .server, agent: "")
        hello.streamCount = 2
        var pair = try Pair.ready(serverHello: hello)
        _ = try pair.open()
        _ = try pair.open()
        #expect(throws: WireError.local(.streamLimit(2))) { try pair.open() }
        let requests = (UInt32(3)...UInt32(67)).map {
            Frame(.request, streamID: $0, flags: .last, method: 1)
        }
        let events = try pair.server.take(Array(requests[..<64]))
        #expect(events.count == 64)
        #expect(events[0] == .streamViolated(streamID: 3, .tooManyStreams(limit: 2)))
        try pair.server.sendEnd([], on: 3)
        #expect(try pair.server.take([requests[64]]).count == 1)
        let next = Frame(.request, streamID: 68, flags: .last, method: 1)
        #expect(pair.server.violation(of: next) == .tooManyStreams(67))
    }

    @Test func dataAfterLastFailsTheStreamAlone() throws {
        var pair = try Pair.ready()
        let broken = try pair.open()
        let sound = try pair.open()
        pair.dropEvents()
        let events = try pair.server.take([
            Frame(.message, streamID: broken, payload: [1]),
            Frame(.message, streamID: broken, payload: [2]),
        ])
        #expect(events == [.streamViolated(streamID: broken, .dataAfterLast(.message))])
        try pair.server.sendEnd([3], on: broken)
        try pair.server.sendEnd([0], on: sound)
        try pair.exchange()
        #expect(pair.clientEvents.count == 2)
        #expect(pair.server.phase == .ready)
    }

    @Test func serverMayNotSetLast() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open()
        #expect(throws: WireError.self) {
            try pair.server.sendMessage([1], on: streamID, isLast: true)
        }
        let frame = Frame(.message, streamID: streamID, flags: .last, payload: [1])
        #expect(pair.client.violation(of: frame) == .illegalFlags(.message, 1))
    }

    @Test func emptyMessageOfAClientNeedsLast() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open(isLast: false)
        #expect(throws: WireError.local(.illegalFrame(.emptyMessage(1)))) {
            try pair.client.sendMessage([], on: streamID)
        }
        #expect(
            pair.server.violation(of: Frame(.message, streamID: streamID)) == .emptyMessage(1))
    }

    @Test func payloadOverThePeersLimitStaysHere() throws {
        var hello = Hello(role: .server, agent: "")
        hello.frameByteCount = Limits.minimumFrameByteCount
        var pair = try Pair.ready(serverHello: hello)
        let payload = [UInt8](repeating: 0, count: Limits.minimumFrameByteCount + 1)
        #expect(throws: WireError.self) { try pair.client.sendRequest(method: 1, payload: payload) }
        #expect(pair.client.streamCount == 0)
        #expect(!pair.client.hasOutput)
    }

    // MARK: Cancelling

    @Test func cancelIsAnsweredWithEnd() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open()
        pair.dropEvents()
        pair.client.cancel(streamID)
        pair.client.cancel(streamID)
        try pair.exchange()
        #expect(pair.serverEvents == [.cancelled(streamID: streamID)])
        #expect(try pair.server.sendMessage([1], on: streamID) == 0)
        try pair.server.sendEnd([1], on: streamID)
        try pair.exchange()
        #expect(pair.clientEvents == [.end(Frame(.end, streamID: streamID, payload: [1]))])
    }

    @Test func cancelThatCrossesTheEndIsIgnored() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open()
        pair.dropEvents()
        try pair.server.sendMessage([1, 2, 3], on: streamID)
        try pair.server.sendEnd([0], on: streamID)
        pair.client.cancel(streamID)
        try pair.exchange()
        #expect(pair.serverEvents.isEmpty)
        #expect(pair.clientEvents == [.end(Frame(.end, streamID: streamID, payload: [0]))])
        pair.client.cancel(streamID)
        #expect(!pair.client.hasOutput)
    }

    @Test func cancelOfAStreamThatNeverWasIsIgnored() throws {
        var server = try Pair.ready().server
        #expect(try server.take([Frame(.cancel, streamID: 9)]).isEmpty)
        #expect(server.phase == .ready)
    }

    @Test func cancelLetsAWaitingEndThrough() throws {
        var hello = Hello(role: .client, agent: "")
        hello.streamWindowByteCount = Limits.minimumWindowByteCount
        var pair = try Pair.ready(clientHello: hello)
        let streamID = try pair.open()
        pair.dropEvents()
        let large = [UInt8](repeating: 1, count: Limits.minimumWindowByteCount)
        try pair.server.sendMessage(large, on: streamID)
        #expect(try pair.server.sendMessage(large, on: streamID) == large.count)
        try pair.server.sendEnd([5], on: streamID)
        try pair.exchange()
        #expect(pair.clientEvents.count == 1)
        pair.client.cancel(streamID)
        try pair.exchange()
        #expect(pair.serverEvents.isEmpty)
        #expect(pair.clientEvents.last == .end(Frame(.end, streamID: streamID, payload: [5])))
    }

    @Test func dataToAnEndedStreamIsDroppedAndItsCreditReturned() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open(isLast: false)
        try pair.server.sendEnd([], on: streamID)
        pair.dropEvents()
        let large = [UInt8](repeating: 1, count: 1_000_000)
        for _ in 0..<40 {
            try pair.server.take([Frame(.message, streamID: streamID, payload: large)])
                .forEach { pair.serverEvents.append($0) }
        }
        #expect(pair.serverEvents.isEmpty)
        #expect(pair.server.receiveCredit.held == 0)
    }

    // MARK: Leaving

    @Test func drainFinishesWhatIsOpenAndDropsWhatComesLater() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open()
        pair.dropEvents()
        pair.server.sendGoAway(.drain, text: "restart")
        pair.server.sendGoAway(.drain, text: "restart")
        let late = try pair.client.sendRequest(method: 1, payload: [])
        try pair.exchange()
        #expect(pair.serverEvents.isEmpty)
        #expect(
            pair.clientEvents == [
                .goAway(
                    GoAway(code: .drain, lastStreamID: streamID, text: "restart"),
                    unprocessed: [late])
            ])
        #expect(throws: WireError.local(.wrongPhase(.request, .closing))) { try pair.open() }
        #expect(!pair.server.isFinished)
        try pair.server.sendEnd([], on: streamID)
        try pair.exchange()
        #expect(pair.server.isFinished)
        #expect(pair.client.isFinished)
    }

    @Test func abruptGoAwayEndsEverything() throws {
        var pair = try Pair.ready()
        _ = try pair.open()
        pair.server.sendGoAway(.unauthenticated, text: "no token")
        try pair.exchange()
        #expect(pair.client.phase == .closed)
        #expect(pair.client.streamCount == 0)
        #expect(pair.clientEvents.count == 1)
    }

    @Test func clientMayLeaveInOrder() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open()
        pair.client.sendGoAway(.drain, text: "done")
        try pair.exchange()
        #expect(pair.server.phase == .closing)
        try pair.server.sendEnd([], on: streamID)
        try pair.exchange()
        #expect(pair.client.isFinished)
        #expect(pair.server.isFinished)
    }

    // MARK: Relaying

    @Test func relayChangesNothingButTheStream() throws {
        var front = try Pair.ready()
        var back = try Pair.ready()
        _ = try front.open()
        let asked = try front.open()
        guard case .request(let request) = front.serverEvents.last else {
            Issue.record("no request")
            return
        }
        let passed = try back.client.sendRequest(
            method: request.method, payload: request.payload, isLast: request.isLast)
        try back.exchange()
        let tensor = TensorDescriptor(name: "t", type: .uint8, shape: [300_000])
        try back.server.sendTensor(
            tensor, data: [UInt8](repeating: 3, count: 300_000), on: passed)
        try back.server.sendEnd([4], on: passed)
        try back.exchange()
        for event in back.clientEvents {
            switch event {
            case .message(let frame), .tensor(let frame), .end(let frame):
                try front.server.forward(frame, on: asked)
            default: break
            }
        }
        try front.exchange()
        var assembler = TensorAssembler(byteLimit: 1 << 20)
        var whole: ReceivedTensor?
        for case .tensor(let frame) in front.clientEvents { whole = try assembler.append(frame) }
        #expect(whole?.data.count == 300_000)
        #expect(front.clientEvents.last == .end(Frame(.end, streamID: asked, payload: [4])))
    }
}
