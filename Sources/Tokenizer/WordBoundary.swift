/// Where a text without a pre-tokenizer may be cut all the same: before each metaspace that begins
/// a word.
///
/// If no token holds a metaspace after another character, no merge crosses such a place, so words
/// can be merged one by one with the same result. A long text then takes no longer per byte than
/// a short one, as everything about a word stays in the processor's cache.
struct WordBoundary: Sendable {
    private static let metaspace = Array("▁".utf8)

    /// The boundary, or nil if cutting there could change the tokens of a text.
    init?(_ specification: TokenizerSpecification, _ index: PieceIndex, _ isInText: [Bool]) {
        guard specification.preTokenizer.isEmpty, index.find(Self.metaspace) != nil else {
            return nil
        }
        if case .unigram = specification.merges { return nil }
        let names = specification.names
        for id in 0..<names.count where isInText[id] {
            if Self.hasBoundary(names.bytes, names.range(id)) { return nil }
        }
    }

    private static func hasBoundary(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        range.dropFirst().contains { isBoundary(bytes, at: $0, from: range.lowerBound) }
    }

    /// Whether a metaspace begins at `index` and none ends there.
    private static func isBoundary(_ bytes: [UInt8], at index: Int, from start: Int) -> Bool {
        isMetaspace(bytes, index) && !(index - start >= 3 && isMetaspace(bytes, index - 3))
    }

    private static func isMetaspace(_ bytes: [UInt8], _ index: Int) -> Bool {
        bytes[index] == metaspace[0] && index + 2 < bytes.count
            && bytes[index + 1] == metaspace[1] && bytes[index + 2] == metaspace[2]
    }

    /// The end of the word that begins at `start`.
    func endOfWord(in text: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < text.count {
            if text[index] == Self.metaspace[0], Self.isBoundary(text, at: index, from: start) {
                return index
            }
            index += 1
        }
        return text.count
    }
}
