import Testing

@testable import Studies

@Suite("Exact fractions") struct RationalTests {
    @Test(
        "decimals are read exactly",
        arguments: [
            ("18", "18"), ("-3", "-3"), ("39.0", "39"), ("11.50", "11.5"), (".5", "0.5"),
            ("+7", "7"), ("1e3", "1000"), ("25e-1", "2.5"), ("-0.25", "-0.25"), ("0", "0"),
            ("-0", "0"), ("5.", "5"),
        ])
    func decimals(text: String, description: String) {
        #expect(Rational(decimal: text)?.description == description)
    }

    @Test(
        "what is no decimal is refused",
        arguments: [
            "", ".", "-", "1,000", "1.2.3", "abc", "1 2", "--1", "1e", "1e99", "٣",
            "9999999999999999999999999999999999999999999",
        ])
    func noDecimals(text: String) {
        #expect(Rational(decimal: text) == nil)
    }

    @Test("arithmetic is exact, and nil where a result does not fit")
    func arithmetic() throws {
        let third = try #require(Rational(1, over: 3))
        #expect(third + third == Rational(2, over: 3))
        #expect(third * Rational(3) == .one)
        #expect(Rational(2, over: -4)?.description == "-0.5")
        #expect(third.description == "1/3")
        #expect(Rational(1, over: 0) == nil)
        #expect(Rational.zero.inverse == nil)
        #expect(Rational(2).power(100)?.numerator == 1 << 100)
        #expect(Rational(2).power(-2)?.description == "0.25")
        #expect(Rational(.max) + .one == nil)
        #expect(Rational(.max) * Rational(2) == nil)
        #expect(Rational(2).power(127) == nil)
    }
}
