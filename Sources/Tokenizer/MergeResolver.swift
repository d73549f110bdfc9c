/// Turns merge rules as files spell them into rules between token ids.
struct MergeResolver {
    private let index: PieceIndex

    /// The rules so far, in order of preference.
    private(set) var rules: [MergeRule] = []

    /// Prepares for about `count` rules over the tokens in `index`.
    init(_ index: PieceIndex, count: Int) {
        self.index = index
        rules.reserveCapacity(min(count, TokenizerLimits.mergeCount))
    }

    /// Adds a rule of the form "left right".
    ///
    /// The parts may not hold spaces; in byte-level vocabularies a space is spelled otherwise.
    mutating func add(line: ArraySlice<UInt8>) throws(TokenizerError) {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw error(
                "\(parts.count) parts", Array(line), "expected two parts and one space between")
        }
        try add(Array(parts[0]), Array(parts[1]))
    }

    /// Adds a rule; both parts and what they make must be tokens.
    mutating func add(_ left: [UInt8], _ right: [UInt8]) throws(TokenizerError) {
        try TokenizerSpecification.check(
            rules.count + 1, "the number of merges", TokenizerLimits.mergeCount)
        guard let leftID = index.find(left) else { throw outOfVocabulary(left, left, right) }
        guard let rightID = index.find(right) else { throw outOfVocabulary(right, left, right) }
        let whole = left + right
        guard let result = index.find(whole) else { throw outOfVocabulary(whole, left, right) }
        rules.append(
            MergeRule(left: UInt32(leftID), right: UInt32(rightID), result: UInt32(result)))
    }

    private func outOfVocabulary(
        _ part: [UInt8], _ left: [UInt8], _ right: [UInt8]
    ) -> TokenizerError {
        error(Self.excerpt(part), left + [UInt8(ascii: " ")] + right, "is not in the vocabulary")
    }

    private func error(_ subject: String, _ text: [UInt8], _ reason: String) -> TokenizerError {
        .badMerge(
            index: rules.count, text: Self.excerpt(text), reason: "\"\(subject)\" \(reason)")
    }

    /// The start of a text that a hostile file may have made very long.
    private static func excerpt(_ text: [UInt8]) -> String {
        let limit = 64
        let start = String(decoding: text.prefix(limit), as: UTF8.self)
        return text.count > limit ? start + "…" : start
    }
}
