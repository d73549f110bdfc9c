/// Numbers in running text.
package enum NumberAnswer {
    /// The number that a text is, with sign, separators and decimals; nil if it is no number.
    package static func value(_ text: String) -> Rational? {
        var scanner = NumberScanner(text)
        guard let number = scanner.next(), scanner.next() == nil else { return nil }
        return number
    }

    package static func areEqual(_ one: String, _ other: String) -> Bool {
        value(one).map { $0 == value(other) } ?? false
    }

    /// An optional sign and digits at the start, up to the first other character.
    static func leading(_ text: String) -> String? {
        let sign = text.hasPrefix("-") ? 1 : 0
        let digits = text.dropFirst(sign).prefix { $0.isASCII && $0.isNumber }
        return digits.isEmpty ? nil : String(text.prefix(sign + digits.count))
    }

    /// What stands between the first `The answer is ` and the next full stop.
    static func afterFinalWords(_ text: String) -> String? {
        text.firstRange(of: "The answer is ").map { words in
            String(text[words.upperBound...].prefix { $0 != "." })
        }
    }

    /// The number that a text declares as its answer, else its last one.
    ///
    /// A declaration is, in this order: what follows `####`; the last `\boxed{}`; the rest of the
    /// line after the first `answer is` or `answer:`, in any case of letters, of which the number
    /// after the last `=` counts, else the first. Nothing counts from a question on that the model
    /// asks itself. The number is spelled without separators: `-1234.5`.
    static func declared(_ text: String) -> String? {
        let own = AnswerWords.beforeNextQuestion(text)
        if let mark = own.firstRange(of: "####"),
            let number = first(in: own[mark.upperBound...].prefix { !$0.isNewline })
        {
            return number.description
        }
        if let boxed = BoxedAnswer.last(in: String(own)), let number = boxedNumber(boxed) {
            return number.description
        }
        if let rest = AnswerWords.declaration(in: own) {
            let result = rest.lastRange(of: "=").flatMap { first(in: rest[$0.upperBound...]) }
            if let number = result ?? first(in: rest) { return number.description }
        }
        return last(in: own)?.description
    }

    private static func boxedNumber(_ text: String) -> Rational? {
        MathAnswer.rational(text) ?? last(in: text[...])
    }

    private static func first(in text: Substring) -> Rational? {
        var scanner = NumberScanner(text)
        return scanner.next()
    }

    private static func last(in text: Substring) -> Rational? {
        var scanner = NumberScanner(text)
        var last: Rational?
        while let number = scanner.next() { last = number }
        return last
    }
}

/// Finds the numbers of a text one after another.
///
/// A number has an optional sign that follows neither a digit nor a letter, an optional currency
/// sign, digits with commas in groups of three, a fraction after a full stop, and may be divided by
/// a second number: `-$1,234.50`, `.5`, `3/4`.
struct NumberScanner {
    private let characters: [Character]
    private var position = 0

    init(_ text: some StringProtocol) { characters = Array(text) }

    mutating func next() -> Rational? {
        while position < characters.count {
            guard let number = number() else {
                position += 1
                continue
            }
            return number
        }
        return nil
    }

    private mutating func number() -> Rational? {
        let start = position
        guard let above = signed() else {
            position = start
            return nil
        }
        let end = position
        if peek() == "/" {
            position += 1
            if let digits = digits(), let below = Rational(decimal: digits),
                let quotient = above / below
            {
                return quotient
            }
        }
        position = end
        return above
    }

    private mutating func signed() -> Rational? {
        // A minus after a digit or letter takes away, or joins two words.
        let follows = position > 0 && (characters[position - 1].isNumber || isLetter(position - 1))
        var isNegative = false
        if let sign = peek(), "-−+".contains(sign), !follows {
            isNegative = sign != "+"
            position += 1
        }
        while let sign = peek(), "$€£\\".contains(sign) { position += 1 }
        if !isNegative, let sign = peek(), "-−".contains(sign), !follows, position > 0,
            "$€£".contains(characters[position - 1])
        {
            isNegative = true
            position += 1
        }
        guard let digits = digits() else { return nil }
        return Rational(decimal: (isNegative ? "-" : "") + digits)
    }

    /// Digits without their separators, or nil; a final full stop stays where it is.
    private mutating func digits() -> String? {
        var text = run()
        if !text.isEmpty, text.count <= 3 {
            while peek() == ",", isGroup(after: position) {
                position += 1
                text += run()
            }
        }
        if peek() == ".", isDigit(position + 1) {
            position += 1
            text += "." + run()
        }
        return text.isEmpty ? nil : text
    }

    private mutating func run() -> String {
        let start = position
        while isDigit(position) { position += 1 }
        return String(characters[start..<position])
    }

    /// Whether exactly three digits follow a comma.
    private func isGroup(after comma: Int) -> Bool {
        (1...3).allSatisfy { isDigit(comma + $0) } && !isDigit(comma + 4)
    }

    private func isDigit(_ index: Int) -> Bool {
        index < characters.count && characters[index].isASCII && characters[index].isNumber
    }

    private func isLetter(_ index: Int) -> Bool { characters[index].isLetter }

    private func peek() -> Character? {
        position < characters.count ? characters[position] : nil
    }
}
