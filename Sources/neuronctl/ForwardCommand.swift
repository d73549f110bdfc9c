import ArgumentParser
import Messages
import NeurondClient

/// Which pass to run: what `forward` and `explain forward` share.
struct ForwardArguments: ParsableArguments {
    @OptionGroup var prompt: PromptOptions

    @Option(help: ArgumentHelp("Many prompts, one JSON object per line.", valueName: "file"))
    var items: String?

    @Option(help: "How many of the most likely next tokens to show.")
    var top: UInt32 = 5

    @OptionGroup var hooks: HookOptions

    @OptionGroup var adapter: AdapterOptions

    func validate() throws {
        if prompt.isPresent == (items != nil) {
            throw ValidationError("give either a prompt or --items")
        }
        if items == nil { try prompt.check() } else { try prompt.conversation.check(prompt) }
    }

    /// The request, the files of its hooks stored.
    func request(_ client: Client) async throws -> Neurond_V1_ForwardRequest {
        var request = Neurond_V1_ForwardRequest()
        request.topK = top
        request.adapter = try await adapter.hash(client)
        request.hooks = try await hooks.message(client)
        guard let items else {
            var item = Neurond_V1_ForwardItem()
            item.prompt = try prompt.message()
            request.items = [item]
            return request
        }
        var reader = PlanReader()
        for line in try Item.read(items) {
            try line.refuse(
                [.continuation, .continuationTokens], items,
                "forward takes no continuations; use score")
            try line.refuse([.seed, .maxTokens], items, "forward generates nothing")
            try line.refuse([.counted], items, "only statistics counts positions")
            var item = Neurond_V1_ForwardItem()
            item.prompt = try line.promptMessage(prompt)
            if let plan = try line.plan(&reader) { item.hooks = plan }
            request.items.append(item)
        }
        try await reader.files.store(in: client)
        return request
    }
}

/// `neuronctl forward`.
struct ForwardCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward", abstract: "One pass: next tokens, captures, receipts.",
        discussion: """
            With --items, one JSON object per line as `score` has it, without continuations.

            Example: neuronctl forward '2+3=' --capture 'resid_post.0 at last' -o out.safetensors
            """)

    @OptionGroup var arguments: ForwardArguments

    @Option(name: .shortAndLong, help: "Write captured tensors to this safetensors file.")
    var output: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard arguments.items == nil else { return }
        try checkOutput(output, capturesIn: arguments.hooks)
    }

    func run(_ client: Client, _ console: Console) async throws {
        let request = try await arguments.request(client)
        let plans = request.items.map { $0.hasHooks ? $0.hooks : request.hooks }
        try checkOutput(output, capturesIn: plans)
        let stream = client.answers(to: request, options: connection.callOptions)
        var progress = ProgressReport("forward", total: request.items.count, console: console)
        var answers: [Answer<Neurond_V1_ForwardReply>] = []
        for try await answer in stream {
            answers.append(answer)
            progress.advance()
            if !connection.json { show(answer, isOnly: request.items.count == 1, console) }
        }
        let trailers = try stream.end()
        let tensors = answers.flatMap(\.tensors)
        if let output {
            try TensorFile.write(output, tensors, trailers: trailers)
            console.note("\(tensors.count) tensors in \(output)")
        }
        if connection.json { console.print(json(answers, trailers).text) }
    }

    private func show(
        _ answer: Answer<Neurond_V1_ForwardReply>, isOnly: Bool, _ console: Console
    ) {
        if !isOnly { console.print("item \(answer.reply.item)") }
        for score in answer.reply.top {
            console.print(
                "\(score.id)\t\(JSON.string(piece(score.piece)).text)\t\(score.logProbability)")
        }
        if output == nil {
            for line in TensorText.lines(answer.tensors) { console.print(line) }
        }
        noteReceipts(answer.reply.receipts, console)
    }

    private func json(
        _ answers: [Answer<Neurond_V1_ForwardReply>], _ trailers: Trailers
    ) -> JSON {
        let items = answers.map { answer -> [(String, JSON)] in
            [
                ("tokens", .integers(answer.reply.tokens)), ("top", .scores(answer.reply.top)),
                ("captures", captures(answer)), ("receipts", .receipts(answer.reply.receipts)),
                ("plan_hash", .string(answer.reply.planHash)),
            ]
        }
        // One prompt answers with its own keys, as generate does; many with a list.
        let list = [("items", JSON.array(items.map(JSON.object)))]
        let body = arguments.items == nil ? items.first ?? [] : list
        return .object(body + JSON.trailers(trailers))
    }

    private func captures(_ answer: Answer<Neurond_V1_ForwardReply>) -> JSON {
        .array(answer.tensors.map { .tensor($0, withValues: output == nil) })
    }
}
