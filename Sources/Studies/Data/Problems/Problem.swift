/// What kind of thing a gold answer is, and so what makes another one equal to it.
package enum AnswerKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A number; `18`, `18.0` and `18.00` are one.
    case number
    /// Mathematics in LaTeX, as between the braces of `\boxed{}`.
    case math
    /// The letter of one of the choices: `A`, `B`, …
    case choice
    /// `yes` or `no`.
    case yesNo = "yes_no"
    /// These characters and no others.
    case text

    /// How an answer of this kind is found in a text where nothing else is said.
    package var rule: AnswerRule {
        switch self {
        case .number: .fixed
        case .math: .boxed
        case .choice: .letter
        case .yesNo: .yesNo
        case .text: .next
        }
    }
}

/// One question whose answer is known.
package struct Problem: Sendable, Hashable, Codable {
    /// Unique in its set.
    package var id: String
    /// `train`, `test` or what else the set calls its parts.
    package var split: String?
    /// What the problem is, for grouping: `subject`, `level`, `domain`, `steps`.
    package var tags: [String: String]
    package var question: String
    /// The gold answer.
    package var answer: String
    package var kind: AnswerKind
    /// How an answer is found in what a model writes, unless a study says otherwise.
    package var rule: AnswerRule
    /// The whole rationale, where the set has one.
    package var solution: String?
    /// The candidates of a choice, in order; the first is `A`.
    package var choices: [String]?

    package init(
        id: String, split: String? = nil, tags: [String: String] = [:], question: String,
        answer: String, kind: AnswerKind, rule: AnswerRule? = nil, solution: String? = nil,
        choices: [String]? = nil
    ) {
        self.id = id
        self.split = split
        self.tags = tags
        self.question = question
        self.answer = answer
        self.kind = kind
        self.rule = rule ?? kind.rule
        self.solution = solution
        self.choices = choices
    }

    /// The value of a tag, or `all` where the problem has none of this name.
    package func group(by tag: String) -> String { tags[tag] ?? "all" }
}

/// The letters of choices.
package enum ChoiceLetter {
    /// The letter of the choice at an index: `A` is 0.
    ///
    /// - Precondition: The index is below 26.
    package static func letter(at index: Int) -> String {
        precondition((0..<DataLimits.choiceCount).contains(index), "a choice has a letter")
        return String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index)))
    }

    /// The index of a letter of either case.
    package static func index(of letter: some StringProtocol) -> Int? {
        guard letter.utf8.count == 1, let byte = letter.uppercased().utf8.first,
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        else { return nil }
        return Int(byte - UInt8(ascii: "A"))
    }
}
