import Foundation
import StrictJSON
import TestSupport
import Testing
@testable import Tokenizer

/// The expressions against what Hugging Face's implementation cuts, and against our scanners.
@Suite struct SplitExpressionTests {
    private static let fixture: JSONValue = {
        let path = TestData.fixtures.appending(path: "pre-tokenizers.json")
        return try! JSONValue(
            parsing: [UInt8](Data(contentsOf: path)), limits: TokenizerLimits.json)
    }()

    private func lengths(_ pattern: SplitPattern, _ text: [UInt8]) -> [Int] {
        var ends: [Int] = []
        pattern.appendEnds(of: text, 0..<text.count, to: &ends)
        return zip(ends, [0] + ends).map(-)
    }

    private static func pattern(named name: String) -> SplitPattern? {
        SplitPattern.allCases.first { "\($0)" == name }
    }

    @Test func cutsAreThoseOfHuggingFace() throws {
        let texts = try #require(Self.fixture["texts"]?.arrayValue)
        let entries = try #require(Self.fixture["patterns"]?.arrayValue)
        #expect(entries.count == SplitPattern.allCases.count - 1)  // All but .deepseekLetters.
        for entry in entries {
            let name = try #require(entry["name"]?.stringValue?.string)
            let pattern = try #require(Self.pattern(named: name))
            #expect(pattern.regularExpressions[0] == entry["expression"]?.stringValue?.string)
            let cuts = try #require(entry["cuts"]?.arrayValue)
            for (text, cut) in zip(texts, cuts) {
                let bytes = try #require(text.stringValue?.bytes)
                let expected = cut.arrayValue?.compactMap(\.integerValue).map(Int.init)
                #expect(lengths(pattern, bytes) == expected, "\(name): \(text)")
            }
        }
    }

    @Test func wordsOfCasedLettersAreFound() {
        let text = Array("The Ärger,é x中文 Ωμέγα".utf8)
        #expect(lengths(.deepseekLetters, text) == [3, 7, 1, 2, 2, 6, 11])
    }

    @Test(arguments: [SplitPattern.gpt2, .llama3, .qwen2])
    func scannersAgreeWithTheirExpressions(_ pattern: SplitPattern) {
        var random = SeededGenerator(state: 5)
        let alphabet = Array(" \n\r\t'sStTlLreVa019.!é½中\u{A0}\u{300}ſ\u{10400}".unicodeScalars)
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<Int.random(in: 1...16, using: &random) {
                text.unicodeScalars.append(alphabet.randomElement(using: &random)!)
            }
            let bytes = Array(text.utf8)
            var ends: [Int] = []
            pattern.expression.appendEnds(of: bytes, 0..<bytes.count, to: &ends)
            #expect(zip(ends, [0] + ends).map(-) == lengths(pattern, bytes), "\(text)")
        }
    }

    @Test(arguments: SplitPattern.allCases)
    func longRunsAreReadOnce(_ pattern: SplitPattern) {
        // Each of these would take minutes if a run were read again from each of its characters.
        for unit in [" ", "a", "A", "中", "1", ".", "\n", "'", "\u{301}"] {
            let text = Array((String(repeating: unit, count: 20_000) + "x").utf8)
            #expect(lengths(pattern, text).reduce(0, +) == text.count)
        }
    }
}
