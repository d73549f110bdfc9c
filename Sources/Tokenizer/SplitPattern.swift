internal import StrictJSON

// The expressions that cut texts into words, each as a hand-written scanner.
//
// A general engine for regular expressions would have to match Oniguruma's semantics exactly; three
// expressions cover the model families we read, and each is a few lines.

extension SplitPattern {
    /// What Llama 3 and Qwen2 share, around the one place in which they differ.
    private static func cased(_ contractions: String, numbers: String) -> String {
        contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    private static let gpt2Tail = #"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    private static let foldedContractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"

    /// The expressions under which files spell the pattern.
    var regularExpressions: [String] {
        switch self {
        case .gpt2:
            ["'s|'t|'re|'ve|'m|'ll|'d" + Self.gpt2Tail, "'(?:[sdmt]|ll|ve|re)" + Self.gpt2Tail]
        case .llama3: [Self.cased(Self.foldedContractions, numbers: #"\p{N}{1,3}"#)]
        case .qwen2: [Self.cased(Self.foldedContractions, numbers: #"\p{N}"#)]
        }
    }

    /// Recognises an expression by its exact bytes.
    init?(regularExpression: String) {
        let known = Self.allCases.first { pattern in
            pattern.regularExpressions.contains { $0.utf8.elementsEqual(regularExpression.utf8) }
        }
        guard let known else { return nil }
        self = known
    }

    /// Appends the end of each match in `text[range]`; the matches cover it without gaps.
    func appendEnds(of text: [UInt8], _ range: Range<Int>, to ends: inout [Int]) {
        let scalars = ClassifiedText(text, range)
        var index = 0
        while index < scalars.count {
            index =
                switch self {
                case .gpt2: Self.endOfGPT2Match(text, scalars, index)
                case .llama3: Self.endOfCasedMatch(text, scalars, index, longestNumber: 3)
                case .qwen2: Self.endOfCasedMatch(text, scalars, index, longestNumber: 1)
                }
            ends.append(scalars.offsets[index])
        }
    }

    private static func endOfGPT2Match(
        _ text: [UInt8], _ scalars: ClassifiedText, _ start: Int
    ) -> Int {
        if let end = endOfContraction(text, scalars, start, folding: false) { return end }
        // ` ?` belongs to what follows unless that is white space.
        let isSpace = text[scalars.offsets[start]] == UInt8(ascii: " ")
        let body = isSpace ? start + 1 : start
        if let bodyClass = scalars.classAt(body), !bodyClass.isWhiteSpace {
            return scalars.endOfRun(from: body) { $0 == bodyClass }
        }
        return endOfWhiteSpace(scalars, start)
    }

    private static func endOfCasedMatch(
        _ text: [UInt8], _ scalars: ClassifiedText, _ start: Int, longestNumber: Int
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
        return endOfWhiteSpace(scalars, start)
    }

    /// `\s+(?!\S)|\s+`: white space, but the last of several goes with the word that follows.
    private static func endOfWhiteSpace(_ scalars: ClassifiedText, _ start: Int) -> Int {
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
