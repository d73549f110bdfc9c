import Testing

@testable import StrictJSON

@Suite struct JSONReaderTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8), limits: .test)
    }

    private func reason(_ bytes: [UInt8]) -> JSONError.Reason? {
        do throws(JSONError) {
            _ = try JSONValue(parsing: bytes, limits: .test)
            return nil
        } catch {
            return error.reason
        }
    }

    private func reason(_ text: String) -> JSONError.Reason? { reason(Array(text.utf8)) }

    @Test func everyKindOfValueIsRead() throws {
        let value = try parse(
            " {\"a\": [1, -2.5, true, false, null, \"x\"], \"b\": {}, \"c\": []} \n")
        #expect(value["a"]?.arrayValue?.count == 6)
        #expect(value["a"]?.arrayValue?[0] == .integer(1))
        #expect(value["a"]?.arrayValue?[1].doubleValue == -2.5)
        #expect(value["a"]?.arrayValue?[2...] == [.bool(true), .bool(false), .null, .text("x")])
        #expect(value["b"]?.objectValue?.count == 0)
        #expect(value.objectValue?.keys == ["a", "b", "c"])
        #expect(value["missing"] == nil)
    }

    @Test(arguments: [
        "01", "-", "1.", ".5", "1e", "1e+", "+1", "0x1", "NaN", "-NaN", "Infinity", "-Infinity",
        "--1",
    ])
    func malformedNumbersAreRefused(_ text: String) {
        #expect(reason(text) != nil)
    }

    @Test func anOverflowingNumberIsRefused() {
        #expect(reason("1e999") == .numberOutOfRange)
        #expect(reason("-1" + String(repeating: "0", count: 308)) == nil)
        #expect(reason("-1" + String(repeating: "0", count: 309)) == .numberOutOfRange)
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity", "[1,NaN]"])
    func whatIsNotANumberOfJSONIsNamedInTheMessage(_ text: String) throws {
        let error = try #require(throws: JSONError.self) { try parse(text) }
        #expect(error.description.contains("no NaN, no Infinity"))
    }

    @Test func escapesAndSurrogatePairsAreResolved() throws {
        let value = try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83e\udd99\u0000""#)
        #expect(
            value.stringValue?.bytes
                == Array("\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{1F999}\u{0}".utf8))
    }

    @Test(arguments: [
        #""\ud83e""#, #""\ud83ex""#, #""\udd99""#, #""\ud83e\ud83e""#, #""\ud83e\n""#,
    ])
    func loneSurrogatesAreRefused(_ text: String) {
        #expect(reason(text) == .loneSurrogate)
    }

    @Test(arguments: [#""\x""#, #""\u12""#, #""\u12g4""#])
    func badEscapesAreRefused(_ text: String) {
        #expect(reason(text) == .badEscape)
    }

    @Test func rawControlCharactersInStringsAreRefused() {
        #expect(reason("\"a\nb\"") == .controlCharacterInString(0x0A))
        #expect(reason("\"\0\"") == .controlCharacterInString(0))
    }

    @Test func canonicallyEquivalentKeysStayApart() throws {
        let value = try parse("{\"\u{E9}\": 1, \"e\u{301}\": 2}")
        #expect(value["\u{E9}"] == .integer(1))
        #expect(value["e\u{301}"] == .integer(2))
    }

    @Test func duplicateKeysAreRefusedInSmallAndLargeObjects() {
        #expect(reason(#"{"a":1,"\u0061":2}"#) == .duplicateKey("a"))
        let many = (0..<100).map { "\"k\($0)\":0" }.joined(separator: ",")
        #expect(reason("{\(many)}") == nil)
        #expect(reason("{\(many),\"k7\":1}") == .duplicateKey("k7"))
    }

    @Test func nestingOf100000LevelsIsAnErrorAndNoCrash() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = String(repeating: open, count: 100_000)
            #expect(reason(deep) == .tooDeep(limit: 128))
            #expect(reason(deep + "1" + String(repeating: close, count: 100_000)) != nil)
        }
        let allowed = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(reason(allowed) == nil)
    }

    @Test func limitsOnSizeAndPopulationHold() {
        let limits = JSONLimits(maximumByteCount: 20, maximumDepth: 2, maximumValueCount: 4)
        func parse(_ text: String) throws(JSONError) {
            _ = try JSONValue(parsing: Array(text.utf8), limits: limits)
        }
        #expect(throws: Never.self) { try parse("[1,2,3]") }
        #expect(throws: JSONError(.tooManyValues(limit: 4), at: 7)) { try parse("[1,2,3,4]") }
        #expect(throws: JSONError(.tooLarge(byteCount: 21, limit: 20), at: 0)) {
            try parse("\"0123456789012345678\"")
        }
    }

    @Test func everyTruncationOfATextIsRefused() {
        let text = Array(#"{"key": [1.5e3, "va\u00e9\n", {"x": null}], "t": true}"#.utf8)
        #expect(reason(text) == nil)
        for count in 0..<text.count {
            #expect(reason(Array(text[..<count])) != nil, "\(count) bytes")
        }
    }

    @Test(arguments: [
        "", " ", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "[1 2]", "tru", "nul", "[1]x", "{} {}",
        "'a'",
        "/*c*/1", "\u{FEFF}1", "{\"a\"}", "[,1]",
    ])
    func whatIsNotJSONIsRefused(_ text: String) {
        #expect(reason(text) != nil)
    }

    @Test func invalidUTF8IsRefusedWithItsOffset() {
        #expect(throws: JSONError(.invalidUTF8, at: 2)) {
            try JSONValue(parsing: [0x22, 0x61, 0xFF, 0x22], limits: .test)
        }
        #expect(reason([0x22, 0xED, 0xA0, 0x80, 0x22]) == .invalidUTF8)
    }

    @Test func mutatedTextsNeverCrash() {
        var random = SeededGenerator(state: 7)
        let text = Array(#"{"a":[1,2.5,"\ud83e\udd99é",true],"b":{"c":null}}"#.utf8)
        var refused = 0
        for _ in 0..<3000 {
            var mutated = text
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<mutated.count, using: &random)
                mutated[index] = UInt8.random(in: 0...255, using: &random)
            }
            if reason(mutated) != nil { refused += 1 }
        }
        #expect(refused > 1000)
    }

    @Test func theOffsetOfASecondKeyIsItsQuote() {
        #expect(throws: JSONError(.duplicateKey("a"), at: 8)) { try parse(#"{"a": 1,"a": 2}"#) }
    }

    @Test func messagesNameTheOffsetAndWhatIsExpected() {
        let error = JSONError(.unexpectedByte(0x27, expected: "a value"), at: 4)
        #expect(error.description == "JSON at byte 4: found ''' where a value was expected")
    }

    @Test func placesAreCountedInLinesAndColumns() throws {
        let text = Array("{\n  \"a\": 1,\n  \"b\": ?\n}".utf8)
        let error = try #require(throws: JSONError.self) {
            try JSONValue(parsing: text, limits: .test)
        }
        #expect(error == JSONError(.unexpectedByte(0x3F, expected: "a value"), at: 19))
        #expect(error.place(in: text).description == "line 3, column 8")
        for (offset, place) in [(0, (1, 1)), (1, (1, 2)), (2, (2, 1)), (text.count, (4, 2))] {
            let found = JSONError(.badNumber, at: offset).place(in: text)
            #expect((found.line, found.column) == place)
        }
    }
}
