import Testing
@testable import Tokenizer

@Suite struct SplitPatternTests {
    private func words(_ pattern: SplitPattern, _ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var ends: [Int] = []
        pattern.appendEnds(of: bytes, 0..<bytes.count, to: &ends)
        var start = 0
        return ends.map { end in
            defer { start = end }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
    }

    @Test(arguments: [
        ("Hello world", ["Hello", " world"]),
        ("I'll don'T", ["I", "'ll", " don", "'", "T"]),
        ("a  b", ["a", " ", " b"]), ("a \n b", ["a", " \n", " b"]), ("a  ", ["a", "  "]),
        ("x123 456!?", ["x", "123", " 456", "!?"]), ("\n\nx", ["\n", "\n", "x"]),
        ("\tx", ["\t", "x"]), ("é½²", ["é", "½²"]), (" 'sx", [" '", "sx"]),
        ("a\u{3000}b", ["a", "\u{3000}", "b"]), ("'re'vex", ["'re", "'ve", "x"]),
    ])
    func gpt2(_ text: String, _ expected: [String]) {
        #expect(words(.gpt2, text) == expected)
    }

    @Test(arguments: [
        ("Hello world", ["Hello", " world"]), ("I'LL don'T", ["I", "'LL", " don", "'T"]),
        ("a'ſb", ["a", "'ſ", "b"]), ("12345", ["123", "45"]), ("x 1", ["x", " ", "1"]),
        ("\tx", ["\tx"]), ("(x)", ["(x", ")"]), ("!!\n\nx", ["!!\n\n", "x"]),
        (" \n  x", [" \n", " ", " x"]), ("a \n\n ", ["a", " \n\n", " "]),
        ("  !", [" ", " !"]), ("\r\n", ["\r\n"]), (" ", [" "]), ("\n1", ["\n", "1"]),
        ("...  ", ["...", "  "]), ("\u{A0}x", ["\u{A0}x"]),
    ])
    func llama3(_ text: String, _ expected: [String]) {
        #expect(words(.llama3, text) == expected)
    }

    @Test func qwen2TakesNumbersApart() {
        #expect(words(.qwen2, "a 12'm") == ["a", " ", "1", "2", "'m"])
    }

    @Test(arguments: SplitPattern.allCases)
    func matchesCoverAnyText(_ pattern: SplitPattern) {
        var random = SeededGenerator(state: 3)
        let alphabet = Array(" \n\r\t'sStTlLaZ019.!é½中\u{A0}\u{300}ſ".unicodeScalars)
        for _ in 0..<500 {
            var text = ""
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                text.unicodeScalars.append(alphabet.randomElement(using: &random)!)
            }
            let parts = words(pattern, text)
            #expect(parts.joined().utf8.elementsEqual(text.utf8))
            #expect(!parts.contains(""))
        }
    }

    @Test func expressionsAreRecognisedByTheirExactBytes() {
        for pattern in SplitPattern.allCases {
            for expression in pattern.regularExpressions {
                #expect(SplitPattern(regularExpression: expression) == pattern)
                #expect(SplitPattern(regularExpression: expression + "|x") == nil)
            }
        }
    }
}
