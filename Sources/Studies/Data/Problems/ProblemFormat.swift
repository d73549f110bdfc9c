internal import StrictJSON

/// The published shapes of data sets that are read; Docs/studies/data.md describes each.
package enum ProblemFormat: String, Sendable, Hashable, Codable, CaseIterable {
    /// JSON Lines of this project's own shape.
    case problems
    /// JSON Lines with `question` and an `answer` that ends in `#### 18`.
    case gsm8k
    /// An array of objects with `Body`, `Question` and `Answer`.
    case svamp
    /// An array of objects with `sQuestion` and `lSolutions`: MultiArith, AddSub, SingleEq.
    case wordProblems = "word_problems"
    /// A folder of `subject/N.json`, or JSON Lines, with `problem` and `solution`.
    case math
    /// Questions with a Boolean `answer`, or a task of BIG-bench with `target_scores`.
    case strategyQA = "strategyqa"
    /// JSON Lines with `answerKey` and labelled choices.
    case commonsenseQA = "commonsenseqa"

    /// What a user may call a shape, beside its own name.
    private static let aliases: [String: ProblemFormat] = [
        "multiarith": .wordProblems, "addsub": .wordProblems, "singleeq": .wordProblems,
        "jsonl": .problems,
    ]

    /// The shape of a name.
    package init(named name: String) throws(DataError) {
        guard let format = ProblemFormat(rawValue: name) ?? Self.aliases[name.lowercased()] else {
            let names = Self.allCases.map(\.rawValue) + Self.aliases.keys.sorted()
            throw DataError(
                "format \"\(name)\"", "unknown; formats are \(names.joined(separator: ", "))")
        }
        self = format
    }

    /// The shape that an item's fields say, or nil.
    init?(recognising item: RawItem) {
        if item.has("answerKey") {
            self = .commonsenseQA
        } else if item.has("sQuestion", "lSolutions") {
            self = .wordProblems
        } else if item.has("Body", "Question", "Answer") {
            self = .svamp
        } else if item.has("input", "target_scores") || item.object["answer"]?.boolValue != nil {
            self = .strategyQA
        } else if item.has("problem", "solution") {
            self = .math
        } else if item.has("id", "answer") {
            self = .problems
        } else if item.has("question", "answer") {
            self = .gsm8k
        } else {
            return nil
        }
    }

    /// Which fields tell the shapes apart, for an error.
    static let signs = """
        id and answer (problems); question and answer (gsm8k); Body, Question and Answer (svamp); \
        sQuestion and lSolutions (word_problems); problem and solution (math); question and a \
        Boolean answer, or input and target_scores (strategyqa); answerKey (commonsenseqa)
        """
}
