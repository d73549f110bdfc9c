import Foundation
import Settings
import Testing

@Suite("Values that people write") struct SettingValueTests {
    private static let text = """
        name = "a\\tb"
        count = 3
        factor = 0.5
        on = true
        day = 2026-01-01
        [section]
        list = [1, "x", { a = 2 }]
        """

    @Test("a document has its values, tables within tables")
    func document() throws {
        let values = try SettingValue.parse(toml: Self.text)
        #expect(values["name"] == .text("a\tb") && values["count"] == .integer(3))
        #expect(values["factor"] == .number(0.5) && values["on"] == .flag(true))
        #expect(values["day"] == .other("date"))
        let list = SettingValue.list([.integer(1), .text("x"), .table(["a": .integer(2)])])
        #expect(values["section"] == .table(["list": list]))
        #expect(values["section"]?.asTable?["list"]?.asList?.count == 3 && values.count == 6)
    }

    @Test("a value of a file is what it is, a word what the key expects")
    func reading() {
        #expect(SettingValue.integer(3).asInteger == 3 && SettingValue.integer(3).asNumber == 3)
        #expect(SettingValue.number(3).asInteger == nil && SettingValue.text("3").asInteger == nil)
        #expect(SettingValue.number(.infinity).asNumber == nil)
        let word = SettingValue.word("3")
        #expect(word.asInteger == 3 && word.asNumber == 3 && word.asText == "3")
        #expect(word.asFlag == nil && SettingValue.word("true").asFlag == true)
        #expect(SettingValue.word("a,b").asList == [.word("a"), .word("b")])
        #expect(SettingValue.word("a").asTable == nil && SettingValue.text("a,b").asList == nil)
        #expect(SettingValue.word("nan").asNumber == nil && SettingValue.flag(true).asText == nil)
    }

    @Test("a value is written as TOML reads it")
    func spelling() throws {
        let values: [SettingValue] = [
            .text("\"\\\n\t\u{1}\u{7F}é"), .integer(-3), .number(0.1), .flag(false),
            .list([.text("a"), .integer(1)]),
        ]
        for value in values {
            #expect(try SettingValue.parse(toml: "key = \(value)") == ["key": value])
        }
        #expect("\(SettingValue.table([:]))" == "a table")
        #expect("\(SettingValue.other("date"))" == "a date")
        let table = SettingValue.table(["a": .word("b")])
        let json = try JSONEncoder().encode([SettingValue.list(values), table])
        let read = try JSONSerialization.jsonObject(with: json) as? [Any]
        #expect((read?.first as? [Any])?.count == 5)
        #expect(read?.last as? [String: String] == ["a": "b"])
    }

    @Test("what is no TOML is refused with its place")
    func mistakes() {
        let broken = #expect(throws: TOMLMistake.self) {
            try SettingValue.parse(toml: "a = 1\nb = [\n\"")
        }
        #expect(broken?.place?.line == 3)
        #expect(broken?.description.hasPrefix("line 3, column ") == true)
        let zero = #expect(throws: TOMLMistake.self) {
            try SettingValue.parse(toml: "a = 1\0\nnonsense")
        }
        #expect(zero?.place == nil && zero?.description == "it contains a zero byte")
    }
}
