/// What an answer in LaTeX or plain text means, as far as two of them are to be compared.
///
/// Expressions are exact: fractions of 128 bits, square roots reduced, quantities by name; two are
/// equal if they are equal as rational functions, so that `(x+1)^2` is `x^2+2x+1`. Units, degree,
/// percent and currency signs, a variable before `=`, and layout have no meaning. No value is
/// rounded: `0.33` is not `1/3`. What cannot be read is compared character by character.
indirect enum MathAnswer {
    case value(Quotient)
    /// A tuple, an interval or a ratio, with the marks around it.
    case ordered(String, [MathAnswer])
    /// A set, the values of a list, or the parts of a union.
    case unordered(String, [MathAnswer])
    /// A chain of relations, turned so that the smaller side is on the left.
    case relation([Character], [MathAnswer])
    /// An equation, as the polynomial that it says is zero.
    case equation(Polynomial)
    case text(String)

    /// Whether two answers mean the same.
    static func areEqual(_ one: String, _ other: String) -> Bool {
        let (left, right) = (MathAnswer(one), MathAnswer(other))
        if let left, let right {
            if areEqual(left, right) { return true }
            guard left.isText != right.isText else { return false }
        }
        return plain(one) == plain(other) && !plain(one).isEmpty
    }

    private var isText: Bool {
        if case .text = self { true } else { false }
    }

    /// The number that an answer is; nil for anything else.
    static func rational(_ text: String) -> Rational? {
        guard case .value(let value)? = MathAnswer(text) else { return nil }
        return value.rational
    }

    /// The characters without blanks, words' marks, brackets around the whole, and case.
    private static func plain(_ text: String) -> String {
        var text = text.replacing(/\\(?:text(?:bf|it|rm)?|mathrm|mbox|left|right|!|,|;)/, with: "")
        for mark in ["$", "{", "}", "\\"] { text = text.replacing(mark, with: "") }
        text = text.split(whereSeparator: \.isWhitespace).reduce(into: "") { text, word in
            // A blank between digits tells two numbers apart.
            let areDigits = text.last?.isNumber == true && word.first?.isNumber == true
            text += (areDigits ? " " : "") + word
        }
        while text.last == "." { text.removeLast() }
        if text.hasPrefix("("), text.hasSuffix(")"), text.count == 3 {
            text = String(text.dropFirst().dropLast())
        }
        // Case tells variables apart, but not words.
        return text.count > 1 && !text.contains(where: { !$0.isLetter }) ? text.lowercased() : text
    }

    static func areEqual(_ one: MathAnswer, _ other: MathAnswer) -> Bool {
        switch (one, other) {
        case (.value(let left), .value(let right)): return Quotient.areEqual(left, right)
        case (.ordered(let left, let first), .ordered(let right, let second)):
            return left == right && areEqual(first, second)
        case (.unordered(let left, let first), .unordered(let right, let second)):
            return left == right && areSame(first, second)
        case (.relation(let left, let first), .relation(let right, let second)):
            return left == right && areEqual(first, second)
        case (.equation(let left), .equation(let right)): return left == right
        case (.text(let left), .text(let right)): return left == right
        default: return false
        }
    }

    private static func areEqual(_ first: [MathAnswer], _ second: [MathAnswer]) -> Bool {
        first.count == second.count && zip(first, second).allSatisfy { areEqual($0, $1) }
    }

    /// Whether each element of one list has its own among the other's.
    private static func areSame(_ first: [MathAnswer], _ second: [MathAnswer]) -> Bool {
        guard first.count == second.count else { return false }
        var rest = second
        for element in first {
            guard let place = rest.firstIndex(where: { areEqual(element, $0) }) else {
                return false
            }
            rest.remove(at: place)
        }
        return true
    }
}
