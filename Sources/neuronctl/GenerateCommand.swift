import ArgumentParser
import Messages
import NeurondClient

/// What to generate: what `generate` and `explain generate` share.
struct GenerateArguments: ParsableArguments {
    @OptionGroup var prompt: PromptOptions

    @Option(
        help: ArgumentHelp(
            "Many prompts, one JSON object per line, generated side by side.",
            discussion: "A line's own seed, max_tokens, hooks and captures replace the options'.",
            valueName: "file"))
    var items: String?

    @Option(help: "Tokens to generate at most.")
    var maxTokens: UInt32 = 64

    @OptionGroup var sampling: SamplingOptions

    @Option(
        parsing: .unconditionalSingleValue,
        help: "Stop before this text would be complete; repeatable.")
    var stop: [String] = []

    @Option(help: "Most likely tokens to show for each that is generated.")
    var alternatives: UInt32 = 0

    @Flag(help: "Go on past an end-of-sequence token.")
    var ignoreEnd = false

    @OptionGroup var hooks: HookOptions

    @OptionGroup var adapter: AdapterOptions

    func validate() throws {
        guard items != nil else { return try prompt.check() }
        if prompt.prompt != nil || prompt.tokens != nil || prompt.fromBos {
            throw ValidationError("give either a prompt or --items")
        }
        if prompt.conversation.isPresent { try prompt.conversation.check(prompt) }
        if alternatives > 0 {
            throw ValidationError("--alternatives goes with one prompt, not with --items")
        }
    }

    /// The request, the files of its hooks stored.
    func request(_ client: Client) async throws -> Neurond_V1_GenerateRequest {
        var request = Neurond_V1_GenerateRequest()
        request.maxTokens = maxTokens
        request.sampling = sampling.message
        request.stop = stop
        request.topK = alternatives
        request.ignoreEnd = ignoreEnd
        request.adapter = try await adapter.hash(client)
        request.hooks = try await hooks.message(client)
        guard let items else {
            request.prompt = try prompt.message()
            return request
        }
        var reader = PlanReader()
        request.items = try Item.read(items).map { try item($0, items, &reader) }
        try await reader.files.store(in: client)
        return request
    }

    private func item(
        _ line: Item, _ path: String, _ reader: inout PlanReader
    ) throws -> Neurond_V1_GenerateItem {
        try line.refuse(
            [.continuation, .continuationTokens], path, "generate takes no continuations; use score"
        )
        try line.refuse([.counted], path, "only statistics counts positions")
        var item = Neurond_V1_GenerateItem()
        item.prompt = try line.promptMessage(prompt)
        if let seed = line.seed { item.seed = seed }
        item.maxTokens = line.maxTokens ?? 0
        if let plan = try line.plan(&reader) { item.hooks = plan }
        return item
    }
}

