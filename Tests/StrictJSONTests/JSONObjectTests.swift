import ExitTesting
import Testing

@testable import StrictJSON

@Suite struct JSONObjectTests {
    @Test(arguments: [3, 8, 9, 200])
    func everyMemberIsFoundAndNoOther(count: Int) {
        let object = JSONObject(
            (0..<count).map { .init(JSONString("k\($0)"), .integer($0)) })
        #expect(object.count == count)
        for index in 0..<count { #expect(object["k\(index)"]?.integerValue == Int64(index)) }
        #expect(object["k"] == nil && object["k\(count)"] == nil)
    }

    @Test func orderMattersForEquality() {
        let object: JSONObject = ["a": .null, "b": .null]
        #expect(object == JSONObject([.init("a", .null), .init("b", .null)]))
        #expect(object != ["b": .null, "a": .null])
        #expect(object.keys == ["a", "b"])
    }

    @Test(.enabled(if: exitTestsAreOn))
    func aKeyThatOccursTwiceInCodeIsATrap() async {
        await #expect(processExitsWith: .failure) {
            _ = JSONObject([.init("a", .null), .init("a", .bool(true))])
        }
    }

    @Test func kindsAreNamedForMessages() {
        let values: [(JSONValue, String)] = [
            (.null, "null"), (.bool(true), "a boolean"), (.integer(1), "an integer"),
            (.text(""), "a string"), (.array([]), "an array"), (.object([:]), "an object"),
        ]
        for (value, kind) in values {
            #expect(value.kind == kind)
            #expect(value.isNull == (kind == "null"))
            #expect((value.boolValue != nil) == (kind == "a boolean"))
            #expect((value.numberValue != nil) == (kind == "an integer"))
            #expect((value.stringValue != nil) == (kind == "a string"))
            #expect((value.arrayValue != nil) == (kind == "an array"))
            #expect((value.objectValue != nil) == (kind == "an object"))
        }
    }
}
