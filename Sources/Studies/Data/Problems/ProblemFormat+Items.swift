internal import StrictJSON

extension ProblemFormat {
    /// The problem that an object of this shape is.
    ///
    /// - Parameter id: For shapes that give their items none.
    func problem(from item: RawItem, id: String) throws(DataError) -> Problem {
        switch self {
        case .problems: try Self.own(item)
        case .gsm8k: try Self.gsm8k(item, id)
        case .svamp: try Self.svamp(item)
        case .wordProblems: try Self.wordProblem(item, id)
        case .math: try Self.math(item, id)
        case .strategyQA: try Self.strategyQA(item, id)
        case .commonsenseQA: try Self.commonsenseQA(item)
        }
    }

    private static func gsm8k(_ item: RawItem, _ id: String) throws(DataError) -> Problem {
        let whole = try item.text("answer")
        guard let mark = whole.lastRange(of: "#### ") else {
            throw item.error(
                "the field \"answer\" has no line \"#### 18\"; problems of another kind need "
                    + "the fields id and kind")
        }
        let spelling = whole[mark.upperBound...].trimmed.replacing(",", with: "")
        guard let gold = Rational(decimal: spelling) else {
            throw item.error("the field \"answer\": \"\(spelling)\" after #### is no number")
        }
        // Calculator annotations, <<16-3-4=9>>, are no part of what a model writes.
        let solution = whole[..<mark.lowerBound].replacing(/<<[^<>\n]*>>/, with: "")
        return Problem(
            id: id, question: try item.text("question").trimmed, answer: gold.description,
            kind: .number, solution: solution.trimmed)
    }

    private static func svamp(_ item: RawItem) throws(DataError) -> Problem {
        let body = try item.text("Body").trimmed
        let question = try item.text("Question").trimmed
        let isSentence = body.last.map { ".?!,".contains($0) } ?? true
        let type = try item.optionalText("Type")
        return Problem(
            id: try item.text("ID"), tags: type.map { ["type": $0] } ?? [:],
            question: body + (isSentence ? " " : ", ") + question,
            answer: try item.number(item.object["Answer"], "Answer"), kind: .number)
    }

    private static func wordProblem(_ item: RawItem, _ id: String) throws(DataError) -> Problem {
        let solutions = try item.array("lSolutions")
        guard solutions.count == 1 else {
            throw item.error(
                "the field \"lSolutions\" has \(solutions.count) elements; one is expected")
        }
        return Problem(
            id: id, question: try item.text("sQuestion").trimmed,
            answer: try item.number(solutions[0], "lSolutions"), kind: .number)
    }

    private static func math(_ item: RawItem, _ id: String) throws(DataError) -> Problem {
        let solution = try item.text("solution")
        let given = try item.optionalText("answer")
        guard let answer = given ?? BoxedAnswer.last(in: solution) else {
            throw item.error("the field \"solution\" has no \\boxed{} with the answer")
        }
        var tags: [String: String] = [:]
        tags["subject"] = try item.optionalText(item.has("type") ? "type" : "subject")
        if let level = item.object["level"] {
            tags["level"] = level.stringValue?.string ?? level.numberValue?.spelling
        }
        return Problem(
            id: try item.optionalText("unique_id") ?? id, tags: tags,
            question: try item.text("problem").trimmed, answer: answer, kind: .math,
            solution: solution.trimmed)
    }

    private static func strategyQA(_ item: RawItem, _ id: String) throws(DataError) -> Problem {
        if item.has("target_scores") {
            return Problem(
                id: id, question: try item.text("input").trimmed,
                answer: try yesNo(try item.inner("target_scores")), kind: .yesNo,
                solution: try item.optionalText("target"))
        }
        guard let answer = item.object["answer"]?.boolValue else {
            throw item.error("the field \"answer\" is missing or no Boolean")
        }
        let facts = item.has("facts") ? try item.texts(try item.array("facts"), "facts") : []
        return Problem(
            id: try item.optionalText("qid") ?? id, question: try item.text("question").trimmed,
            answer: answer ? "yes" : "no", kind: .yesNo,
            solution: facts.isEmpty ? nil : facts.joined(separator: " "))
    }

    /// `yes` or `no`, whichever of the two has the score 1.
    private static func yesNo(_ scores: RawItem) throws(DataError) -> String {
        let right = scores.object.members.filter { $0.value.doubleValue == 1 }
        let name = right.first?.key.string.lowercased() ?? ""
        guard right.count == 1, name == "yes" || name == "no" else {
            throw scores.error(
                "the field \"target_scores\": one of \"Yes\" and \"No\" must have the score 1")
        }
        return name
    }

    private static func commonsenseQA(_ item: RawItem) throws(DataError) -> Problem {
        let isNested = item.object["question"]?.objectValue != nil
        let inner = isNested ? try item.inner("question") : item
        let question = try inner.text(isNested ? "stem" : "question")
        let choices = try labelledChoices(inner)
        let key = try item.text("answerKey")
        guard let index = ChoiceLetter.index(of: key), index < choices.count else {
            throw item.error(
                "the field \"answerKey\" is \"\(key)\"; a letter of the \(choices.count) "
                    + "choices is expected")
        }
        let concept = try inner.optionalText("question_concept")
        return Problem(
            id: try item.text("id"), tags: concept.map { ["concept": $0] } ?? [:],
            question: question.trimmed, answer: ChoiceLetter.letter(at: index), kind: .choice,
            choices: choices)
    }

    /// Choices as an array of `{"label", "text"}`, or as two arrays `label` and `text`.
    private static func labelledChoices(_ item: RawItem) throws(DataError) -> [String] {
        var labels: [String] = []
        var texts: [String] = []
        if item.object["choices"]?.objectValue != nil {
            let inner = try item.inner("choices")
            labels = try inner.texts(try inner.array("label"), "label")
            texts = try inner.texts(try inner.array("text"), "text")
        } else {
            for value in try item.array("choices") {
                guard let object = value.objectValue else {
                    throw item.error("the field \"choices\" holds \(value.kind)")
                }
                let choice = RawItem(
                    object: object, source: item.source, place: item.place, index: item.index)
                labels.append(try choice.text("label"))
                texts.append(try choice.text("text"))
            }
        }
        let expected = (0..<min(texts.count, DataLimits.choiceCount))
            .map { ChoiceLetter.letter(at: $0) }
        guard !texts.isEmpty, labels == expected else {
            throw item.error(
                "the labels of \"choices\" are \(labels.joined(separator: ", ")); A, B, … in "
                    + "order, at most \(DataLimits.choiceCount), are expected")
        }
        return texts
    }
}