/// `neuronctl generate`.
struct GenerateCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Generate text, under hooks if you like.",
        discussion: """
            Text is written as it is generated; with --json one object at the end. Alternatives \
            follow the text, one line a token: its id, then tokens with their log-probabilities.

            With --chat, --system or --messages the prompt is a conversation, put into the model's \
            own chat template.

            With --items each line of the file is an object such as {"prompt": "2+3=", "seed": 1, \
            "max_tokens": 8, "hooks": ["zero L1N7"]}, with "tokens" or "messages" in place of \
            "prompt". Answers come in the order of the lines: item, reason, text; with --json one \
            object a line, at the end one with usage, timing and provenance.

            Example: neuronctl generate '2+3=' --max-tokens 4 --hook 'scale 2 L1N7 at last'
            """)

    @OptionGroup var arguments: GenerateArguments

    @Option(name: .shortAndLong, help: "Write captured tensors to this safetensors file.")
    var output: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard arguments.items == nil else { return }
        try checkOutput(output, capturesIn: arguments.hooks)
    }

    func run(_ client: Client, _ console: Console) async throws {
        let request = try await arguments.request(client)
        guard arguments.items == nil else { return try await runItems(request, client, console) }
        try checkOutput(output, capturesIn: [request.hooks])
        let stream = client.answers(to: request, options: connection.callOptions)
        var result = Generation()
        for try await answer in stream {
            let text = result.take(answer)
            if !connection.json && !text.isEmpty { console.write(text) }
        }
        let trailers = try stream.end()
        if let output {
            try TensorFile.write(output, result.tensors, trailers: trailers)
        }
        if connection.json {
            console.print(result.json(trailers, withValues: output == nil).text)
        } else {
            console.write("\n")
            for line in result.alternativeLines { console.print(line) }
            if output == nil {
                for line in TensorText.lines(result.tensors) { console.print(line) }
            }
            summarize(result, trailers, console)
        }
    }

    private func summarize(_ result: Generation, _ trailers: Trailers, _ console: Console) {
        let usage = trailers.usage
        console.note(
            "\(usage.promptTokens) prompt tokens (\(usage.cachedTokens) cached), "
                + "\(usage.generatedTokens) generated, ended by \(result.reason), "
                + "\(seconds(trailers.timing.prefillSeconds + trailers.timing.decodeSeconds))")
        noteReceipts(result.receipts, console)
        if let output { console.note("\(result.tensors.count) tensors in \(output)") }
    }
}

/// What a generation has brought so far.
private struct Generation {
    var promptTokens: [UInt32] = []
    var tokens: [UInt32] = []
    var logProbabilities: [Double] = []
    var alternatives: [[Neurond_V1_TokenScore]] = []
    var text = ""
    var reason = ""
    var stop = ""
    var receipts: [Neurond_V1_Receipt] = []
    var tensors: [Tensor] = []

    /// Adds an answer; returns the text that it completes.
    mutating func take(_ answer: Answer<Neurond_V1_GenerateReply>) -> String {
        var added = ""
        switch answer.reply.event {
        case .started(let started): promptTokens = started.tokens
        case .token(let token):
            tokens.append(token.id)
            logProbabilities.append(token.logProbability)
            if !token.top.isEmpty { alternatives.append(token.top) }
            added = token.text
        case .finished(let finished):
            reason = finished.reason
            stop = finished.stop
            receipts = finished.receipts
            tensors = answer.tensors
            added = finished.text
        case nil: break
        }
        text += added
        return added
    }

    /// Alternatives for people, one line a token: its id, then each candidate.
    var alternativeLines: [String] {
        zip(tokens, alternatives).map { id, scores in
            let texts = scores.map { score in
                "\(JSON.string(piece(score.piece)).text) \(score.logProbability)"
            }
            return "\(id)\t" + texts.joined(separator: ", ")
        }
    }

    func json(_ trailers: Trailers, withValues: Bool) -> JSON {
        var members: [(String, JSON)] = [
            ("prompt_tokens", .integers(promptTokens)), ("tokens", .integers(tokens)),
            ("text", .string(text)), ("finish_reason", .string(reason)),
            ("log_probabilities", .array(logProbabilities.map { .number($0) })),
        ]
        if !stop.isEmpty { members.append(("stop", .string(stop))) }
        if !alternatives.isEmpty {
            members.append(("alternatives", .array(alternatives.map { .scores($0) })))
        }
        members += [
            ("captures", .array(tensors.map { .tensor($0, withValues: withValues) })),
            ("receipts", .receipts(receipts)),
        ]
        return .object(members + JSON.trailers(trailers))
    }
}

/// Receipts for people, one line each.
func noteReceipts(_ receipts: [Neurond_V1_Receipt], _ console: Console) {
    for receipt in receipts {
        console.note(
            "hook \(receipt.action) at \(receipt.site): \(receipt.rows) rows, "
                + "\(receipt.elements) elements, change \(receipt.changeL2)")
    }
}
