/// How a problem is put to a model, and how its gold solution is spelled.
///
/// A template is a text file: settings in TOML between two lines `+++`, then the body, in which
/// `{question}` and `{choices}` are replaced. Docs/studies/data.md describes it.
package struct PromptTemplate: Sendable, Hashable {
    /// Whether the prompt is one text or a conversation.
    package enum Form: String, Sendable, Hashable, CaseIterable {
        case text, chat
    }

    /// A solved problem that is shown before the question.
    package struct Exemplar: Sendable, Hashable {
        package var question: String
        package var solution: String
        package var answer: String
        package var choices: [String]
    }

    package let name: String
    /// SHA-256 of the file, in hexadecimal.
    package let digest: String
    package let form: Form
    /// The system message of a conversation.
    package let system: String?
    package let exemplars: [Exemplar]
    /// Between exemplars in a text.
    package let separator: String
    /// How a gold solution is spelled, with `{solution}` and `{answer}`.
    package let gold: PlaceholderText
    /// Generation ends before any of these.
    package let stop: [String]
    /// Tokens of an answer, unless a study says otherwise.
    package let maxTokens: Int
    /// Whether white space in a question becomes single blanks.
    package let collapsesWhitespace: Bool
    package let body: PlaceholderText

    /// The question as the template puts it, after the exemplars.
    ///
    /// - Throws: `DataError` where a problem has choices and the template no place for them, or
    ///   the other way round.
    package func prompt(for problem: Problem) throws(DataError) -> StudyPrompt {
        try check(problem)
        let question = filled(problem.question, problem.choices ?? [])
        switch form {
        case .text:
            let shown = exemplars.map { filled($0.question, $0.choices) + solved($0) + separator }
            return .text(shown.joined() + question)
        case .chat:
            let start = system.map { [ChatMessage(role: "system", content: $0)] } ?? []
            let shown = exemplars.flatMap { exemplar in
                [
                    ChatMessage(role: "user", content: filled(exemplar.question, exemplar.choices)),
                    ChatMessage(role: "assistant", content: solved(exemplar)),
                ]
            }
            return .chat(start + shown + [ChatMessage(role: "user", content: question)])
        }
    }

    /// What a model would write that gives the gold solution; nil without one.
    package func goldContinuation(for problem: Problem) -> String? {
        if gold.names.contains("solution"), problem.solution == nil { return nil }
        return gold.filled(["solution": problem.solution ?? "", "answer": problem.answer])
    }

    /// What an ``AnswerRule`` reads.
    package func answer(_ continuation: String, after prompt: StudyPrompt) -> AnswerText {
        guard case .text(let text) = prompt else {
            return AnswerText(continuation: continuation, exemplars: 0)
        }
        return AnswerText(prompt: text, continuation: continuation, exemplars: exemplars.count)
    }

    private func check(_ problem: Problem) throws(DataError) {
        let needsChoices = problem.rule == .letter
        guard needsChoices != body.names.contains("choices") else { return }
        throw DataError(
            "template \(name)",
            needsChoices
                ? "has no {choices}, which problem \(problem.id) needs"
                : "has {choices}, which problem \(problem.id) has none of")
    }

    private func filled(_ question: String, _ choices: [String]) -> String {
        let words = question.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        // Choices that the template does not show need no letters, and may be more than there are.
        let shown = body.names.contains("choices") ? choices : []
        let lines = shown.enumerated().map { "(\(ChoiceLetter.letter(at: $0))) \($1)" }
        return body.filled([
            "question": collapsesWhitespace ? words : question,
            "choices": lines.joined(separator: "\n"),
        ])
    }

    private func solved(_ exemplar: Exemplar) -> String {
        gold.filled(["solution": exemplar.solution, "answer": exemplar.answer])
    }
}

/// A text with places to fill in.
package struct PlaceholderText: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case literal(String)
        case name(String)
    }

    private let parts: [Part]

    /// Takes `{name}` of the given names as places; other braces stay as they are.
    init(_ text: String, names: [String]) {
        var parts: [Part] = []
        var rest = text[...]
        while let (range, name) = Self.first(in: rest, of: names) {
            parts += [.literal(String(rest[..<range.lowerBound])), .name(name)]
            rest = rest[range.upperBound...]
        }
        self.parts = parts + [.literal(String(rest))]
    }

    private static func first(
        in text: Substring, of names: [String]
    ) -> (Range<String.Index>, String)? {
        names.compactMap { name in text.firstRange(of: "{\(name)}").map { ($0, name) } }
            .min { $0.0.lowerBound < $1.0.lowerBound }
    }

    /// The places' names, each once for each time it occurs.
    var names: [String] {
        parts.compactMap { part in
            if case .name(let name) = part { name } else { nil }
        }
    }

    /// The text with the values in their places; what stands in a value stays as it is.
    func filled(_ values: [String: String]) -> String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .name(let name): values[name] ?? ""
            }
        }.joined()
    }
}
