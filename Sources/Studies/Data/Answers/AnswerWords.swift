/// How texts announce an answer.
enum AnswerWords {
    /// Where a text that goes on after its answer asks the next question.
    private static let questions = ["\nQuestion:", "\nQ:", "\nProblem:", "\n\nQuestion"]

    /// The text up to a question that the model asks itself.
    static func beforeNextQuestion(_ text: String) -> Substring {
        let end = questions.compactMap { text.firstRange(of: $0)?.lowerBound }.min()
        return text[..<(end ?? text.endIndex)]
    }

    /// The rest of the line after the first `answer is` or `answer:`, in any case of letters.
    static func declaration(in text: Substring) -> Substring? {
        guard let match = text.firstMatch(of: /(?i)answer(?:\s+is\s*:?|\s*:)/) else { return nil }
        return text[match.range.upperBound...].prefix { !$0.isNewline }
    }
}
