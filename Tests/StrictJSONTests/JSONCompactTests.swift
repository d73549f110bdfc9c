import Testing

@testable import StrictJSON

@Suite struct JSONCompactTests {
    @Test func membersKeepTheirOrderAndNothingIsAdded() throws {
        let text = #" { "b" : [ 1.50 , true , null ] , "a" : { } , "" : "x" } "#
        let value = try JSONValue(parsing: Array(text.utf8), limits: .test)
        #expect(value.compact == #"{"b":[1.50,true,null],"a":{},"":"x"}"#)
    }

    @Test func onlyWhatMustBeIsEscaped() {
        #expect(
            JSONValue.text("\"\\/\n\r\t\u{8}\u{0}\u{1F}\u{7F}é😀").compact
                == #""\"\\/\n\r\t\u0008\u0000\u001f"# + "\u{7F}é😀\"")
        #expect(JSONValue.object(["a\"b": .null]).compact == #"{"a\"b":null}"#)
    }

    @Test func everyRandomValueReadsBack() throws {
        var random = SeededGenerator(state: 11)
        for _ in 0..<500 {
            let value = Self.value(depth: 0, &random)
            let read = try JSONValue(parsing: Array(value.compact.utf8), limits: .test)
            #expect(read == value)
            #expect(read.compact == value.compact)
        }
    }

    private static func value(depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth < 4 ? 7 : 4), using: &random) {
        case 0: .bool(Bool.random(using: &random))
        case 1: .integer(Int64.random(in: .min ... .max, using: &random))
        case 2: .number(JSONNumber(validated: "\(Double.random(in: -1...1, using: &random))"))
        case 3: .string(string(&random))
        case 4: .null
        case 5:
            .array(
                (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                    value(depth: depth + 1, &random)
                })
        default:
            .object(
                JSONObject(
                    (0..<Int.random(in: 0..<12, using: &random)).map { index in
                        .init(JSONString("\(index)"), value(depth: depth + 1, &random))
                    }))
        }
    }

    private static func string(_ random: inout SeededGenerator) -> JSONString {
        let scalars = (0..<Int.random(in: 0..<9, using: &random)).map { _ in
            Unicode.Scalar(UInt32.random(in: 0..<0x2FFFF, using: &random)) ?? "\""
        }
        return JSONString(String(String.UnicodeScalarView(scalars)))
    }
}
