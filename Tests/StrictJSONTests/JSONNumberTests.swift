import Testing

@testable import StrictJSON

@Suite struct JSONNumberTests {
    private func parse(_ text: String) throws -> JSONNumber {
        try #require(try JSONValue(parsing: Array(text.utf8), limits: .test).numberValue)
    }

    @Test(arguments: ["0", "-0", "1.50", "1E5", "1e-5", "18446744073709551615", "0.1000"])
    func spellingsAreKept(_ text: String) throws {
        #expect(try parse(text).spelling == text)
        #expect(try parse(" \(text)\n") == parse(text))
        #expect(JSONNumber(spelling: text)?.spelling == text)
        #expect(JSONValue.number(try parse(text)).compact == text)
    }

    @Test func integersAreExactTo64Bits() throws {
        #expect(try parse("9223372036854775807").int64 == .max)
        #expect(try parse("-9223372036854775808").int64 == .min)
        #expect(try parse("9223372036854775808").int64 == nil)
        #expect(try parse("9223372036854775808").uint64 == 1 << 63)
        #expect(try parse("18446744073709551615").uint64 == .max)
        #expect(try parse("18446744073709551616").uint64 == nil)
        #expect(try parse("-1").uint64 == nil)
        #expect(try parse("9007199254740993").int64 == 9_007_199_254_740_993)
        #expect(try parse("9223372036854775808").double == 9.223372036854775808e18)
    }

    @Test(arguments: ["1.0", "1e3", "-2E0", "0.5"])
    func whatHasAFractionOrAnExponentIsNoInteger(_ text: String) throws {
        let number = try parse(text)
        #expect(!number.isIntegral && number.int64 == nil && number.uint64 == nil)
        #expect(number.double == Double(text))
        #expect(JSONValue.number(number).kind == "a fractional number")
    }

    @Test func aSpellingGivesTheNearestFloatWhereADoubleDoesNot() throws {
        // Just above the middle of 1 and the next float; as a double it is the middle.
        let number = try parse("1.00000005960464477539062501")
        #expect(Float(number.spelling) == Float(1).nextUp)
        #expect(Float(number.double) == 1)
    }

    @Test(arguments: [
        "", " 1", "1 ", "+1", "01", "1.", "inf", "nan", "NaN", "1e999", "0x1", "1,2", "[1]",
        "\"1\"", "null",
    ])
    func onlyNumbersOfTheGrammarAreTaken(_ text: String) {
        #expect(JSONNumber(spelling: text) == nil)
    }

    @Test func integersSpellThemselves() {
        #expect(JSONNumber(UInt64.max).spelling == "18446744073709551615")
        #expect(JSONNumber(-7).int64 == -7)
        #expect(JSONValue.integer(7).integerValue == 7)
        #expect(JSONValue.integer(7).kind == "an integer")
    }

    @Test func numbersAreEqualIfTheyAreSpelledEqually() throws {
        #expect(try parse("1") == JSONNumber(1))
        #expect(try parse("1.0") != JSONNumber(1))
    }
}
