internal import StrictJSON

/// Finds added tokens in a text: the leftmost first, and of those that begin there the longest.
struct AddedTokenMatcher: Sendable {
    /// A trie: node and byte to child; the root is node 0.
    private var edges = PairTable(minimumCapacity: 64)
    private var nodeCount: UInt32 = 1
    /// The token that ends at each node, as a position in `tokens`, or -1.
    private var tokenAtNode: [Int32] = [-1]
    private var tokens: [AddedToken] = []
    private var isFirstByte = [Bool](repeating: false, count: 256)

    /// A part of the text: a token, or text between tokens.
    struct Section {
        var range: Range<Int>
        /// The token, or nil for text.
        var token: Int32?
    }

    /// Whether there is nothing to find.
    var isEmpty: Bool { tokens.isEmpty }

    /// Adds a token; an empty spelling is nowhere to be found, and of equal ones the first counts.
    mutating func add(_ token: AddedToken, spelling: some Sequence<UInt8>) {
        var node: UInt32 = 0
        for byte in spelling {
            if node == 0 { isFirstByte[Int(byte)] = true }
            node = child(of: node, byte)
        }
        guard node != 0, tokenAtNode[Int(node)] < 0 else { return }
        tokenAtNode[Int(node)] = Int32(tokens.count)
        tokens.append(token)
    }

    private mutating func child(of node: UInt32, _ byte: UInt8) -> UInt32 {
        if let found = edges.find(node, UInt32(byte)) { return found.first }
        let new = nodeCount
        nodeCount += 1
        edges.insertIfAbsent(node, UInt32(byte), first: new, second: 0)
        tokenAtNode.append(-1)
        return new
    }

    /// Cuts a text into tokens and what lies between them; empty stretches are left out.
    ///
    /// A match that does not count (a special token without `parseSpecial`, a single word within
    /// a word) is passed over as a whole, as the reference implementation does.
    func sections(of text: [UInt8], parseSpecial: Bool) -> [Section] {
        var sections: [Section] = []
        var textStart = 0
        var position = 0
        while !isEmpty, position < text.count {
            guard isFirstByte[Int(text[position])], let match = longestMatch(in: text, at: position)
            else {
                position += 1
                continue
            }
            let found = position..<match.end
            position = match.end
            guard counts(match.token, at: found, in: text, parseSpecial: parseSpecial) else {
                continue
            }
            let range = widened(found, match.token, in: text, from: textStart)
            if textStart < range.lowerBound {
                sections.append(Section(range: textStart..<range.lowerBound, token: nil))
            }
            sections.append(Section(range: range, token: match.token.id))
            textStart = range.upperBound
            position = max(position, textStart)
        }
        if textStart < text.count {
            sections.append(Section(range: textStart..<text.count, token: nil))
        }
        return sections
    }

    private func longestMatch(
        in text: [UInt8], at start: Int
    ) -> (token: AddedToken, end: Int)? {
        var node: UInt32 = 0
        var best: (token: AddedToken, end: Int)?
        for index in start..<text.count {
            guard let edge = edges.find(node, UInt32(text[index])) else { break }
            node = edge.first
            let token = tokenAtNode[Int(node)]
            if token >= 0 { best = (tokens[Int(token)], index + 1) }
        }
        return best
    }

    private func counts(
        _ token: AddedToken, at range: Range<Int>, in text: [UInt8], parseSpecial: Bool
    ) -> Bool {
        if token.isSpecial, !parseSpecial { return false }
        guard token.isSingleWord else { return true }
        let touchesBefore = scalarBefore(range.lowerBound, in: text)?.isWordCharacter ?? false
        let touchesAfter =
            range.upperBound < text.count
            && UTF8Check.scalar(in: text, at: range.upperBound).0.isWordCharacter
        return !touchesBefore && !touchesAfter
    }

    /// The match with the white space that the token swallows.
    private func widened(
        _ range: Range<Int>, _ token: AddedToken, in text: [UInt8], from limit: Int
    ) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while token.stripsLeft, lower > limit, let scalar = scalarBefore(lower, in: text),
            scalar.properties.isWhitespace
        {
            lower -= UTF8.width(scalar)
        }
        while token.stripsRight, upper < text.count {
            let (scalar, byteCount) = UTF8Check.scalar(in: text, at: upper)
            guard scalar.properties.isWhitespace else { break }
            upper += byteCount
        }
        return lower..<upper
    }

    private func scalarBefore(_ offset: Int, in text: [UInt8]) -> Unicode.Scalar? {
        guard offset > 0 else { return nil }
        var start = offset - 1
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        return UTF8Check.scalar(in: text, at: start).0
    }
}
