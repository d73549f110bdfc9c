import Testing

@testable import Wire

@Suite struct ConnectionCreditTests {
    private let chunk = [UInt8](repeating: 1, count: 40_000)

    private func narrow(connectionWindow: Int = Limits.defaultConnectionWindowByteCount) throws
        -> Pair
    {
        var client = Hello(role: .client, agent: "")
        client.streamWindowByteCount = Limits.minimumWindowByteCount
        client.connectionWindowByteCount = connectionWindow
        var server = Hello(role: .server, agent: "")
        server.streamWindowByteCount = Limits.minimumWindowByteCount
        server.connectionWindowByteCount = connectionWindow
        return try Pair.ready(serverHello: server, clientHello: client)
    }

    @Test func exhaustedStreamWaitsAndGoesOnWithCredit() throws {
        var pair = try narrow()
        let streamID = try pair.open()
        #expect(try pair.server.sendMessage(chunk, on: streamID) == 0)
        #expect(try pair.server.sendMessage(chunk, on: streamID) == 0)
        #expect(try pair.server.sendMessage(chunk, on: streamID) == 40_000)
        try pair.server.sendEnd([7], on: streamID)
        try pair.exchange()
        #expect(pair.clientEvents.count == 2)
        #expect(pair.server.isOpen(streamID))
        pair.client.consumed(40_000, on: streamID)
        try pair.exchange()
        #expect(pair.clientEvents.count == 4)
        #expect(pair.clientEvents.last == .end(Frame(.end, streamID: streamID, payload: [7])))
        #expect(!pair.server.isOpen(streamID))
    }

    @Test func writableIsToldWhenTheQueueIsEmpty() throws {
        var pair = try narrow()
        let streamID = try pair.open()
        pair.dropEvents()
        for _ in 0..<4 { try pair.server.sendMessage(chunk, on: streamID) }
        try pair.exchange()
        #expect(pair.server.queuedByteCount(on: streamID) == 80_000)
        pair.client.consumed(80_000, on: streamID)
        try pair.exchange()
        #expect(pair.serverEvents == [.writable(streamID: streamID)])
        #expect(pair.server.queuedByteCount(on: streamID) == 0)
    }

    @Test func slowStreamStallsOnlyItself() throws {
        var pair = try narrow()
        let slow = try pair.open()
        let quick = try pair.open()
        for _ in 0..<5 { try pair.server.sendMessage(chunk, on: slow) }
        try pair.server.sendMessage([1], on: quick)
        try pair.server.sendEnd([], on: quick)
        try pair.exchange()
        #expect(pair.clientEvents.last == .end(Frame(.end, streamID: quick)))
    }

    @Test func connectionWindowBoundsAllStreamsTogetherAndServesThemInTurn() throws {
        var pair = try narrow(connectionWindow: Limits.minimumWindowByteCount)
        let streams = [try pair.open(), try pair.open(), try pair.open()]
        for streamID in streams { try pair.server.sendMessage(chunk, on: streamID) }
        for streamID in streams.reversed() { try pair.server.sendMessage([9], on: streamID) }
        try pair.exchange()
        #expect(pair.clientEvents.count == 2)
        pair.client.consumed(40_000, on: streams[0])
        pair.client.consumed(40_000, on: streams[1])
        try pair.exchange()
        let order = pair.clientEvents.map { event -> UInt32 in
            if case .message(let frame) = event { frame.streamID } else { 0 }
        }
        #expect(order == [1, 2, 3, 2, 1, 3])
    }

    @Test func dataWithoutStreamCreditIsAConnectionError() throws {
        var pair = try narrow()
        let streamID = try pair.open(isLast: false)
        let frame = Frame(.message, streamID: streamID, payload: chunk)
        _ = try pair.server.take([frame, frame])
        #expect(pair.server.violation(of: frame) == .noCredit(streamID: streamID))
        #expect(Violation.noCredit(streamID: 1).goAwayCode == .flowControl)
    }

