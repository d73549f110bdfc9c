import Testing

@testable import Wire

@Suite struct FrameHeaderTests {
    private func header(_ bytes: [UInt8], limit: Int = 1_000) throws -> FrameHeader {
        try FrameHeader.decode(bytes[...], frameLimit: limit)
    }

    private func violation(_ bytes: [UInt8], limit: Int = 1_000) -> Violation? {
        do {
            _ = try FrameHeader.decode(bytes[...], frameLimit: limit)
            return nil
        } catch WireError.peer(let violation) {
            return violation
        } catch {
            return nil
        }
    }

    @Test func layoutIsLittleEndianAndSixteenBytes() {
        let frame = Frame(
            .request, streamID: 0x0403_0201, flags: .last, method: 0x0605, payload: [0xAA])
        #expect(
            FrameEncoder.encode(frame)
                == [1, 0, 0, 0, 2, 1, 5, 6, 1, 2, 3, 4, 0, 0, 0, 0, 0xAA])
    }

    @Test(arguments: FrameKind.allCases)
    func everyKindSurvivesARoundTrip(_ kind: FrameKind) throws {
        let frame = sample(kind, from: .client)
        let bytes = FrameEncoder.encode(frame)
        #expect(try header(Array(bytes[..<16])) == frame.header)
    }

    @Test(arguments: [0, 11, 12, 127, 255] as [UInt8])
    func unknownKindIsRefused(_ kind: UInt8) {
        var bytes = Array(FrameEncoder.encode(Frame(.message, streamID: 1))[..<16])
        bytes[4] = kind
        #expect(violation(bytes) == .unknownKind(kind))
    }

    @Test(arguments: 0..<32)
    func everyReservedBitIsRefused(_ bit: Int) {
        var bytes = Array(FrameEncoder.encode(Frame(.message, streamID: 1))[..<16])
        bytes[12 + bit / 8] |= 1 << (bit % 8)
        #expect(violation(bytes) == .reservedNotZero(.message, 1 << UInt32(bit)))
    }

    @Test(arguments: FrameKind.allCases, 0..<8)
    func onlyTheFlagsOfTheKindAreAccepted(_ kind: FrameKind, _ bit: Int) {
        var bytes = Array(FrameEncoder.encode(sample(kind, from: .client))[..<16])
        bytes[5] = 1 << bit
        let allowed: [FrameKind: Set<Int>] = [.request: [0], .message: [0], .tensor: [0, 1]]
        if allowed[kind, default: []].contains(bit) {
            #expect(violation(bytes) == nil)
        } else {
            #expect(violation(bytes) == .illegalFlags(kind, 1 << bit))
        }
    }

    @Test func lastAndMoreExcludeEachOther() {
        var bytes = Array(FrameEncoder.encode(sample(.tensor, from: .client))[..<16])
        bytes[5] = 3
        #expect(violation(bytes) == .illegalFlags(.tensor, 3))
    }

    @Test(arguments: FrameKind.allCases)
    func methodBelongsToRequestAlone(_ kind: FrameKind) {
        var bytes = Array(FrameEncoder.encode(sample(kind, from: .client))[..<16])
        let method: UInt16 = kind == .request ? 0 : 3
        bytes[6] = UInt8(method)
        #expect(violation(bytes) == .illegalMethod(kind, method))
    }

    @Test(arguments: FrameKind.allCases)
    func streamIDIsZeroExactlyWhereTheKindSaysSo(_ kind: FrameKind) {
        var bytes = Array(FrameEncoder.encode(sample(kind, from: .client))[..<16])
        let ofConnection: Set<FrameKind> = [.hello, .ping, .pong, .goAway]
        bytes[8] = ofConnection.contains(kind) ? 1 : 0
        let streamID = UInt32(bytes[8])
        #expect(
            violation(bytes) == (kind == .window ? nil : .illegalStreamID(kind, streamID)))
    }

    @Test(arguments: FrameKind.allCases)
    func fourGibibytesAreRefusedOnTheHeader(_ kind: FrameKind) {
        var bytes = Array(FrameEncoder.encode(sample(kind, from: .client))[..<16])
        for index in 0..<4 { bytes[index] = 0xFF }
        guard case .payloadLength(kind, 4_294_967_295, _) = violation(bytes) else {
            Issue.record("accepted \(kind)")
            return
        }
        #expect(violation(bytes)?.goAwayCode == .frameTooLarge)
    }

    @Test(arguments: [
        (FrameKind.hello, 71), (.hello, 4_097), (.tensor, 63), (.cancel, 1), (.window, 3),
        (.window, 5), (.ping, 7), (.ping, 9), (.pong, 0), (.goAway, 7), (.goAway, 1_033),
        (.message, 1_001), (.request, 1_001), (.end, 1_001), (.tensor, 1_001),
    ])
    func lengthsJustOutsideTheRangeAreRefused(_ kind: FrameKind, _ length: Int) {
        var bytes = Array(FrameEncoder.encode(sample(kind, from: .client))[..<16])
        bytes[0] = UInt8(length & 0xFF)
        bytes[1] = UInt8(length >> 8)
        guard case .payloadLength(kind, length, _) = violation(bytes) else {
            Issue.record("accepted \(kind) of \(length) bytes")
            return
        }
    }

    @Test func lengthAtTheLimitIsAccepted() throws {
        let bytes = Array(
            FrameEncoder.encode(
                Frame(.message, streamID: 1, payload: [UInt8](repeating: 0, count: 1_000)))[..<16])
        #expect(try header(bytes).payloadByteCount == 1_000)
    }
}
