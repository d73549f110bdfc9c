import ArgumentParser
import Hooks
import Messages
import NeurondClient

/// Which neurons: `L21N7027`, ranges and lists.
struct UnitArguments: ParsableArguments {
    @Argument(help: "Neurons such as L21N7027 or L3N10-20.")
    var units: [String]

    func validate() throws { _ = try references() }

    /// The neurons in order of layer and index.
    func references() throws -> [Neurond_V1_NeuronRef] {
        var parser = HookParser()
        let target = try parser.target(text: units.joined(separator: " "))
        guard target.sets.isEmpty else {
            throw ValidationError("units are named one by one here, not as a stored set")
        }
        return try target.selections.flatMap { selection in
            guard selection.site == .mlpAct, case .ranges(let layers) = selection.layers,
                case .ranges(let units) = selection.units
            else {
                throw ValidationError(
                    "expected neurons by layer and index, such as L21N7027 or L3N10-20; heads, "
                        + "other sites and * are not accepted here")
            }
            return layers.indices.flatMap { layer in
                units.indices.map { unit in
                    var reference = Neurond_V1_NeuronRef()
                    reference.layer = UInt32(clamping: layer)
                    reference.neuron = UInt32(clamping: unit)
                    return reference
                }
            }
        }
    }
}

/// `neuronctl project`.
struct ProjectCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "Tokens that a neuron's value vector promotes and demotes.",
        discussion: "Example: neuronctl project L21N7027 --top 10")

    enum Convention: String, ExpressibleByArgument, CaseIterable {
        case raw, normed
    }

    @OptionGroup var units: UnitArguments

    @Option(help: "How many tokens at each end.")
    var top: UInt32 = 20

    func validate() throws {
        guard top > 0 else { throw ValidationError("--top must be at least 1") }
    }

    @Option(help: "raw: E·v; normed: with the final norm's gain.")
    var convention = Convention.raw

    @OptionGroup var connection: ConnectionOptions

    func run(_ client: Client, _ console: Console) async throws {
        var request = Neurond_V1_ProjectRequest()
        request.units = try units.references()
        request.topK = top
        request.convention = convention == .raw ? .raw : .normed
        let complete = try await client.answers(to: request, options: connection.callOptions)
            .collect()
        let replies = complete.answers.map(\.reply)
        if connection.json {
            let list = JSON.array(replies.map(json))
            return console.print(
                JSON.object([("units", list)] + JSON.trailers(complete.trailers)).text)
        }
        for reply in replies {
            console.print("\(name(reply.unit))  norm \(reply.norm)")
            console.print("  promotes \(words(reply.promoted))")
            console.print("  demotes  \(words(reply.demoted))")
        }
    }

    private func words(_ scores: [Neurond_V1_TokenScore]) -> String {
        scores.map { JSON.string(piece($0.piece)).text }.joined(separator: " ")
    }

    private func json(_ reply: Neurond_V1_ProjectReply) -> JSON {
        [
            "unit": .string(name(reply.unit)), "norm": .number(Double(reply.norm)),
            "promoted": .scores(reply.promoted), "demoted": .scores(reply.demoted),
        ]
    }
}

/// `neuronctl columns`.
struct ColumnsCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "columns", abstract: "Weight columns of neurons, or their norms.",
        discussion: "Example: neuronctl columns L3N0-9 --kind value -o columns.safetensors")

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case value, gate, up

        var message: Neurond_V1_ColumnsRequest.Kind {
            switch self {
            case .value: .value
            case .gate: .gate
            case .up: .up
            }
        }
    }

    @OptionGroup var units: UnitArguments

    @Option(help: "value: column of the down projection; gate, up: rows of those.")
    var kind = Kind.value

    @Option(name: .shortAndLong, help: "Write the columns to this safetensors file.")
    var output: String?

    @OptionGroup var connection: ConnectionOptions

    func run(_ client: Client, _ console: Console) async throws {
        var request = Neurond_V1_ColumnsRequest()
        request.units = try units.references()
        request.kind = kind.message
        request.normsOnly = output == nil
        let answer = try await client.answer(to: request, options: connection.callOptions)
        if let output {
            try TensorFile.write(output, answer.tensors, trailers: answer.trailers)
        }
        let norms = zip(request.units, answer.reply.norms)
        if connection.json {
            let list = norms.map { unit, norm -> JSON in
                ["unit": .string(name(unit)), "norm": .number(Double(norm))]
            }
            console.print(
                JSON.object([("units", .array(list))] + JSON.trailers(answer.trailers)).text)
        } else {
            for (unit, norm) in norms { console.print("\(name(unit))\t\(norm)") }
        }
    }
}

/// A neuron as it is written everywhere.
private func name(_ unit: Neurond_V1_NeuronRef) -> String { "L\(unit.layer)N\(unit.neuron)" }
