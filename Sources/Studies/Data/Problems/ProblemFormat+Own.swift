internal import StrictJSON

extension ProblemFormat {
    /// Fields of this project's own shape; another one is refused by name.
    static let ownFields = [
        "id", "split", "question", "prompt", "answer", "kind", "score", "tags", "solution",
        "choices",
    ]

    /// A problem of the shape that Docs/studies/data.md describes.
    static func own(_ item: RawItem) throws(DataError) -> Problem {
        for key in item.object.keys where !ownFields.contains(key.string) {
            throw item.error(
                "unknown field \"\(key)\"; fields are \(ownFields.joined(separator: ", "))")
        }
        guard item.has("question") != item.has("prompt") else {
            throw item.error("give one of \"question\" and \"prompt\"")
        }
        // A prompt is given to the model as it is: a blank at its end is part of it.
        let question = try item.has("question") ? item.text("question") : item.text("prompt")
        let rule = try named(item, "score", AnswerRule.self)
        guard let kind = try named(item, "kind", AnswerKind.self) ?? rule?.kind else {
            throw item.error(
                "give \"kind\" (\(spellings(AnswerKind.self))) or \"score\" "
                    + "(\(spellings(AnswerRule.self)))")
        }
        let choices = item.has("choices") ? try item.texts(item.array("choices"), "choices") : nil
        let problem = Problem(
            id: try item.text("id"), split: try item.optionalText("split"),
            tags: try tags(of: item), question: question, answer: try item.text("answer"),
            kind: kind, rule: rule, solution: try item.optionalText("solution"), choices: choices)
        try check(problem, item)
        return problem
    }

    /// What a kind of answer asks of the gold answer.
    private static func check(_ problem: Problem, _ item: RawItem) throws(DataError) {
        let answer = problem.answer
        switch problem.kind {
        case .number where Rational(decimal: answer) == nil && problem.rule == .fixed:
            throw item.error("the field \"answer\": \"\(answer)\" is no number such as -12.5")
        case .yesNo where answer != "yes" && answer != "no":
            throw item.error("the field \"answer\": \"\(answer)\"; yes or no is expected")
        case .choice where problem.rule == .letter:
            let count = problem.choices?.count ?? 0
            guard (1...DataLimits.choiceCount).contains(count) else {
                throw item.error(
                    "the field \"choices\" has \(count) elements; 1 to \(DataLimits.choiceCount) "
                        + "are expected")
            }
            guard let index = ChoiceLetter.index(of: answer), index < count else {
                throw item.error(
                    "the field \"answer\": \"\(answer)\"; a letter of the \(count) choices is "
                        + "expected")
            }
        default: break
        }
    }

    private static func tags(of item: RawItem) throws(DataError) -> [String: String] {
        guard item.has("tags") else { return [:] }
        let inner = try item.inner("tags")
        guard inner.object.count <= DataLimits.tagCount else {
            throw item.error(
                "the field \"tags\" has \(inner.object.count) members; at most "
                    + "\(DataLimits.tagCount) are accepted")
        }
        var tags: [String: String] = [:]
        for key in inner.object.keys { tags[key.string] = try inner.text(key.string) }
        return tags
    }

    private static func named<Value: RawRepresentable & CaseIterable>(
        _ item: RawItem, _ field: String, _ type: Value.Type
    ) throws(DataError) -> Value? where Value.RawValue == String {
        guard let name = try item.optionalText(field) else { return nil }
        guard let value = Value(rawValue: name) else {
            throw item.error(
                "the field \"\(field)\" is \"\(name)\"; one of \(spellings(type)) is expected")
        }
        return value
    }

    private static func spellings<Value: RawRepresentable & CaseIterable>(
        _ type: Value.Type
    ) -> String where Value.RawValue == String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
