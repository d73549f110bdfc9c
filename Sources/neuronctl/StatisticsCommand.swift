import ArgumentParser
import Hooks
import Messages
import NeurondClient

/// Which sums over which items: what `statistics` and `explain statistics` share.
struct StatisticsArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Items, one JSON object per line.", valueName: "file"))
    var items: String

    @Option(
        name: .customLong("sum"),
        help: ArgumentHelp(
            "What is summed; repeatable. Default: mean_abs.",
            discussion: "One of: "
                + ElementSum.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "name"))
    var sums: [String] = []

    @Option(help: "What is counted: mlp.act, mlp.gate, mlp.up, attn.z, mlp.out or resid_post.")
    var site = "mlp.act"

    @Option(help: ArgumentHelp("Layers such as 0-3,7; default: all.", valueName: "ranges"))
    var layers: String?

    @Option(
        help: ArgumentHelp(
            "Group items by this one of their tags, not by \"group\".", valueName: "tag"))
    var groupBy: String?

    @Flag(help: "Sums as 128-bit integers in units of 2^-64, which merge to the same bits.")
    var exact = false

    @OptionGroup var hooks: HookOptions

    @OptionGroup var adapter: AdapterOptions

    func validate() throws {
        for sum in sums where ElementSum(rawValue: sum) == nil {
            throw ValidationError(
                "--sum \(sum): accepted are "
                    + ElementSum.allCases.map(\.rawValue).joined(separator: ", "))
        }
        _ = try layerNumbers()
    }

    /// What is summed, in order.
    var wantedSums: [String] { sums.isEmpty ? [ElementSum.meanAbs.rawValue] : sums }

    /// The layers, ascending; empty for all.
    func layerNumbers() throws -> [UInt32] {
        guard let layers else { return [] }
        do throws(HookError) {
            return try IndexRanges(layers: layers).indices.map { UInt32(clamping: $0) }
        } catch {
            throw ValidationError("--layers: \(error)")
        }
    }

    /// The request, the files of its hooks stored.
    func request(_ client: Client) async throws -> Neurond_V1_StatisticsRequest {
        var request = Neurond_V1_StatisticsRequest()
        request.sums = wantedSums
        request.site = site
        request.layers = try layerNumbers()
        request.exact = exact
        request.hooks = try await hooks.message(client)
        request.adapter = try await adapter.hash(client)
        var reader = PlanReader()
        for (index, line) in try Item.read(items).enumerated() {
            try line.refuse([.seed, .maxTokens], items, "statistics generates nothing")
            var item = Neurond_V1_StatisticsItem()
            item.prompt = try line.promptMessage()
            if line.continuation != nil || line.continuationTokens != nil {
                item.continuation = try line.continuationMessage()
            }
            item.counted = try line.countedRanges()
            item.group = try group(of: line, index)
            if let plan = try line.plan(&reader) { item.hooks = plan }
            request.items.append(item)
        }
        try await reader.files.store(in: client)
        return request
    }

    private func group(of item: Item, _ index: Int) throws -> String {
        guard let groupBy else { return item.group ?? "" }
        guard let label = item.tags?[groupBy] else {
            throw FileError("\(items): item \(index) has no tag \"\(groupBy)\"")
        }
        return label
    }
}

/// `neuronctl statistics`.
struct StatisticsCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "statistics",
        abstract: "Sums over the tokens and items of groups, for every neuron.",
        discussion: """
            Each line of the file is an object such as {"prompt": "2+3=", "continuation": "5", \
            "group": "right"}. The continuation's positions are counted, those of the prompt \
            where there is none, or [first, past the last] pairs in "counted". Shown are the \
            elements with the largest means of mean_abs, or of the first sum.

            Example: neuronctl statistics --items chains.jsonl --sum mean_abs -o sums.safetensors
            """)

    @OptionGroup var arguments: StatisticsArguments

    @Option(help: "How many elements of each group to show.")
    var top = 10

    @Option(name: .shortAndLong, help: "Write the sums to this safetensors file.")
    var output: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard top >= 0 else { throw ValidationError("--top must not be negative") }
        if arguments.exact, output == nil {
            throw ValidationError("--exact: integers of 128 bits go to a file; add --output")
        }
    }

    func run(_ client: Client, _ console: Console) async throws {
        if let output { try checkWritable(output) }
        let request = try await arguments.request(client)
        let stream = client.answers(to: request, options: connection.callOptions)
        var progress = ProgressReport("statistics", total: request.items.count, console: console)
        var items: [Neurond_V1_StatisticsReply.Item] = []
        var groups: [Answer<Neurond_V1_StatisticsReply>] = []
        for try await answer in stream {
            switch answer.reply.event {
            case .item(let item):
                items.append(item)
                progress.advance()
            default: groups.append(answer)
            }
        }
        let trailers = try stream.end()
        if let output {
            try StatisticsFile.write(output, groups, trailers: trailers)
            console.note("\(groups.reduce(0) { $0 + $1.tensors.count }) tensors in \(output)")
        }
        if connection.json {
            console.print(json(items, groups, trailers).text)
        } else {
            let text = StatisticsText(
                sums: arguments.wantedSums, site: arguments.site, layers: request.layers, top: top)
            for group in groups {
                for line in text.lines(group) { console.print(line) }
            }
        }
    }

    private func json(
        _ items: [Neurond_V1_StatisticsReply.Item],
        _ groups: [Answer<Neurond_V1_StatisticsReply>], _ trailers: Trailers
    ) -> JSON {
        let groups = groups.map { answer -> JSON in
            let group = answer.reply.group
            return [
                "label": .string(group.label), "items": .count(group.items),
                "tokens": .count(group.tokens),
                "sums": .array(answer.tensors.map { .sum($0, withValues: output == nil) }),
            ]
        }
        let counted = items.map { item -> JSON in
            [
                "item": .integer(Int64(item.item)), "tokens": .integers(item.tokens),
                "prompt_tokens": .integer(Int64(item.promptTokens)),
                "counted_tokens": .integer(Int64(item.countedTokens)),
                "receipts": .receipts(item.receipts), "plan_hash": .string(item.planHash),
            ]
        }
        return .object(
            [("groups", .array(groups)), ("items", .array(counted))] + JSON.trailers(trailers))
    }
}

extension JSON {
    /// A sum's name and shape, and its values, layer by layer, unless they go to a file.
    fileprivate static func sum(_ tensor: Tensor, withValues: Bool) -> JSON {
        var members: [(String, JSON)] = [
            ("name", .string(tensor.name)), ("shape", .integers(tensor.shape)),
        ]
        if withValues {
            let rows = tensor.doubleRows.map { row in JSON.array(row.map { .number($0) }) }
            members.append(("values", .array(rows)))
        }
        return .object(members)
    }
}
