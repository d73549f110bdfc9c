/// Problems with the prompts that are made of them and the settings of greedy answers.
struct StudyProblems: Sendable {
    let source: ProblemSet
    let template: PromptTemplate
    /// In order of the problems.
    let prompts: [StudyPrompt]
    /// The value of the subject's tag, of each problem.
    let subjects: [String]
    let greedy: GenerationSettings

    var problems: [Problem] { source.problems }

    init(
        _ source: ProblemSet, template: PromptTemplate, subject tag: String, maximumTokens: Int
    ) throws {
        self.source = source
        self.template = template
        prompts = try source.problems.map { try template.prompt(for: $0) }
        subjects = source.problems.map { $0.group(by: tag) }
        greedy = GenerationSettings(
            maxTokens: min(maximumTokens, template.maxTokens), stop: template.stop)
    }

    /// Each problem's own solution after its prompt; problems without one are left out.
    var solutionItems: [ContinuationItem] {
        zip(prompts, problems).compactMap { prompt, problem in
            template.goldContinuation(for: problem).map {
                ContinuationItem(prompt: prompt, continuation: $0)
            }
        }
    }

    /// What a text says of the problem at a place.
    func judge(_ continuation: String, at place: Int) -> Judgement {
        problems[place].rule.judge(
            template.answer(continuation, after: prompts[place]), for: problems[place])
    }
}

extension PromptTemplate {
    /// The template of a name or path; of an empty one, the set's own.
    static func chosen(_ nameOrPath: String, for set: ProblemSet) throws -> PromptTemplate {
        try read(nameOrPath.isEmpty ? set.defaultTemplate : nameOrPath)
    }
}

/// The data of a run of the differential study.
struct DifferentialData: Sendable {
    let contrast: StudyProblems
    let test: StudyProblems
    /// Of both sets, in order of first occurrence.
    let subjects: [String]
    /// Other tasks, one for each file and rule.
    let unrelated: [UnrelatedProblems]

    /// Reads every file.
    ///
    /// - Throws: `DataError` or `StudyError` naming the file or key.
    init(_ configuration: DifferentialConfiguration) throws {
        let data = configuration.data
        let format = data.format.isEmpty ? nil : try ProblemFormat(named: data.format)
        let sets = (
            try ProblemSet.read(data.contrast, format: format).judged(by: data.rule),
            try ProblemSet.read(data.test, format: format).judged(by: data.rule)
        )
        let tag =
            data.subject.isEmpty
            ? Self.subjectTag(of: sets.0.problems + sets.1.problems) : data.subject
        func subset(_ set: ProblemSet, _ count: Int) -> ProblemSet {
            count == 0 ? set : set.stratified(count: count, by: tag, seed: configuration.seed)
        }
        func problems(_ set: ProblemSet, _ tokens: Int) throws -> StudyProblems {
            try StudyProblems(
                set, template: try PromptTemplate.chosen(data.template, for: set),
                subject: tag, maximumTokens: tokens)
        }
        contrast = try problems(
            subset(sets.0, data.contrastItems), configuration.sampling.maximumTokens)
        test = try problems(
            subset(sets.1, data.testItems), configuration.evaluation.maximumTokens)
        unrelated = try configuration.unrelated.files.flatMap {
            try UnrelatedProblems.read($0, configuration)
        }
        var seen: Set<String> = []
        subjects = (contrast.subjects + test.subjects).filter { seen.insert($0).inserted }
    }

    /// The first of the usual tags that a problem has.
    private static func subjectTag(of problems: [Problem]) -> String {
        ["subject", "domain"].first { tag in problems.contains { $0.tags[tag] != nil } }
            ?? "subject"
    }
}

/// The problems of a file that one rule judges.
struct UnrelatedProblems: Sendable {
    let name: String
    let rule: AnswerRule
    let problems: StudyProblems

    static func read(
        _ file: String, _ configuration: DifferentialConfiguration
    ) throws -> [UnrelatedProblems] {
        var set = try ProblemSet.read(file)
        if configuration.unrelated.items > 0 {
            set = set.stratified(
                count: configuration.unrelated.items, by: "kind", seed: configuration.seed)
        }
        let rules = AnswerRule.allCases.filter { rule in
            set.problems.contains { $0.rule == rule }
        }
        return try rules.map { rule in
            var part = set
            part.problems = set.problems.filter { $0.rule == rule }
            return UnrelatedProblems(
                name: "\(set.name)/\(rule.rawValue)", rule: rule,
                problems: try StudyProblems(
                    part, template: try .chosen("", for: part), subject: "kind",
                    maximumTokens: configuration.evaluation.maximumTokens))
        }
    }
}
