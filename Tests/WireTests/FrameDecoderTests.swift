import Testing

@testable import Wire

@Suite struct FrameDecoderTests {
    private let conversation: [Frame] = FrameKind.allCases.map { sample($0, from: .client) }

    private func drain(_ decoder: inout FrameDecoder) -> [Frame] {
        var found: [Frame] = []
        while case .frame(let frame) = decoder.next() { found.append(frame) }
        return found
    }

    @Test func splittingAtAnyByteChangesNothing() {
        let bytes = conversation.flatMap { FrameEncoder.encode($0) }
        for split in 0...bytes.count {
            var decoder = FrameDecoder()
            decoder.append(bytes[..<split])
            var found = drain(&decoder)
            decoder.append(bytes[split...])
            found += drain(&decoder)
            #expect(found == conversation, "split at \(split)")
            #expect(decoder.isAtFrameBoundary)
        }
    }

    @Test func oneByteAtATimeIsEnough() {
        var decoder = FrameDecoder()
        var found: [Frame] = []
        for byte in conversation.flatMap({ FrameEncoder.encode($0) }) {
            decoder.append(CollectionOfOne(byte))
            found += drain(&decoder)
        }
        #expect(found == conversation)
    }

    @Test func needMoreSaysHowMuch() {
        var decoder = FrameDecoder()
        #expect(decoder.next() == .needMore(byteCount: 16))
        let bytes = FrameEncoder.encode(Frame(.message, streamID: 1, payload: [1, 2, 3]))
        decoder.append(bytes[..<10])
        #expect(decoder.next() == .needMore(byteCount: 6))
        decoder.append(bytes[10..<17])
        #expect(decoder.next() == .needMore(byteCount: 2))
        #expect(!decoder.isAtFrameBoundary)
    }

    @Test func announcedLengthIsRefusedBeforeTheBodyComes() {
        var decoder = FrameDecoder()
        decoder.append([0xFF, 0xFF, 0xFF, 0xFF, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
        guard case .failure(.payloadLength(.message, 4_294_967_295, _)) = decoder.next() else {
            Issue.record("4 GiB accepted")
            return
        }
        decoder.append([UInt8](repeating: 0, count: 1_000))
        #expect(decoder.bufferedByteCount == 0)
    }

    @Test func failureIsFinal() {
        var decoder = FrameDecoder()
        decoder.append([UInt8](repeating: 0xEE, count: 16))
        let first = decoder.next()
        decoder.append(FrameEncoder.encode(sample(.ping, from: .client)))
        #expect(decoder.next() == first)
    }

    @Test func otherProtocolsAreRefusedOnTheirFirstBytes() {
        for opening in [
            "GET / HTTP/1.1\r\nHost", "PRI * HTTP/2.0\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}a client hello",
        ] {
            var decoder = FrameDecoder()
            decoder.append(Array(opening.utf8))
            guard case .failure = decoder.next() else {
                Issue.record("\(opening) accepted")
                continue
            }
        }
    }

    @Test func manyFramesInPiecesOfAnySizeSurvive() {
        var generator = SeededGenerator(seed: 1)
        var sent: [Frame] = []
        var bytes: [UInt8] = []
        for _ in 0..<300 {
            let count = Int.random(in: 0...3_000, using: &generator)
            let payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let frame = Frame(
                .message, streamID: .random(in: 1 ... .max, using: &generator), payload: payload)
            sent.append(frame)
            FrameEncoder.encode(frame, into: &bytes)
        }
        var decoder = FrameDecoder()
        var found: [Frame] = []
        var position = 0
        while position < bytes.count {
            let end = min(bytes.count, position + .random(in: 1...9_000, using: &generator))
            decoder.append(bytes[position..<end])
            found += drain(&decoder)
            position = end
        }
        #expect(found == sent)
        #expect(decoder.bufferedByteCount == 0)
    }

    @Test func garbageNeverTrapsAndNeverHoldsMoreThanAFrame() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<2_000 {
            var decoder = FrameDecoder(frameLimit: 512)
            for _ in 0..<8 {
                decoder.append((0..<40).map { _ in UInt8.random(in: 0...12, using: &generator) })
                _ = drain(&decoder)
                #expect(decoder.bufferedByteCount <= 4_096 + 16 + 320)
            }
        }
    }
}
