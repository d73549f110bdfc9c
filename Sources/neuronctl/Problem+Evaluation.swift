import Studies

/// Problems as cases of an evaluation: what is given to the model is the question as it stands.
extension Problem {
    /// How the cases of an evaluation may be judged: the others need a template.
    private static let rules: [AnswerRule] = [.number, .final, .next, .choice, .likelihood]

    /// Reads a file, one JSON object a line.
    ///
    /// - Throws: `FileError` naming the line.
    static func cases(of path: String) throws -> [Problem] {
        let problems: [Problem]
        do {
            problems = try ProblemSet.read(readFile(path), source: path, format: .problems).problems
        } catch let error as DataError {
            throw FileError(error.description)
        }
        if let other = problems.first(where: { !rules.contains($0.rule) }) {
            throw FileError(
                "\(path): item \(other.id) is judged by \(other.rule.rawValue), which needs a "
                    + "template; evaluate judges by "
                    + rules.map(\.rawValue).joined(separator: ", "))
        }
        return problems
    }

    /// Tokens to generate at most.
    var tokenLimit: UInt32 {
        switch rule {
        case .number: 6
        case .next: 16
        default: 130
        }
    }

    /// Whether a greedy continuation, cut at its first line end, is right.
    func accepts(_ continuation: String) -> Bool {
        rule.judge(AnswerText(continuation: continuation), for: self).isCorrect
    }
}
