import Testing

@testable import Wire

@Suite struct TensorSegmentTests {
    private let descriptor = TensorDescriptor(
        name: "mlp.act.3", type: .float32, shape: [2, 3], item: 4, index: 1)

    private func payload() throws -> [UInt8] {
        try #require(try descriptor.segmentPayloads(Array(0..<24)).first)
    }

    private func refusal(_ change: (inout [UInt8]) -> Void) throws -> String? {
        var bytes = try payload()
        change(&bytes)
        do {
            _ = try TensorSegment(payload: bytes)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func fieldsAndDataSurviveARoundTrip() throws {
        let segment = try TensorSegment(payload: payload())
        #expect(segment.descriptor == descriptor)
        #expect(Array(segment.data) == Array(0..<24))
        #expect(segment.isFinal)
        #expect(segment.dataOffset == 64)
    }

    @Test(arguments: 0...8)
    func dataStartsAtAMultipleOf64ForEveryRank(_ rank: Int) throws {
        for length in [0, 1, 7, 31, 32, 33, 512] {
            let tensor = TensorDescriptor(
                name: String(repeating: "n", count: length), type: .uint8,
                shape: Array(repeating: 1, count: rank))
            let bytes = try #require(try tensor.segmentPayloads([9]).first)
            let segment = try TensorSegment(payload: bytes)
            #expect(segment.dataOffset % 64 == 0)
            #expect(segment.dataOffset <= 640)
            #expect(segment.descriptor == tensor)
            #expect(Array(segment.data) == [9])
        }
    }

    @Test func emptyTensorIsOneSegmentWithoutData() throws {
        let empty = TensorDescriptor(name: "e", type: .float16, shape: [0, 9])
        let payloads = try empty.segmentPayloads([])
        #expect(payloads.count == 1)
        #expect(try TensorSegment(payload: payloads[0]).isFinal)
    }

    @Test(arguments: [
        Limits.tensorChunkByteCount - 1, Limits.tensorChunkByteCount,
        Limits.tensorChunkByteCount + 1, 3 * Limits.tensorChunkByteCount,
    ])
    func largeTensorsFallIntoFixedChunks(_ byteCount: Int) throws {
        let tensor = TensorDescriptor(name: "big", type: .uint8, shape: [byteCount])
        let data = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let segments = try tensor.segmentPayloads(data).map { try TensorSegment(payload: $0) }
        #expect(segments.flatMap { Array($0.data) } == data)
        #expect(segments.dropLast().allSatisfy { $0.data.count == Limits.tensorChunkByteCount })
        #expect(segments.map(\.isFinal) == segments.indices.map { $0 == segments.count - 1 })
    }

    @Test func dataThatDoesNotFitTheShapeIsOurMistake() {
        #expect(throws: WireError.self) { try descriptor.segmentPayloads([1, 2, 3]) }
        let tooDeep = TensorDescriptor(
            name: "", type: .uint8, shape: Array(repeating: 1, count: 9))
        #expect(throws: WireError.self) { try tooDeep.segmentPayloads([1]) }
        let overflowing = TensorDescriptor(name: "", type: .float32, shape: [.max, 2])
        #expect(throws: WireError.self) { try overflowing.segmentPayloads([]) }
    }

    @Test func everyFieldOutOfOrderIsRefused() throws {
        #expect(try refusal { _ in } == nil)
        #expect(try refusal { $0[0] = 65 }?.contains("data offset") == true)
        #expect(try refusal { $0[0] = 128 }?.contains("data offset") == true)
        #expect(try refusal { $0[0] = 0 }?.contains("data offset") == true)
        #expect(try refusal { $0[4] = 0 }?.contains("element type") == true)
        #expect(try refusal { $0[4] = 7 }?.contains("element type") == true)
        #expect(try refusal { $0[5] = 9 }?.contains("rank") == true)
        #expect(try refusal { $0[5] = 5 }?.contains("name") == true)
        #expect(try refusal { $0[6] = 200 }?.contains("name") == true)
        #expect(try refusal { $0[7] = 200 }?.contains("rank") == true)
        #expect(try refusal { $0[48] = 0xFF }?.contains("name") == true)
        #expect(try refusal { $0[63] = 1 }?.contains("name") == true)
        #expect(try refusal { $0[16] = 23 }?.contains("stated") == true)
        #expect(try refusal { $0[39] = 0x80 }?.contains("extent") == true)
        #expect(try refusal { $0[39] = 0x70 }?.contains("stated") == true)
        #expect(try refusal { $0[24] = 4 }?.contains("start") == true)
        #expect(try refusal { $0.removeLast() }?.contains("expected 24") == true)
        #expect(try refusal { $0.append(0) }?.contains("expected 24") == true)
        #expect(try refusal { $0 = Array($0[..<63]) }?.contains("at least 64") == true)
    }

    @Test func randomDamageNeverTraps() throws {
        var generator = SeededGenerator(seed: 4)
        let original = try payload()
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<2 {
                bytes[.random(in: 0..<64, using: &generator)] =
                    .random(in: 0...255, using: &generator)
            }
            if let segment = try? TensorSegment(payload: bytes) {
                #expect(segment.descriptor.byteCount == segment.totalByteCount)
            }
        }
    }
}

@Suite struct TensorAssemblerTests {
    private let tensor = TensorDescriptor(name: "t", type: .uint8, shape: [600_000])

    private func frames() throws -> [Frame] {
        let data = [UInt8](repeating: 5, count: 600_000)
        let payloads = try tensor.segmentPayloads(data)
        return payloads.enumerated().map { index, payload in
            Frame(
                .tensor, streamID: 1, flags: index < payloads.count - 1 ? .more : [],
                payload: payload)
        }
    }

    @Test func segmentsJoinToTheWhole() throws {
        var assembler = TensorAssembler(byteLimit: 600_000)
        let parts = try frames()
        #expect(parts.count == 3)
        #expect(try assembler.append(parts[0]) == nil)
        #expect(assembler.isInsideTensor)
        #expect(try assembler.append(parts[1]) == nil)
        let whole = try #require(try assembler.append(parts[2]))
        #expect(whole.descriptor == tensor)
        #expect(whole.data.count == 600_000)
        #expect(!assembler.isInsideTensor)
    }

    @Test func missingRepeatedAndForeignSegmentsAreRefused() throws {
        let parts = try frames()
        var assembler = TensorAssembler(byteLimit: 600_000)
        #expect(throws: TensorError.self) { try assembler.append(parts[1]) }
        _ = try assembler.append(parts[0])
        #expect(throws: TensorError.self) { try assembler.append(parts[0]) }
        #expect(throws: TensorError.self) { try assembler.append(parts[2]) }
        var other = tensor
        other.name = "u"
        let foreign = try other.segmentPayloads([UInt8](repeating: 0, count: 600_000))[1]
        #expect(throws: TensorError.self) {
            try assembler.append(Frame(.tensor, streamID: 1, flags: .more, payload: foreign))
        }
    }

    @Test func moreMustAgreeWithTheLength() throws {
        let parts = try frames()
        var assembler = TensorAssembler(byteLimit: 600_000)
        #expect(throws: TensorError.self) {
            try assembler.append(Frame(.tensor, streamID: 1, payload: parts[0].payload))
        }
    }

    @Test func tensorOverTheLimitIsRefusedOnItsFirstSegment() throws {
        var assembler = TensorAssembler(byteLimit: 599_999)
        let first = try frames()[0]
        #expect(throws: TensorError.self) { try assembler.append(first) }
    }
}
