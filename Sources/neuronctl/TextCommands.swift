import ArgumentParser
import Foundation
import Messages
import NeurondClient

/// `neuronctl tokenize`.
struct TokenizeCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Token ids of a text, with the text of each.",
        discussion: "Example: neuronctl tokenize '2+3='")

    @OptionGroup var prompt: PromptOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws { try prompt.check() }

    func run(_ client: Client, _ console: Console) async throws {
        var request = Neurond_V1_TokenizeRequest()
        request.prompt = try prompt.message()
        let reply = try await client.answer(to: request, options: connection.callOptions).reply
        if connection.json {
            let json: JSON = [
                "tokens": .integers(reply.ids),
                "pieces": .array(reply.pieces.map { .string(piece($0)) }),
                "text": .string(piece(reply.pieces.reduce(Data(), +))),
            ]
            return console.print(json.text)
        }
        for (index, id) in reply.ids.enumerated() {
            let bytes = index < reply.pieces.count ? reply.pieces[index] : Data()
            console.print("\(id)\t\(JSON.string(piece(bytes)).text)")
        }
    }
}

/// `neuronctl detokenize`.
struct DetokenizeCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "detokenize", abstract: "The text of token ids.",
        discussion: "Example: neuronctl detokenize 5 13 6 14")

    @Argument(help: "Token ids, apart by commas or blanks; - reads them from standard input.")
    var ids: [String]

    @Flag(help: "Spell special tokens out.")
    var keepSpecial = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if ids != ["-"] { _ = try PromptOptions.ids(ids.joined(separator: " ")) }
    }

    func run(_ client: Client, _ console: Console) async throws {
        var request = Neurond_V1_DetokenizeRequest()
        let text = ids == ["-"] ? console.readInput() : ids.joined(separator: " ")
        request.ids = try PromptOptions.ids(text)
        request.keepSpecial = keepSpecial
        let reply = try await client.answer(to: request, options: connection.callOptions).reply
        guard connection.json else { return console.print(reply.text) }
        let json: JSON = [
            "tokens": .integers(request.ids), "text": .string(reply.text),
            "pieces": .array(reply.pieces.map { .string(piece($0)) }),
        ]
        console.print(json.text)
    }
}
