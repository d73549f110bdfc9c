import Messages
import NeurondClient

extension GenerateCommand {
    /// Many prompts: one answer a line, or one object a line.
    func runItems(
        _ request: Neurond_V1_GenerateRequest, _ client: Client, _ console: Console
    ) async throws {
        let plans = request.items.map { $0.hasHooks ? $0.hooks : request.hooks }
        try checkOutput(output, capturesIn: plans)
        let stream = client.answers(to: request, options: connection.callOptions)
        var progress = ProgressReport("generate", total: request.items.count, console: console)
        var tensors: [Tensor] = []
        for try await item in GeneratedItems(stream) {
            progress.advance()
            if output != nil { tensors += item.tensors }
            if connection.json { console.print(json(item).text) } else { show(item, console) }
        }
        let trailers = try stream.end()
        if let output {
            try TensorFile.write(output, tensors, trailers: trailers)
            console.note("\(tensors.count) tensors in \(output)")
        }
        if connection.json { return console.print(JSON.object(JSON.trailers(trailers)).text) }
        let usage = trailers.usage
        console.note(
            "\(usage.promptTokens) prompt tokens (\(usage.cachedTokens) cached), "
                + "\(usage.generatedTokens) generated")
    }

    private func show(_ item: GeneratedItem, _ console: Console) {
        console.print("\(item.item)\t\(item.reason)\t\(JSON.string(item.text).text)")
        if output == nil {
            for line in TensorText.lines(item.tensors) { console.print(line) }
        }
        noteReceipts(item.receipts, console)
    }

    private func json(_ item: GeneratedItem) -> JSON {
        var members: [(String, JSON)] = [
            ("item", .integer(Int64(item.item))), ("prompt_tokens", .integers(item.promptTokens)),
            ("tokens", .integers(item.tokens)), ("text", .string(item.text)),
            ("finish_reason", .string(item.reason)),
            ("log_probabilities", .array(item.logProbabilities.map { .number($0) })),
        ]
        if !item.stop.isEmpty { members.append(("stop", .string(item.stop))) }
        return .object(
            members + [
                (
                    "captures",
                    .array(item.tensors.map { .tensor($0, withValues: output == nil) })
                ), ("receipts", .receipts(item.receipts)), ("plan_hash", .string(item.planHash)),
            ])
    }
}
