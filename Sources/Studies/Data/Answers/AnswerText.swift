/// What a model wrote, and after what.
package struct AnswerText: Sendable, Hashable {
    /// The text before the continuation; only ``AnswerRule/ryLegacy`` reads it.
    package var prompt: String
    package var continuation: String
    /// Solved examples in the prompt.
    package var exemplars: Int

    package init(prompt: String = "", continuation: String, exemplars: Int = 0) {
        self.prompt = prompt
        self.continuation = continuation
        self.exemplars = exemplars
    }
}

/// What was found in a text, and whether it is right.
package struct Judgement: Sendable, Hashable, Codable {
    /// The answer as the rule reads it; nil if there is none.
    package var extracted: String?
    package var isCorrect: Bool

    package init(extracted: String?, isCorrect: Bool) {
        self.extracted = extracted
        self.isCorrect = isCorrect
    }
}

extension AnswerRule {
    /// Finds the answer in a text and compares it with the gold answer.
    package func judge(_ text: AnswerText, for problem: Problem) -> Judgement {
        let extracted = extract(text, choices: problem.choices ?? [], answer: problem.answer)
        guard let extracted, !extracted.isEmpty else {
            return Judgement(extracted: nil, isCorrect: false)
        }
        return Judgement(extracted: extracted, isCorrect: agree(extracted, problem.answer))
    }

    /// Whether two answers that this rule reads are the same one.
    package func agree(_ one: String, _ other: String) -> Bool {
        switch self {
        case .number, .final, .next, .choice, .likelihood: one == other
        case .ryLegacy, .fixed: NumberAnswer.areEqual(one, other)
        case .boxed: MathAnswer.areEqual(one, other)
        case .letter, .yesNo: one.lowercased() == other.lowercased()
        }
    }

    private func extract(_ text: AnswerText, choices: [String], answer: String) -> String? {
        let written = text.continuation
        return switch self {
        case .number: NumberAnswer.leading(written)
        case .final: NumberAnswer.afterFinalWords(written)
        case .next: written.isEmpty ? nil : String(written.prefix(answer.count))
        case .choice, .likelihood: nil
        case .ryLegacy: LegacyAnswer.extract(text)
        case .fixed: NumberAnswer.declared(written)
        case .boxed: BoxedAnswer.last(in: written)
        case .letter: LetterAnswer.extract(written, choices: choices)
        case .yesNo: YesNoAnswer.extract(written)
        }
    }
}