    @Test func dataWithoutConnectionCreditIsAConnectionError() throws {
        var pair = try narrow(connectionWindow: Limits.minimumWindowByteCount)
        let first = try pair.open(isLast: false)
        let second = try pair.open(isLast: false)
        _ = try pair.server.take([
            Frame(.message, streamID: first, payload: chunk),
            Frame(.message, streamID: second, payload: chunk),
        ])
        #expect(
            pair.server.violation(of: Frame(.message, streamID: first, payload: [1]))
                == .noCredit(streamID: 0))
    }

    @Test func clientStreamingIsPacedByTheServer() throws {
        var pair = try narrow()
        let streamID = try pair.open(isLast: false)
        pair.dropEvents()
        for index in 0..<6 {
            try pair.client.sendMessage(chunk, on: streamID, isLast: index == 5)
        }
        #expect(pair.client.queuedByteCount(on: streamID) == 160_000)
        var received = 0
        while received < 6 {
            try pair.exchange()
            for case .message(let frame) in pair.serverEvents {
                received += 1
                pair.server.consumed(frame.payload.count, on: streamID)
            }
            pair.dropEvents()
        }
        #expect(pair.client.queuedByteCount(on: streamID) == 0)
    }

    @Test func consumedAfterTheEndStillRefillsTheConnection() throws {
        var pair = try narrow(connectionWindow: Limits.minimumWindowByteCount)
        for _ in 0..<20 {
            pair.dropEvents()
            let streamID = try pair.open()
            try pair.server.sendMessage(chunk, on: streamID)
            try pair.server.sendEnd([], on: streamID)
            try pair.exchange()
            #expect(pair.clientEvents.count == 2)
            pair.client.consumed(chunk.count, on: streamID)
            try pair.exchange()
        }
    }

    @Test func dataDroppedAfterCancelRefillsTheConnection() throws {
        var pair = try narrow(connectionWindow: Limits.minimumWindowByteCount)
        for _ in 0..<20 {
            let streamID = try pair.open()
            pair.dropEvents()
            try pair.server.sendMessage(chunk, on: streamID)
            pair.client.cancel(streamID)
            try pair.exchange()
            #expect(pair.clientEvents.isEmpty)
            try pair.server.sendEnd([], on: streamID)
            try pair.exchange()
            #expect(pair.clientEvents.count == 1)
        }
        #expect(pair.client.receiveCredit.held == 0)
    }

    @Test(arguments: [UInt32(0), 1])
    func illegalIncrementsAreConnectionErrors(_ streamID: UInt32) throws {
        for increment in [0, 2_147_483_647, UInt32.max] {
            var pair = try Pair.ready()
            _ = try pair.open()
            #expect(
                pair.server.violation(of: window(increment, on: streamID))
                    == .illegalIncrement(streamID: streamID, increment))
        }
    }

    @Test func windowOfAnEndedStreamIsIgnoredAndOfAFutureOneRefused() throws {
        var pair = try Pair.ready()
        let streamID = try pair.open()
        try pair.server.sendEnd([], on: streamID)
        #expect(try pair.server.take([window(5, on: streamID)]).isEmpty)
        #expect(pair.server.violation(of: window(5, on: 2)) == .unknownStream(.window, 2))
    }

    @Test func queueHasALimit() throws {
        var pair = try narrow()
        let streamID = try pair.open()
        let large = [UInt8](repeating: 0, count: Limits.defaultFrameByteCount)
        #expect(throws: WireError.self) {
            for _ in 0..<100 { try pair.server.sendMessage(large, on: streamID) }
        }
        #expect(pair.server.queuedByteCount(on: streamID) <= Limits.queuedByteCountPerStream)
    }

    @Test func frameLargerThanTheWindowPassesOnOpenCredit() throws {
        var pair = try narrow()
        let streamID = try pair.open()
        pair.dropEvents()
        let large = [UInt8](repeating: 0, count: 1_000_000)
        for _ in 0..<3 { try pair.server.sendMessage(large, on: streamID) }
        for _ in 0..<3 {
            try pair.exchange()
            #expect(pair.clientEvents.count == 1)
            pair.dropEvents()
            pair.client.consumed(large.count, on: streamID)
        }
    }
}
