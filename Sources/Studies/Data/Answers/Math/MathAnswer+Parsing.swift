extension MathAnswer {
    /// Reads an answer; nil where anything in it is not understood.
    init?(_ text: String) {
        guard let tokens = MathLexer.tokens(of: text), !tokens.isEmpty else { return nil }
        self.init(Self.withoutUnits(tokens)[...], depth: 0)
    }

    private typealias Signs = ArraySlice<MathToken>

    private init?(_ signs: ArraySlice<MathToken>, depth: Int) {
        guard depth <= DataLimits.answerDepth, !signs.isEmpty else { return nil }
        let signs = Self.withoutMembership(signs)
        if let words = Self.words(signs) {
            self = .text(words)
        } else if let answer = Self.matrix(signs, depth) ?? Self.parts(signs, depth) {
            self = answer
        } else if let answer = Self.related(signs, depth) ?? Self.bracketed(signs, depth) {
            self = answer
        } else if let answer = Self.bothSigns(signs, depth) {
            self = answer
        } else {
            guard let value = ExpressionParser.value(of: signs) else { return nil }
            self = .value(value)
        }
    }

    /// Drops words after a value, with their exponents: `5\text{ cm}^2`.
    private static func withoutUnits(_ tokens: [MathToken]) -> [MathToken] {
        guard tokens.contains(where: { !$0.isText }) else { return tokens }
        var kept: [MathToken] = []
        var index = 0
        while index < tokens.count {
            defer { index += 1 }
            guard tokens[index].isText, !kept.isEmpty else {
                kept.append(tokens[index])
                continue
            }
            guard index + 1 < tokens.count, tokens[index + 1] == .symbol("^") else { continue }
            // The exponent is one sign or one group.
            index += 2
            guard index < tokens.count, tokens[index] == .symbol("{") else { continue }
            while index < tokens.count, tokens[index] != .symbol("}") { index += 1 }
        }
        return kept
    }

    /// `x ∈ [1, 2]` says what `[1, 2]` says.
    private static func withoutMembership(_ signs: Signs) -> Signs {
        guard let place = signs.firstIndex(of: .relation("∈")), place < signs.endIndex - 1 else {
            return signs
        }
        return signs[(place + 1)...]
    }

    private static func words(_ signs: Signs) -> String? {
        var words = ""
        for sign in signs {
            switch sign {
            case .text(let text): words += text
            case .symbol("("), .symbol(")"), .symbol("-"): continue
            default: return nil
            }
        }
        return words.isEmpty ? nil : words.lowercased().filter { $0.isLetter || $0.isNumber }
    }

    /// Unions, lists and ratios: whatever is separated outside of brackets.
    private static func parts(_ signs: Signs, _ depth: Int) -> MathAnswer? {
        for (separators, kind) in separations {
            let parts = split(signs, at: separators)
            guard parts.count > 1 else { continue }
            guard let answers = answers(parts, depth) else { return nil }
            return kind == ":" ? .ordered(kind, answers) : .unordered(kind, answers)
        }
        return nil
    }

    /// What separates parts, from the loosest on, and what the whole is called.
    private static let separations: [(Set<MathToken>, String)] = [
        ([.union], "∪"), ([.symbol(","), .symbol(";")], "{}"), ([.symbol(":")], ":"),
    ]

    private static func answers(_ parts: [Signs], _ depth: Int) -> [MathAnswer]? {
        let answers = parts.compactMap { MathAnswer($0, depth: depth + 1) }
        return answers.count == parts.count ? answers : nil
    }

    /// Equations and inequalities.
    private static func related(_ signs: Signs, _ depth: Int) -> MathAnswer? {
        let relations = signs.compactMap { sign in
            if case .relation(let relation) = sign { relation } else { nil }
        }
        guard !relations.isEmpty else { return nil }
        let sides = split(signs, at: Set(relations.map { .relation($0) }))
        guard sides.count == relations.count + 1 else { return nil }
        if relations == ["="], isName(sides[0]) {
            return MathAnswer(sides[1], depth: depth + 1)
        }
        if relations == ["="], let left = ExpressionParser.value(of: sides[0]),
            let right = ExpressionParser.value(of: sides[1]),
            let difference = right.negated.flatMap({ left + $0 })?.numerator.monic
        {
            return .equation(difference)
        }
        guard let answers = answers(sides, depth) else { return nil }
        guard relations.allSatisfy({ $0 == ">" || $0 == "≥" }) else {
            return .relation(relations, answers)
        }
        let turned: [Character] = relations.reversed().map { $0 == ">" ? "<" : "≤" }
        return .relation(turned, answers.reversed())
    }

    /// A variable, with an index or an argument in parentheses, or words.
    private static func isName(_ signs: Signs) -> Bool {
        if signs.allSatisfy(\.isText) { return true }
        guard case .letter? = signs.first else { return false }
        let rest = signs.dropFirst()
        guard let mark = rest.first else { return true }
        let isIndexed = mark == .symbol("_") && (rest.count == 2 || rest.last == .symbol("}"))
        return isIndexed || mark == .symbol("(") && rest.last == .symbol(")") && rest.count == 3
    }

    /// Tuples, intervals and sets in brackets around the whole.
    private static func bracketed(_ signs: Signs, _ depth: Int) -> MathAnswer? {
        guard let open = signs.first, let close = signs.last, signs.count > 2,
            let marks = brackets(open, close)
        else { return nil }
        let inner = signs.dropFirst().dropLast()
        let parts = split(inner, at: [.symbol(","), .symbol(";")])
        if marks == "{}" {
            return answers(parts, depth).map { .unordered(marks, $0) }
        }
        guard parts.count > 1, let answers = answers(parts, depth) else { return nil }
        return .ordered(marks, answers)
    }

    private static func brackets(_ open: MathToken, _ close: MathToken) -> String? {
        switch (open, close) {
        case (.setBrace(isOpening: true), .setBrace(isOpening: false)): "{}"
        case (.symbol(let open), .symbol(let close))
        where "([".contains(open) && ")]".contains(close):
            "\(open)\(close)"
        default: nil
        }
    }

    /// `3 ± √2` is a list of two.
    private static func bothSigns(_ signs: Signs, _ depth: Int) -> MathAnswer? {
        guard signs.contains(.plusMinus) else { return nil }
        let signed = ["+", "-"].map { sign in
            signs.map { $0 == .plusMinus ? .symbol(Character(sign)) : $0 }[...]
        }
        return answers(signed, depth).map { .unordered("{}", $0) }
    }

    private static func matrix(_ signs: Signs, _ depth: Int) -> MathAnswer? {
        guard case .begin(let name)? = signs.first, signs.last == .end(name),
            name.hasSuffix("matrix") || name == "array"
        else { return nil }
        let inner = signs.dropFirst().dropLast()
        let rows = split(inner, at: [.row]).map { split($0, at: [.symbol("&")]) }
        let read = rows.compactMap { answers($0, depth).map { MathAnswer.ordered("&", $0) } }
        return read.count == rows.count ? .ordered("matrix", read) : nil
    }

    /// The parts between separators that stand outside of all brackets.
    private static func split(_ signs: Signs, at separators: Set<MathToken>) -> [Signs] {
        var parts: [Signs] = []
        var depth = 0
        var start = signs.startIndex
        for index in signs.indices {
            switch signs[index] {
            case .symbol("("), .symbol("["), .symbol("{"), .setBrace(isOpening: true), .begin:
                depth += 1
            case .symbol(")"), .symbol("]"), .symbol("}"), .setBrace(isOpening: false), .end:
                depth -= 1
            case let sign where depth == 0 && separators.contains(sign):
                parts.append(signs[start..<index])
                start = index + 1
            default: break
            }
        }
        return parts + [signs[start...]]
    }
}

extension MathToken {
    fileprivate var isText: Bool {
        if case .text = self { true } else { false }
    }
}
