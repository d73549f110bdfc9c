import Testing

@testable import Wire

/// Many streams, random sizes, cancels and pauses: every stream sees its own bytes, in order, once.
@Suite struct ConnectionRandomTests {
    private struct Expectation {
        var sent: [UInt8] = []
        var received: [UInt8] = []
        var isCancelled = false
        var isEnded = false
    }

    @Test(arguments: [UInt64(11), 12, 13, 14])
    func streamsDeliverTheirBytesInOrder(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var hello = Hello(role: .client, agent: "")
        hello.streamWindowByteCount = Limits.minimumWindowByteCount
        hello.connectionWindowByteCount = 200_000
        var pair = try Pair.ready(clientHello: hello)
        var streams: [UInt32: Expectation] = [:]
        for _ in 0..<600 {
            try step(&pair, &streams, &generator)
            try deliver(&pair, &streams)
        }
        for streamID in streams.keys where pair.server.isOpen(streamID) {
            try? pair.server.sendEnd([], on: streamID)
        }
        for _ in 0..<200 { try deliver(&pair, &streams) }
        #expect(pair.client.streamCount == 0)
        #expect(pair.client.receiveCredit.held == 0)
        for (streamID, stream) in streams {
            #expect(stream.isEnded)
            if stream.isCancelled {
                #expect(stream.sent.starts(with: stream.received), "stream \(streamID)")
            } else {
                #expect(stream.sent == stream.received, "stream \(streamID)")
            }
        }
    }

    private func step(
        _ pair: inout Pair, _ streams: inout [UInt32: Expectation],
        _ generator: inout SeededGenerator
    ) throws {
        let open = streams.keys.filter { pair.server.isOpen($0) }.sorted()
        let choice = Int.random(in: 0..<10, using: &generator)
        guard let streamID = open.randomElement(using: &generator), choice > 1 else {
            guard pair.client.streamCount < 20 else { return }
            streams[try pair.open()] = Expectation()
            return
        }
        switch choice {
        case 2: try? pair.server.sendEnd([], on: streamID)
        case 3:
            if pair.client.isOpen(streamID) { streams[streamID]?.isCancelled = true }
            pair.client.cancel(streamID)
        default:
            let payload = [UInt8](
                repeating: .random(in: 0...255, using: &generator),
                count: .random(in: 0...90_000, using: &generator))
            guard (try? pair.server.sendMessage(payload, on: streamID)) != nil else { return }
            streams[streamID]?.sent += payload
        }
    }

    private func deliver(_ pair: inout Pair, _ streams: inout [UInt32: Expectation]) throws {
        try pair.exchange()
        for event in pair.clientEvents {
            switch event {
            case .message(let frame):
                #expect(streams[frame.streamID]?.isEnded == false)
                streams[frame.streamID]?.received += frame.payload
                pair.client.consumed(frame.payload.count, on: frame.streamID)
            case .end(let frame): streams[frame.streamID]?.isEnded = true
            default: break
            }
        }
        pair.dropEvents()
    }

    @Test func damagedConversationsNeverTrap() throws {
        var generator = SeededGenerator(seed: 20)
        let opening = FrameEncoder.encode(sample(.hello, from: .client))
        let rest = [FrameKind.request, .message, .tensor, .cancel, .window, .ping, .goAway]
            .flatMap { FrameEncoder.encode(sample($0, from: .client)) }
        for _ in 0..<3_000 {
            var server = Connection(role: .server)
            try server.sendHello(Hello(role: .server, agent: ""))
            var bytes = opening + rest
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[place] = .random(in: 0...255, using: &generator)
            server.receive(bytes)
            var count = 0
            while let event = try? server.nextEvent() {
                count += 1
                if case .message(let frame) = event { server.consumed(frame.payload.count, on: 1) }
            }
            #expect(count <= 7)
        }
    }
}
