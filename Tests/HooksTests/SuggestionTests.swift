import Testing

@testable import Hooks

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("", "", 0), ("abc", "", 3), ("", "abc", 3), ("scale", "scael", 1), ("zero", "zreo", 1),
        ("mean", "meen", 1), ("rank", "ranks", 1), ("kitten", "sitting", 3), ("ab", "ba", 1),
    ])
    func theDistanceCountsEdits(left: String, right: String, distance: Int) {
        #expect(Suggestion.editDistance(Array(left.utf8), Array(right.utf8)) == distance)
        #expect(Suggestion.editDistance(Array(right.utf8), Array(left.utf8)) == distance)
    }

    @Test func farNamesAreNotSuggested() {
        #expect(Suggestion.nearest(to: "steer", in: ["zero", "scale"]) == nil)
        #expect(Suggestion.nearest(to: "ZERO", in: ["zero", "scale"]) == "zero")
        #expect(Suggestion.nearest(to: String(repeating: "a", count: 999), in: ["a"]) == nil)
    }
}
