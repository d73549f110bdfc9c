import ArgumentParser
import Foundation
import Messages
import NeurondClient
import Studies

/// `neuronctl evaluate`.
struct EvaluateCommand: DaemonCommand {
    /// Requests in flight: enough for the engine to share its passes over the weights.
    private static let requestsInFlight = 16

    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "What a model gets right on files of cases, by tag.",
        discussion: """
            Each line of a file is a case with prompt, answer, score and tags \
            (Models/abacus/data/README.md). Generation is greedy. Without --by, each tag is \
            counted on its own; with it, each combination of the named tags. Judged continuations \
            give the share that is right, choices a mean probability, likelihoods nats; different \
            measures are never added up.

            Example: neuronctl evaluate Models/abacus/data/arithmetic.jsonl --by operation,size
            """)

    @Argument(help: ArgumentHelp("Files of cases, one JSON object per line.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("Tags to group by, such as operation,size.", valueName: "tags"))
    var by: String?

    @Option(help: ArgumentHelp("Only cases with this tag; repeatable.", valueName: "tag=value"))
    var only: [String] = []

    @Option(help: "At most this many cases of each file, evenly spread.")
    var limit: Int?

    @Flag(help: "Print each case that is wrong.")
    var showWrong = false

    @OptionGroup var hooks: HookOptions

    @OptionGroup var adapter: AdapterOptions

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
        if !hooks.captures.isEmpty {
            throw ValidationError("evaluate shows no captures; use forward, generate or score")
        }
        for text in only where !text.contains("=") {
            throw ValidationError("--only \"\(text)\": expected TAG=VALUE")
        }
    }

    func run(_ client: Client, _ console: Console) async throws {
        let plan = try await hooks.message(client)
        guard plan.captures.isEmpty else {
            throw UsageError("the plan file has captures, which evaluate does not show")
        }
        let adapter = try await adapter.hash(client)
        var results: [JSON] = []
        for file in files {
            let cases = try selected(Problem.cases(of: file), file)
            try checkTags(of: cases, file)
            let judge = CaseJudge(
                client: client, plan: plan, adapter: adapter, options: connection.callOptions)
            var progress = ProgressReport(file, total: cases.count, console: console)
            let outcomes = try await judge.judge(
                cases, inFlight: Self.requestsInFlight
            ) { progress.advance() }
            let groups = EvaluationTable.groups(outcomes, by: keys)
            var result: [(String, JSON)] = [
                ("file", .string(file)), ("groups", .array(groups.map(\.json))),
            ]
            if showWrong { result.append(("wrong", .array(wrong(outcomes).map(\.json)))) }
            results.append(.object(result))
            if !connection.json { show(file, groups, outcomes, console) }
        }
        if connection.json { console.print(JSON.object([("files", .array(results))]).text) }
    }

    private var keys: [String] { by?.split(separator: ",").map(String.init) ?? [] }

    private func checkTags(of cases: [Problem], _ file: String) throws {
        let known = Set(cases.flatMap(\.tags.keys))
        if let unknown = keys.first(where: { !known.contains($0) }) {
            throw UsageError(
                "--by \(unknown): no case of \(file) has this tag; tags are "
                    + known.sorted().joined(separator: ", "))
        }
    }

    private func selected(_ cases: [Problem], _ file: String) throws -> [Problem] {
        let wanted = only.map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        let kept = cases.filter { item in
            wanted.allSatisfy { item.tags[$0[0]] == ($0.count > 1 ? $0[1] : "") }
        }
        guard !kept.isEmpty else { throw FileError("\(file): holds no such cases") }
        guard let limit, limit < kept.count else { return kept }
        return (0..<limit).map { kept[$0 * kept.count / limit] }
    }

    private func show(
        _ file: String, _ groups: [EvaluationGroup], _ outcomes: [EvaluationOutcome],
        _ console: Console
    ) {
        console.print(file)
        for group in groups { console.print(group.line) }
        guard showWrong else { return }
        for outcome in wrong(outcomes) {
            let item = outcome.item
            console.print("  wrong: \(item.id)\t\(item.answer)\t\(outcome.text ?? "")")
        }
    }

    /// Judged continuations that are not right; probabilities are neither right nor wrong.
    private func wrong(_ outcomes: [EvaluationOutcome]) -> [EvaluationOutcome] {
        outcomes.filter { $0.text != nil && $0.value == 0 }
    }
}

