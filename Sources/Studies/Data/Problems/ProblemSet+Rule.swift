extension ProblemSet {
    /// The set with all answers found by one rule; by the problems' own where it is nil.
    ///
    /// - Throws: `DataError` where a rule does not read answers of a problem's kind. A box may
    ///   hold a number.
    package func judged(by rule: AnswerRule?) throws(DataError) -> ProblemSet {
        guard let rule else { return self }
        var set = self
        for (place, problem) in problems.enumerated() {
            let isNumberInBox = rule == .boxed && problem.kind == .number
            guard rule.readsText, rule.kind == problem.kind || isNumberInBox else {
                throw DataError(
                    name, place: "problem \(problem.id)",
                    "the rule \(rule.rawValue) does not read answers of the kind "
                        + problem.kind.rawValue)
            }
            set.problems[place].rule = rule
        }
        return set
    }
}
