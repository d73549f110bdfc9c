import Testing

@testable import ModelFile

@Suite struct CheckedSizeTests {
    @Test func takesOnlyNumbersThatFit() {
        #expect(CheckedSize(UInt64(Int.max))?.value == .max)
        #expect(CheckedSize(UInt64(Int.max) + 1) == nil)
        #expect(CheckedSize(UInt64.max) == nil)
        #expect(CheckedSize(-1) == nil)
    }

    @Test func operationsAnswerNilInsteadOfWrapping() throws {
        let half = try #require(CheckedSize(Int.max / 2 + 1))
        #expect(half.multiplied(by: 2) == nil)
        #expect(half.adding(half.value) == nil)
        #expect(CheckedSize(Int.max)?.roundedUp(toMultipleOf: 32) == nil)
        #expect(CheckedSize(3)?.multiplied(by: -1) == nil)
    }

    @Test func aProductThatWrapsToZeroIsNoProduct() {
        #expect(CheckedSize.product(of: [1 << 32, 1 << 32]) == nil)
        #expect(CheckedSize.product(of: [1 << 21, 1 << 21, 1 << 22]) == nil)
        #expect(CheckedSize.product(of: [3, 4, 5])?.value == 60)
        #expect(CheckedSize.product(of: [])?.value == 1)
    }

    @Test func roundsUpAndDividesExactly() {
        #expect(CheckedSize(33)?.roundedUp(toMultipleOf: 32)?.value == 64)
        #expect(CheckedSize(64)?.roundedUp(toMultipleOf: 32)?.value == 64)
        #expect(CheckedSize(64)?.dividedExactly(by: 32)?.value == 2)
        #expect(CheckedSize(65)?.dividedExactly(by: 32) == nil)
        #expect(CheckedSize(64)?.dividedExactly(by: 0) == nil)
    }

    @Test func rangesStayBelowTheirLimit() {
        #expect(Range.checked(start: 4, count: 4, limit: 8) == 4..<8)
        #expect(Range.checked(start: 4, count: 5, limit: 8) == nil)
        #expect(Range.checked(start: .max, count: 1, limit: .max) == nil)
        #expect(Range.checked(start: -1, count: 1, limit: 8) == nil)
    }
}