/// Asks the daemon about cases.
struct CaseJudge: Sendable {
    let client: Client
    let plan: Neurond_V1_HookPlan
    /// Hash of an adapter; empty for none.
    let adapter: Data
    let options: CallOptions

    /// Outcomes in the order of the cases, with a bounded number of requests at once.
    func judge(
        _ cases: [Problem], inFlight: Int, progress: () -> Void
    ) async throws -> [EvaluationOutcome] {
        try await withThrowingTaskGroup(of: (Int, EvaluationOutcome).self) { group in
            var outcomes = [EvaluationOutcome?](repeating: nil, count: cases.count)
            var next = 0
            while next < min(inFlight, cases.count) {
                group.addTask { [next] in (next, try await outcome(of: cases[next])) }
                next += 1
            }
            while let (index, outcome) = try await group.next() {
                outcomes[index] = outcome
                progress()
                guard next < cases.count else { continue }
                group.addTask { [next] in (next, try await self.outcome(of: cases[next])) }
                next += 1
            }
            return outcomes.compactMap { $0 }
        }
    }

    private func outcome(of item: Problem) async throws -> EvaluationOutcome {
        switch item.rule {
        case .choice:
            let choices = item.choices ?? [item.answer]
            let scores = try await score(item.question, choices).map { $0.total }
            let total = scores.reduce(0.0) { $0 + exp($1) }
            let place = choices.firstIndex(of: item.answer)
            let value = place.map { exp(scores[$0]) / total } ?? 0
            return EvaluationOutcome(item: item, value: value, text: nil)
        case .likelihood:
            let reply = try await score(item.question, [item.answer])[0]
            let count = Double(max(1, reply.logProbabilities.count))
            return EvaluationOutcome(item: item, value: reply.total / count, text: nil)
        default:
            let text = try await greedy(item)
            return EvaluationOutcome(item: item, value: item.accepts(text) ? 1 : 0, text: text)
        }
    }

    /// The greedy continuation up to a line end, or as far as the model's context reaches.
    private func greedy(_ item: Problem) async throws -> String {
        do {
            return try await greedy(item, maxTokens: item.tokenLimit)
        } catch let error as NeurondError where error.reason == "CONTEXT_TOO_LONG" {
            let excess = error.asked - min(error.asked, error.limit)
            guard excess < UInt64(item.tokenLimit) else { throw error }
            return try await greedy(item, maxTokens: item.tokenLimit - UInt32(excess))
        }
    }

    private func greedy(_ item: Problem, maxTokens: UInt32) async throws -> String {
        var request = Neurond_V1_GenerateRequest()
        request.prompt = Neurond_V1_Prompt(text: item.question)
        request.hooks = plan
        request.adapter = adapter
        request.maxTokens = maxTokens
        request.stop = ["\n"]
        var text = ""
        for try await answer in client.answers(to: request, options: options) {
            switch answer.reply.event {
            case .token(let token): text += token.text
            case .finished(let finished): text += finished.text
            case .started, nil: break
            }
        }
        return text
    }

    private func score(
        _ prompt: String, _ continuations: [String]
    ) async throws -> [Neurond_V1_ScoreReply] {
        var request = Neurond_V1_ScoreRequest()
        request.hooks = plan
        request.adapter = adapter
        request.items = continuations.map { text in
            var item = Neurond_V1_ScoreItem()
            item.prompt = Neurond_V1_Prompt(text: prompt)
            item.continuation = Neurond_V1_Prompt(text: text)
            return item
        }
        let answers = try await client.answers(to: request, options: options).collect().answers
        return answers.map(\.reply)
    }
}
