import Messages
package import NeurondClient
import SwiftProtobuf

/// The model of a daemon, asked through its client.
///
/// Questions are cut into requests that the daemon's limits allow, in the lane for bulk work. A
/// daemon that is busy, restarting or gone is asked again for a bounded time, on a new connection
/// where the old one is lost; anything else that it says ends the study with the daemon's words.
package final class DaemonModel: StudyModel {
    package let identity: ModelIdentity

    let link: DaemonLink
    /// Of every call: this model, and the lane that yields to people unless another is asked for.
    let options: CallOptions
    private let limits: [String: Int]

    /// Connects, and asks which model it is.
    ///
    /// - Parameters:
    ///   - options: The model, by name or digest, and what goes with every request.
    ///   - connect: Makes a connection, at the start and whenever one was lost.
    ///   - pause: Waits before a question is asked again.
    package init(
        options: CallOptions,
        connect: @escaping @Sendable () async throws -> Client,
        pause: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }
    ) async throws {
        link = DaemonLink(connect: connect, pause: pause)
        let capabilities = try await link.ask { client throws(NeurondError) in
            try await client.capabilities()
        }
        identity = try Self.identity(of: options.model, in: capabilities)
        var options = options
        options.model = identity.digest
        options.lane = options.lane ?? .bulk
        self.options = options
        limits = Dictionary(
            capabilities.limits.map { ($0.name, Int(clamping: $0.value)) },
            uniquingKeysWith: { first, _ in first })
        await link.expect(identity)
    }

    /// Ends the connection.
    package func close() async { await link.close() }

    static func identity(
        of model: String, in capabilities: Neurond_V1_CapabilitiesReply
    ) throws(StudyError) -> ModelIdentity {
        let found = capabilities.models.first {
            model.isEmpty || $0.name == model || $0.digest == model
        }
        guard let found else {
            let names = capabilities.models.map(\.name).joined(separator: ", ")
            throw StudyError(
                "UNKNOWN_MODEL", "the daemon serves no model \"\(model)\"; it serves: \(names)")
        }
        return ModelIdentity(
            name: found.name, digest: found.digest, tokenizerDigest: found.tokenizerDigest,
            weightFormat: found.weightFormat, build: capabilities.build,
            layers: Int(found.layers), neurons: Int(found.neurons), width: Int(found.width),
            vocabulary: Int(found.vocabulary), contextLength: Int(found.contextLength))
    }

    var itemLimit: Int { max(1, limits["service.items_per_request"] ?? 1) }
    var unitLimit: Int { max(1, limits["service.units_per_request"] ?? 1) }

    /// Answers in order, from as few requests as the limits allow.
    ///
    /// Requests that turn out too large for the connection or for the daemon's memory are halved.
    func inParts<Item: Sendable, Result: Sendable>(
        _ items: [Item], limit: Int,
        _ ask: @escaping @Sendable (Client, [Item]) async throws -> [Result]
    ) async throws -> [Result] {
        var results: [Result] = []
        var parts = stride(from: 0, to: items.count, by: limit).map { start in
            Array(items[start..<min(start + limit, items.count)])
        }
        parts.reverse()
        while let part = parts.popLast() {
            do {
                results += try await link.ask { client in try await ask(client, part) }
            } catch let error as NeurondError
                where DaemonLink.tooLarge.contains(error.reason) && part.count > 1
            {
                let middle = part.count / 2
                parts += [Array(part[middle...]), Array(part[..<middle])]
            }
        }
        return results
    }
}

extension Neurond_V1_Prompt {
    /// A study's prompt as the wire has it.
    init(_ prompt: StudyPrompt) {
        switch prompt {
        case .text(let text): self.init(text: text)
        case .chat(let messages):
            self.init()
            chat.messages = messages.map { message in
                .with {
                    $0.role = message.role
                    $0.content = message.content
                }
            }
        }
    }
}
