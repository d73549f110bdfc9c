import ArgumentParser
import Messages
import NeurondClient

/// `neuronctl status`.
struct StatusCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What the daemon is doing.",
        discussion: "Example: neuronctl status --json")

    @OptionGroup var connection: ConnectionOptions

    func run(_ client: Client, _ console: Console) async throws {
        let status = try await client.answer(
            to: Neurond_V1_StatusRequest(), options: connection.callOptions
        ).reply
        console.print(connection.json ? JSON.status(status).text : StatusText.summary(status))
    }
}

/// `neuronctl capabilities`.
struct CapabilitiesCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "capabilities", abstract: "What the daemon serves, and its limits.",
        discussion: "Example: neuronctl capabilities --json")

    @OptionGroup var connection: ConnectionOptions

    func run(_ client: Client, _ console: Console) async throws {
        let reply = try await client.answer(
            to: Neurond_V1_CapabilitiesRequest(), options: connection.callOptions
        ).reply
        console.print(connection.json ? json(reply).text : text(reply))
    }

    private func text(_ reply: Neurond_V1_CapabilitiesReply) -> String {
        var lines = ["build \(reply.build), protocol version \(reply.protocolVersion)"]
        lines += reply.models.map { "model \(describe($0))" }
        lines += ["", "sites (row, unit)"]
        lines += reply.sites.map { "  \($0.name)  \($0.rowShape), \($0.unit)" }
        lines += ["", "actions     \(reply.actions.joined(separator: " "))"]
        lines += ["reductions  \(reply.reductions.joined(separator: " "))"]
        lines += ["methods     \(reply.methods.joined(separator: " "))", "", "limits"]
        lines += reply.limits.map { "  \($0.name)  \($0.value)  \($0.meaning)" }
        return lines.joined(separator: "\n")
    }

    private func json(_ reply: Neurond_V1_CapabilitiesReply) -> JSON {
        [
            "build": .string(reply.build),
            "protocol_version": .integer(Int64(reply.protocolVersion)),
            "models": .array(reply.models.map { .model($0) }),
            "sites": .array(
                reply.sites.map { site in
                    [
                        "name": .string(site.name), "row_shape": .string(site.rowShape),
                        "unit": .string(site.unit),
                        "aliases": .array(site.aliases.map { .string($0) }),
                    ]
                }),
            "actions": .array(reply.actions.map { .string($0) }),
            "reductions": .array(reply.reductions.map { .string($0) }),
            "methods": .array(reply.methods.map { .string($0) }),
            "limits": .array(
                reply.limits.map { limit in
                    [
                        "name": .string(limit.name),
                        "value": .count(limit.value),
                        "meaning": .string(limit.meaning),
                    ]
                }),
        ]
    }
}

/// A model in one line.
func describe(_ model: Neurond_V1_ModelInfo) -> String {
    "\(model.name) (\(model.architecture), \(model.layers) layers, \(model.neurons) neurons, "
        + "\(model.heads) heads, source \(model.sourceType), resident \(model.weightFormat)"
        + "\(lost(model)), \(model.residentBytes) bytes resident, \(chatTemplate(of: model)))"
}

/// What the model's files say about conversations.
private func chatTemplate(of model: Neurond_V1_ModelInfo) -> String {
    if model.chatTemplateDigest.isEmpty { return "no chat template" }
    return model.chatFamily.isEmpty
        ? "a chat template that is not rendered" : "chat template \(model.chatFamily)"
}

/// What it cost to bring the weights into their resident form.
private func lost(_ model: Neurond_V1_ModelInfo) -> String {
    guard model.hasConversionLoss else { return " without loss" }
    let share = (model.conversionLoss.mean * 1e4).rounded() / 100
    return ", rms error \(share) %"
}

/// A time for people.
func seconds(_ value: Double) -> String {
    value >= 1 ? "\((value * 10).rounded() / 10) s" : "\((value * 1e5).rounded() / 100) ms"
}
