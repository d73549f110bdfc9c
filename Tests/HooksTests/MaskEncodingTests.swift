import Testing

@testable import Hooks

@Suite struct MaskEncodingTests {
    @Test func formsAreTheseBytes() {
        #expect(MaskEncoding.encode(IndexRanges([3..<100])) == [1, 100, 1, 3, 96])
        #expect(MaskEncoding.encode(IndexRanges([])) == [3, 0])
        #expect(MaskEncoding.encode(IndexRanges([]), below: 100) == [1, 100, 0])
        #expect(
            MaskEncoding.encode(IndexRanges(indices: [3, 200, 300])) == [
                2, 0xAD, 0x02, 3, 3, 0xC4, 0x01, 0x63,
            ])
        #expect(MaskEncoding.encode(IndexRanges(indices: [1, 3, 5, 7, 9])) == [3, 10, 0xAA, 0x02])
    }

    @Test func randomSetsReadBack() throws {
        var random = RandomPlans(seed: 11)
        for _ in 0..<500 {
            let bound = 1 + random.below(5000)
            let density = 1 + random.below(40)
            let set = IndexRanges(
                indices: (0..<bound).filter { _ in random.below(density) == 0 })
            let bytes = MaskEncoding.encode(set, below: bound)
            #expect(try MaskEncoding.decode(bytes) == set)
            #expect(bytes.count <= (bound + 7) / 8 + 5)
        }
    }

    @Test func theSmallestFormIsTaken() {
        #expect(MaskEncoding.encode(IndexRanges([0..<10_000]))[0] == 1)
        #expect(MaskEncoding.encode(IndexRanges(indices: [5, 90, 700]), below: 10_000)[0] == 2)
        let every = IndexRanges(indices: stride(from: 0, to: 10_000, by: 2))
        #expect(MaskEncoding.encode(every)[0] == 3)
    }

    /// 32 layers × 14,336 neurons: 57,344 bytes of bitmap and at most 8 of header.
    @Test func noMaskOfAnEightBillionModelExceedsItsBitmap() throws {
        let universe = 32 * 14_336
        var random = RandomPlans(seed: 12)
        let patterns: [(Int) -> Bool] = [
            { $0.isMultiple(of: 2) }, { !$0.isMultiple(of: 7) }, { $0 % 9 < 4 }, { _ in true },
            { $0.isMultiple(of: 8) }, { _ in random.below(2) == 0 }, { _ in random.below(9) == 0 },
        ]
        for pattern in patterns {
            let set = IndexRanges(indices: (0..<universe).filter(pattern))
            let bytes = MaskEncoding.encode(set, below: universe)
            #expect(bytes.count <= 57_344 + 8)
            #expect(try MaskEncoding.decode(bytes) == set)
        }
    }

    static let malformed: [([UInt8], String)] = [
        ([], "it ends before the form (at byte 0)"),
        ([0, 1], "form 0 is not 1 (ranges), 2 (gaps) or 3 (bitmap)"),
        ([4, 1], "form 4 is not 1 (ranges), 2 (gaps) or 3 (bitmap)"),
        ([1], "it ends before the universe (at byte 1)"),
        (
            [1, 0x80, 0x80, 0x80, 0x80, 1],
            "the universe is a varint of more than 28 bits (at byte 5)"
        ),
        ([1, 0x80, 0x00], "the universe is a padded varint (at byte 3)"),
        ([1, 10, 1, 3], "1 ranges need 2 bytes, 1 are left (at byte 3)"),
        ([1, 10, 200, 1, 0, 0], "200 ranges need 400 bytes, 2 are left (at byte 4)"),
        ([1, 10, 1, 3, 7], "a range ends beyond the universe 10 (at byte 5)"),
        ([1, 10, 1, 11, 0], "a range ends beyond the universe 10 (at byte 5)"),
        ([1, 10, 2, 0, 1, 0, 1], "two ranges touch (at byte 7)"),
        ([1, 10, 1, 3, 6, 0], "1 bytes follow its end (at byte 5)"),
        ([2, 10, 3, 0, 0], "3 indices need as many bytes, 2 are left (at byte 3)"),
        ([2, 10, 1, 10], "an index is beyond the universe 10 (at byte 4)"),
        ([2, 2, 3, 0, 0, 0], "an index is beyond the universe 2 (at byte 6)"),
        ([3, 10, 0xFF], "a bitmap of 10 bits has 2 bytes, 1 are left (at byte 2)"),
        ([3, 10, 0xFF, 0x04], "a bit is set beyond the universe 10 (at byte 4)"),
        ([3, 8, 0xFF, 0], "a bitmap of 8 bits has 1 bytes, 2 are left (at byte 2)"),
    ]

    @Test(arguments: malformed)
    func malformedBytesAreRefused(bytes: [UInt8], reason: String) throws {
        let error = try #require(throws: HookError.self) { try MaskEncoding.decode(bytes) }
        #expect(error.description == "a mask does not decode: \(reason)")
    }

    @Test func universesBeyondTheLimitAreRefusedBeforeAnythingIsAllocated() throws {
        let error = try #require(throws: HookError.self) {
            try MaskEncoding.decode([3, 0xFF, 0xFF, 0xFF, 0x7F])
        }
        #expect(error.reason == "HOOK_OVER_LIMIT")
        #expect(throws: HookError.self) { try MaskEncoding.decode([1, 11, 1, 0, 0], limit: 10) }
        #expect(throws: Never.self) { try MaskEncoding.decode([1, 10, 1, 0, 0], limit: 10) }
    }

    @Test func randomBytesNeverCrashTheDecoder() {
        var random = RandomPlans(seed: 13)
        for _ in 0..<20_000 {
            var bytes = (0..<random.below(24)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if !bytes.isEmpty { bytes[0] = UInt8(1 + random.below(3)) }
            guard let set = try? MaskEncoding.decode(bytes) else { continue }
            #expect((set.ranges.last?.upperBound ?? 0) <= HookLimits.maskUniverse)
        }
    }
}
