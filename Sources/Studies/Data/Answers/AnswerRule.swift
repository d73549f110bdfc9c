/// How an answer is found in what a model writes, and when it is right.
package enum AnswerRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// The continuation starts with the answer as a whole number.
    case number
    /// What stands between the first `The answer is ` and the full stop after it.
    case final
    /// The continuation starts with the answer.
    case next
    /// Probability of the answer among the choices, as continuations; nothing is read in a text.
    case choice
    /// Mean log-probability of the answer's tokens; nothing is right or wrong.
    case likelihood
    /// As the released code of Rai and Yao (2024) reads answers, with its faults.
    case ryLegacy = "ry-legacy"
    /// The number that is declared to be the answer, else the last number; signed and decimal.
    case fixed
    /// The last `\boxed{}`, compared as mathematics.
    case boxed
    /// The letter of a choice.
    case letter
    /// Yes or no.
    case yesNo = "yes-no"

    /// The kind of answer that the rule finds.
    package var kind: AnswerKind {
        switch self {
        case .number, .final, .ryLegacy, .fixed: .number
        case .next, .choice, .likelihood: .text
        case .boxed: .math
        case .letter: .choice
        case .yesNo: .yesNo
        }
    }

    /// Whether the rule reads what a model has written; the others read probabilities.
    package var readsText: Bool { self != .choice && self != .likelihood }
}
