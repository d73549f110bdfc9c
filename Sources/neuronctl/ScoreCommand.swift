import ArgumentParser
import Messages
import NeurondClient

/// Which continuations to score: what `score` and `explain score` share.
struct ScoreArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Items, one JSON object per line.", valueName: "file"))
    var items: String

    @OptionGroup var hooks: HookOptions

    @OptionGroup var adapter: AdapterOptions

    /// The request, the files of its hooks stored.
    func request(_ client: Client) async throws -> Neurond_V1_ScoreRequest {
        var request = Neurond_V1_ScoreRequest()
        request.hooks = try await hooks.message(client)
        request.adapter = try await adapter.hash(client)
        var reader = PlanReader()
        for line in try Item.read(items) {
            try line.refuse([.seed, .maxTokens], items, "score generates nothing")
            try line.refuse([.counted], items, "only statistics counts positions")
            var item = Neurond_V1_ScoreItem()
            item.prompt = try line.promptMessage()
            item.continuation = try line.continuationMessage()
            if let plan = try line.plan(&reader) { item.hooks = plan }
            request.items.append(item)
        }
        try await reader.files.store(in: client)
        return request
    }
}

/// `neuronctl score`.
struct ScoreCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Log-probability of continuations.",
        discussion: """
            Each line of the file is an object such as {"prompt": "2+3=", "continuation": "5"}. \
            Answers: item, sum of log-probabilities, whether greedy decoding would say the same.

            Example: neuronctl score --items sums.jsonl --hook 'zero L1N7'
            """)

    @OptionGroup var arguments: ScoreArguments

    @Option(name: .shortAndLong, help: "Write captured tensors to this safetensors file.")
    var output: String?

    @OptionGroup var connection: ConnectionOptions

    func run(_ client: Client, _ console: Console) async throws {
        let request = try await arguments.request(client)
        let plans = request.items.map { $0.hasHooks ? $0.hooks : request.hooks }
        try checkOutput(output, capturesIn: plans)
        let stream = client.answers(to: request, options: connection.callOptions)
        var progress = ProgressReport("score", total: request.items.count, console: console)
        var items: [JSON] = []
        var tensors: [Tensor] = []
        for try await answer in stream {
            let reply = answer.reply
            progress.advance()
            tensors += answer.tensors
            items.append(json(answer))
            let isGreedy = reply.greedy.allSatisfy { $0 }
            if !connection.json {
                console.print("\(reply.item)\t\(reply.total)\t\(isGreedy ? "greedy" : "-")")
                noteReceipts(reply.receipts, console)
            }
        }
        let trailers = try stream.end()
        if let output {
            try TensorFile.write(output, tensors, trailers: trailers)
            console.note("\(tensors.count) tensors in \(output)")
        }
        if connection.json {
            console.print(JSON.object([("items", .array(items))] + JSON.trailers(trailers)).text)
        }
    }

    private func json(_ answer: Answer<Neurond_V1_ScoreReply>) -> JSON {
        let reply = answer.reply
        return [
            "item": .integer(Int64(reply.item)), "tokens": .integers(reply.tokens),
            "prompt_tokens": .integer(Int64(reply.promptTokens)),
            "log_probabilities": .array(reply.logProbabilities.map { .number($0) }),
            "total": .number(reply.total), "greedy": .array(reply.greedy.map { .bool($0) }),
            "captures": .array(answer.tensors.map { .tensor($0, withValues: output == nil) }),
            "receipts": .receipts(reply.receipts), "plan_hash": .string(reply.planHash),
        ]
    }
}
