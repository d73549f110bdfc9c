import ArgumentParser
import Messages
import NeurondClient

/// `neuronctl explain`, with one subcommand per explained command.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "What a command would do and cost, without doing it.",
        discussion: "Example: neuronctl explain forward '2+3=' --hook 'zero L*N* at last'",
        subcommands: [Forward.self, Generate.self, Score.self, Statistics.self])

    /// `neuronctl explain forward`.
    struct Forward: DaemonCommand {
        static let configuration = CommandConfiguration(
            abstract: "Explain a forward.",
            discussion: "Example: neuronctl explain forward '2+3=' --capture 'L0N* mean_abs'")

        @OptionGroup var arguments: ForwardArguments
        @OptionGroup var connection: ConnectionOptions

        func run(_ client: Client, _ console: Console) async throws {
            var request = Neurond_V1_ExplainRequest()
            request.forward = try await arguments.request(client)
            try await explain(request, client, connection, console)
        }
    }

    /// `neuronctl explain generate`.
    struct Generate: DaemonCommand {
        static let configuration = CommandConfiguration(
            abstract: "Explain a generate.",
            discussion: "Example: neuronctl explain generate '2+3=' --max-tokens 100")

        @OptionGroup var arguments: GenerateArguments
        @OptionGroup var connection: ConnectionOptions

        func run(_ client: Client, _ console: Console) async throws {
            var request = Neurond_V1_ExplainRequest()
            request.generate = try await arguments.request(client)
            try await explain(request, client, connection, console)
        }
    }

    /// `neuronctl explain score`.
    struct Score: DaemonCommand {
        static let configuration = CommandConfiguration(
            abstract: "Explain a score.",
            discussion: "Example: neuronctl explain score --items sums.jsonl")

        @OptionGroup var arguments: ScoreArguments
        @OptionGroup var connection: ConnectionOptions

        func run(_ client: Client, _ console: Console) async throws {
            var request = Neurond_V1_ExplainRequest()
            request.score = try await arguments.request(client)
            try await explain(request, client, connection, console)
        }
    }

    /// `neuronctl explain statistics`.
    struct Statistics: DaemonCommand {
        static let configuration = CommandConfiguration(
            abstract: "Explain a statistics.",
            discussion: "Example: neuronctl explain statistics --items chains.jsonl --sum rms")

        @OptionGroup var arguments: StatisticsArguments
        @OptionGroup var connection: ConnectionOptions

        func run(_ client: Client, _ console: Console) async throws {
            var request = Neurond_V1_ExplainRequest()
            request.statistics = try await arguments.request(client)
            try await explain(request, client, connection, console)
        }
    }
}

private func explain(
    _ request: Neurond_V1_ExplainRequest, _ client: Client, _ connection: ConnectionOptions,
    _ console: Console
) async throws {
    let reply = try await client.answer(to: request, options: connection.callOptions).reply
    guard !connection.json else { return console.print(json(reply).text) }
    for item in reply.items {
        let figures = [
            "\(item.tokens) tokens", "at most \(item.generatedTokens) generated",
            "\(item.reusableTokens) reusable", "\(Int64(item.multiplyAdds)) multiply-adds",
            "\(item.hookElements) hooked elements", "\(item.replyBytes) reply bytes",
            "\(item.keyValueBytes) KV bytes", "\(item.captureBytes) capture bytes",
        ]
        console.print("item \(item.item): " + figures.joined(separator: ", "))
        for action in item.actions {
            console.print(
                "  \(action.text): \(action.site), \(action.units) units, \(action.rows) rows")
        }
        for tensor in item.tensors { console.print("  \(tensor.name)\t\(tensor.shape)") }
    }
    var totals = [
        "\(reply.tokens) tokens", "at most \(reply.generatedTokens) generated",
        "\(Int64(reply.multiplyAdds)) multiply-adds", "\(reply.hookElements) hooked elements",
        "\(reply.replyBytes) reply bytes", "\(reply.keyValueBytes) KV bytes",
        "\(reply.captureBytes) capture bytes", "\(reply.planBytes) plan bytes",
    ]
    if reply.adapterBytes > 0 { totals.append("\(reply.adapterBytes) adapter bytes") }
    console.print("in all: " + totals.joined(separator: ", "))
}

private func json(_ reply: Neurond_V1_ExplainReply) -> JSON {
    [
        "items": .array(reply.items.map(json)), "multiply_adds": .number(reply.multiplyAdds),
        "reply_bytes": .count(reply.replyBytes),
        "tokens": .count(reply.tokens),
        "generated_tokens": .count(reply.generatedTokens),
        "key_value_bytes": .count(reply.keyValueBytes),
        "capture_bytes": .count(reply.captureBytes),
        "plan_bytes": .count(reply.planBytes),
        "adapter_bytes": .count(reply.adapterBytes),
        "hook_elements": .count(reply.hookElements),
        "objects": .array(
            reply.objects.map { hash in
                .string(
                    "sha256:" + hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
            }),
    ]
}

private func json(_ item: Neurond_V1_ExplainReply.Item) -> JSON {
    [
        "item": .integer(Int64(item.item)), "tokens": .integer(Int64(item.tokens)),
        "actions": .array(
            item.actions.map { action in
                [
                    "action": .integer(Int64(action.action)), "text": .string(action.text),
                    "site": .string(action.site),
                    "units": .count(action.units),
                    "rows": .count(action.rows),
                ]
            }),
        "captures": .array(
            item.tensors.map { tensor in
                [
                    "name": .string(tensor.name), "site": .string(tensor.site),
                    "shape": .integers(tensor.shape),
                ]
            }),
        "plan_hash": .string(item.planHash), "multiply_adds": .number(item.multiplyAdds),
        "reply_bytes": .count(item.replyBytes),
        "key_value_bytes": .count(item.keyValueBytes),
        "generated_tokens": .integer(Int64(item.generatedTokens)),
        "capture_bytes": .count(item.captureBytes),
        "hook_elements": .count(item.hookElements),
        "reusable_tokens": .integer(Int64(item.reusableTokens)),
    ]
}
