/// Answers as the released code of Rai and Yao (2024) reads them, for comparison with its figures.
///
/// The text with its prompt is cut at `The answer is `; of the pieces, the one after as many as
/// there are exemplars is the first that was generated. It ends where the next question begins;
/// Latin letters and `%$=-.` become blanks, commas vanish, and the last word counts. So a minus is
/// lost, `$18.00` is 0 and `3.5` is 5.
enum LegacyAnswer {
    static func extract(_ text: AnswerText) -> String? {
        let pieces = (text.prompt + text.continuation).split(
            separator: "The answer is ", omittingEmptySubsequences: false)
        guard pieces.count > text.exemplars + 1 else { return nil }
        let piece = pieces[text.exemplars + 1]
        let end = piece.firstRange(of: "\n\nQuestion:")?.lowerBound ?? piece.endIndex
        let words = piece[..<end].unicodeScalars.compactMap(cleaned)
        let clean = String(String.UnicodeScalarView(words))
        return clean.split(whereSeparator: \.isWhitespace).last.flatMap(integer)
    }

    private static func cleaned(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case ",": nil
        case "a"..."z", "A"..."Z", "%", "$", "=", "-", ".": " "
        default: scalar
        }
    }

    /// The number that a 64-bit floating-point number rounds the digits to, or nil.
    private static func integer(_ word: Substring) -> String? {
        let digits = word.first == "+" ? word.dropFirst() : word
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Double(digits), let integer = Int128(exactly: value)
        else { return nil }
        return "\(integer)"
    }
}
