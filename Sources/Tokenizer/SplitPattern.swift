internal import StrictJSON

// The expressions that cut texts into words, as hand-written scanners.
//
// The three of the most used families are here; each is a few lines. The others are run from their
// text by `SplitExpression`, which a test holds against these three too.

extension SplitPattern {
    /// Appends the end of each match in `text[range]`, and of each stretch that nothing matches.
    func appendEnds(of text: [UInt8], _ range: Range<Int>, to ends: inout [Int]) {
        switch self {
        case .gpt2:
            Self.appendEnds(of: text, range, to: &ends) { Self.endOfGPT2Match(text, &$0, $1) }
        case .llama3:
            Self.appendEnds(of: text, range, to: &ends) {
                Self.endOfCasedMatch(text, &$0, $1, longestNumber: 3)
            }
        case .qwen2:
            Self.appendEnds(of: text, range, to: &ends) {
                Self.endOfCasedMatch(text, &$0, $1, longestNumber: 1)
            }
        default:
            expression.appendEnds(of: text, range, to: &ends)
        }
    }

    /// Bytes that are classified at a time, so that what is known of them stays in the cache.
    private static let windowByteCount = 1 << 14

    /// Scalars behind a match that may have decided it, when no run has reached further.
    private static let lookahead = 3

    /// Appends the end of each match, classifying one window of the text after the other.
    ///
    /// A match that could be another one if the window were longer begins the next window, which
    /// is twice as long if there was nothing before it.
    private static func appendEnds(
        of text: [UInt8], _ range: Range<Int>, to ends: inout [Int],
        endOfMatch: (inout ClassifiedText, Int) -> Int
    ) {
        var scalars = ClassifiedText()
        var start = range.lowerBound
        var byteCount = windowByteCount
        while start < range.upperBound {
            var end = min(start + byteCount, range.upperBound)
            while end < range.upperBound, text[end] & 0xC0 == 0x80 { end += 1 }
            scalars.read(text, start..<end)
            var index = 0
            while index < scalars.count {
                scalars.hasReachedEnd = false
                let next = endOfMatch(&scalars, index)
                let isCertain = !scalars.hasReachedEnd && next + lookahead <= scalars.count
                guard isCertain || end == range.upperBound else { break }
                ends.append(scalars.offsets[next])
                index = next
            }
            byteCount = index == 0 ? byteCount * 2 : windowByteCount
            start = scalars.offsets[index]
        }
    }

    private static func endOfGPT2Match(
        _ text: [UInt8], _ scalars: inout ClassifiedText, _ start: Int
    ) -> Int {
        if let end = endOfContraction(text, scalars, start, folding: false) { return end }
        // ` ?` belongs to what follows unless that is white space.
        let isSpace = text[scalars.offsets[start]] == UInt8(ascii: " ")
        let body = isSpace ? start + 1 : start
        if let bodyClass = scalars.classAt(body), !bodyClass.isWhiteSpace {
            return scalars.endOfRun(from: body) { $0 == bodyClass }
        }
        return endOfWhiteSpace(&scalars, start)
    }

    private static func endOfCasedMatch(
        _ text: [UInt8], _ scalars: inout ClassifiedText, _ start: Int, longestNumber: Int
    ) -> Int {
        if let end = endOfContraction(text, scalars, start, folding: true) { return end }
        let first = scalars.classes[start]
        let following = scalars.classAt(start + 1)
        switch first {
        case .letter:
            return scalars.endOfRun(from: start) { $0 == .letter }
        case .number:
            return min(scalars.endOfRun(from: start) { $0 == .number }, start + longestNumber)
        case .space, .other:
            if following == .letter {
                return scalars.endOfRun(from: start + 1) { $0 == .letter }
            }
        case .lineEnd:
            break
        }
        let isSpace = text[scalars.offsets[start]] == UInt8(ascii: " ")
        if first == .other || isSpace && following == .other {
            let end = scalars.endOfRun(from: start + (isSpace ? 1 : 0)) { $0 == .other }
            return scalars.endOfRun(from: end) { $0 == .lineEnd }
        }
        let end = scalars.endOfRun(from: start) { $0.isWhiteSpace }
        // `\s*[\r\n]+` reaches back to the last line end of the white space.
        if let last = scalars.classes[start..<end].lastIndex(of: .lineEnd) { return last + 1 }
        return endOfWhiteSpace(&scalars, start)
    }

    /// `\s+(?!\S)|\s+`: white space, but the last of several goes with the word that follows.
    private static func endOfWhiteSpace(
        _ scalars: inout ClassifiedText, _ start: Int
    ) -> Int {
        let end = scalars.endOfRun(from: start) { $0.isWhiteSpace }
        return end == scalars.count || end == start + 1 ? end : end - 1
    }

    /// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`, or nil.
    private static func endOfContraction(
        _ text: [UInt8], _ scalars: ClassifiedText, _ start: Int, folding: Bool
    ) -> Int? {
        guard text[scalars.offsets[start]] == UInt8(ascii: "'") else { return nil }
        guard let first = letter(text, scalars, start + 1, folding: folding) else { return nil }
        if first == "s" || first == "t" || first == "m" || first == "d" { return start + 2 }
        guard let second = letter(text, scalars, start + 2, folding: folding) else { return nil }
        switch (first, second) {
        case ("r", "e"), ("v", "e"), ("l", "l"): return start + 3
        default: return nil
        }
    }

    /// The letter at an index; folded, upper case is lower case and the long s is an s.
    private static func letter(
        _ text: [UInt8], _ scalars: ClassifiedText, _ index: Int, folding: Bool
    ) -> Unicode.Scalar? {
        guard scalars.classAt(index) == .letter else { return nil }
        let scalar = UTF8Check.scalar(in: text, at: scalars.offsets[index]).0
        guard folding else { return scalar }
        if scalar == "\u{17F}" { return "s" }
        return scalar.isASCII ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar
    }
}
