internal import StrictJSON

/// An expression that cuts texts, as alternatives of elements, and the search for its matches.
///
/// This is no general engine: it knows what the expressions of published pre-tokenizers are made
/// of, and is used for those alone (`SplitPattern`), so that no file can bring an expression that
/// takes quadratic time. Elements are tried from left to right, each as long as it can be, and
/// give characters back where the rest does not match: the rules of Oniguruma and of Perl.
struct SplitExpression: Sendable {
    /// One part of an alternative.
    enum Element: Sendable {
        /// Between so many and so many scalars of a set; a possessive run gives none back.
        case run(ScalarSet, ClosedRange<Int>, isPossessive: Bool)
        /// One of several literals, in lower case, compared without regard to case if `folds`.
        case oneOf([[UInt32]], folds: Bool, isOptional: Bool)
        /// The next scalar, which is not consumed, is in the set or not; there may be none.
        case ahead(ScalarSet, isWanted: Bool)
        /// The end of the text, or a line feed.
        case end
    }

    let alternatives: [[Element]]

    /// Appends the end of each match in `text[range]` and of each stretch between matches.
    func appendEnds(of text: [UInt8], _ range: Range<Int>, to ends: inout [Int]) {
        let scalars = ScalarText(text, range)
        var index = 0
        var gapStart = 0
        while index < scalars.count {
            guard let end = endOfMatch(scalars, at: index) else {
                index = nextStart(scalars, after: index)
                continue
            }
            if gapStart < index { ends.append(scalars.offsets[index]) }
            ends.append(scalars.offsets[end])
            index = end
            gapStart = end
        }
        if gapStart < scalars.count { ends.append(range.upperBound) }
    }

    /// Where to try next after nothing matched at `index`.
    ///
    /// An only alternative that begins with an unbounded run has failed for every start within
    /// that run, since it could give back as far as any of them. Without this, `\s+$` would read a
    /// long run of spaces once for each of them.
    private func nextStart(_ text: ScalarText, after index: Int) -> Int {
        guard alternatives.count == 1, case .run(let set, let counts, _)? = alternatives[0].first,
            counts.upperBound == .max
        else { return index + 1 }
        return max(index + 1, text.endOfRun(of: set, from: index, limit: .max))
    }

    private func endOfMatch(_ text: ScalarText, at start: Int) -> Int? {
        for alternative in alternatives {
            if let end = Self.match(alternative[...], text, at: start), end > start { return end }
        }
        return nil
    }

    /// The end of a match of these elements; the depth of the recursion is their count.
    private static func match(
        _ elements: ArraySlice<Element>, _ text: ScalarText, at position: Int
    ) -> Int? {
        guard let first = elements.first else { return position }
        let rest = elements.dropFirst()
        switch first {
        case .run(let set, let counts, let isPossessive):
            let end = text.endOfRun(of: set, from: position, limit: counts.upperBound)
            guard end - position >= counts.lowerBound else { return nil }
            if isPossessive || rest.isEmpty { return match(rest, text, at: end) }
            for candidate in stride(from: end, through: position + counts.lowerBound, by: -1) {
                if let found = match(rest, text, at: candidate) { return found }
            }
            return nil
        case .oneOf(let literals, let folds, let isOptional):
            for literal in literals where text.has(literal, at: position, folds: folds) {
                if let end = match(rest, text, at: position + literal.count) { return end }
            }
            return isOptional ? match(rest, text, at: position) : nil
        case .ahead(let set, let isWanted):
            return text.isIn(set, at: position) == isWanted
                ? match(rest, text, at: position) : nil
        case .end:
            let isAtEnd = position == text.count || text.values[position] == 0x0A
            return isAtEnd ? match(rest, text, at: position) : nil
        }
    }
}

/// The scalars of a UTF-8 text with their attributes.
struct ScalarText {
    /// The byte offset of each scalar, and of the end.
    private(set) var offsets: [Int] = []
    private(set) var values: [UInt32] = []
    private var attributes: [UInt8] = []

    /// Reads `text[range]`, which must be valid UTF-8.
    init(_ text: [UInt8], _ range: Range<Int>) {
        offsets.reserveCapacity(range.count + 1)
        values.reserveCapacity(range.count)
        attributes.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let (scalar, byteCount) = UTF8Check.scalar(in: text, at: position)
            offsets.append(position)
            values.append(scalar.value)
            attributes.append(ScalarTable.attributes(of: scalar))
            position += byteCount
        }
        offsets.append(range.upperBound)
    }

    var count: Int { values.count }

    func isIn(_ set: ScalarSet, at index: Int) -> Bool {
        index < count && set.contains(values[index], attributes[index])
    }

    /// The end of the longest run of a set's scalars, of at most `limit`.
    func endOfRun(of set: ScalarSet, from start: Int, limit: Int) -> Int {
        let bound = limit < count - start ? start + limit : count
        var index = start
        while index < bound, set.contains(values[index], attributes[index]) { index += 1 }
        return index
    }

    func has(_ literal: [UInt32], at start: Int, folds: Bool) -> Bool {
        guard literal.count <= count - start else { return false }
        for (offset, expected) in literal.enumerated() {
            let value = values[start + offset]
            guard (folds ? Self.folded(value) : value) == expected else { return false }
        }
        return true
    }

    /// Upper case of ASCII is lower case, and the long s is an s.
    private static func folded(_ value: UInt32) -> UInt32 {
        if value == 0x17F { return 0x73 }
        return (0x41...0x5A).contains(value) ? value | 0x20 : value
    }
}
