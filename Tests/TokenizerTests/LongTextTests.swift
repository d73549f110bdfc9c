import Testing
@testable import Tokenizer

/// Long texts cost no more per byte than short ones, and give the same tokens.
@Suite struct LongTextTests {
    /// Rules that count how often they are asked.
    private final class CountingRules: MergeRules {
        let rules: RankedRules
        private(set) var count = 0

        init(_ rules: [MergeRule]) { self.rules = RankedRules(rules) }

        func merge(
            _ left: MergeSymbol, _ right: MergeSymbol, in text: [UInt8]
        ) -> (rank: UInt32, id: Int32)? {
            count += 1
            return rules.merge(left, right, in: text)
        }
    }

    @Test(arguments: [1_000, 30_000])
    func mergingAsksForEachPairAFewTimesHoweverLongThePiece(_ length: Int) {
        // Every pair may merge, over and over: 0 0 → 1, 1 1 → 2, …
        let rules = CountingRules(
            (UInt32(0)..<20).map { MergeRule(left: $0, right: $0, result: $0 + 1) })
        var queue = MergeQueue()
        for start in 0..<length { queue.append(id: 0, start: start, byteCount: 1) }
        queue.mergeAll(by: rules, in: [UInt8](repeating: 0x61, count: length))
        #expect(rules.count >= length - 1 && rules.count <= 3 * length)
    }

    @Test(arguments: [SplitPattern.gpt2, .llama3, .qwen2])
    func windowsCutLongTextsAsTheExpressionsDo(_ pattern: SplitPattern) {
        var random = SeededGenerator(state: 41)
        let units = ["word ", "don't", "  ", "\n\n ", "12345", "é", "!?", "\r\n", "中", "'", "L "]
        for _ in 0..<4 {
            var text: [UInt8] = []
            while text.count < 50_000 {
                // Now and then a run that is longer than a window.
                let count = Int.random(in: 0..<400, using: &random) == 0 ? 9_000 : 1
                let unit = units.randomElement(using: &random) ?? " "
                for _ in 0..<count { text += unit.utf8 }
            }
            var found: [Int] = []
            pattern.appendEnds(of: text, 0..<text.count, to: &found)
            var expected: [Int] = []
            pattern.expression.appendEnds(of: text, 0..<text.count, to: &expected)
            #expect(found == expected)
        }
    }

    @Test func wordsAreMergedOneByOneOnlyWhereThatChangesNothing() throws {
        let words = try Small.tokenizer(Small.sentencePiece)
        #expect(words.tables.wordBoundary != nil)
        var vocabulary = Small.sentencePiece
        vocabulary.tokens.append(Array("q▁q".utf8))
        vocabulary.scores?.append(-99)
        vocabulary.types?.append(1)
        let whole = try Small.tokenizer(vocabulary)
        #expect(whole.tables.wordBoundary == nil)
        var random = SeededGenerator(state: 43)
        for _ in 0..<300 {
            let text = String(
                (0..<40).map { _ in "hello  ▁é\n".randomElement(using: &random) ?? "h" })
            #expect(words.encode(text) == whole.encode(text))
        }
    }
}
