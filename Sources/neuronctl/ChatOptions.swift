import ArgumentParser
import Foundation
import Messages
import NeurondClient

/// A conversation in place of a prompt, rendered by the model's own chat template.
struct ChatOptions: ParsableArguments {
    @Flag(help: "The prompt is a user's message, put into the model's chat template.")
    var chat = false

    @Option(help: "System message before the user's; implies --chat.")
    var system: String?

    @Option(
        help: ArgumentHelp(
            "File with messages; a prompt is then the user's message after them.",
            discussion: "A JSON array, or one object a line, of {\"role\", \"content\"}.",
            valueName: "path"))
    var messages: String?

    @Option(help: "Date for templates that write one, such as '26 Jul 2024'; default: theirs.")
    var date: String?

    /// Whether the prompt is a conversation.
    var isPresent: Bool { chat || system != nil || messages != nil }

    /// Says what contradicts what.
    func check(_ prompt: PromptOptions) throws {
        guard isPresent else {
            if date != nil { throw ValidationError("--date goes with --chat or --messages") }
            return
        }
        let others = [
            ("--tokens", prompt.tokens != nil), ("--from-bos", prompt.fromBos),
            ("--no-special", prompt.noSpecial), ("--literal-special", prompt.literalSpecial),
        ]
        for (name, isGiven) in others where isGiven {
            throw ValidationError(
                "\(name) and a conversation contradict each other: the template decides")
        }
    }

    /// The conversation, `prompt` being its last message.
    func message(_ prompt: String?) throws -> Neurond_V1_Prompt {
        var entries: [ChatEntry] = []
        if let system { entries.append(ChatEntry(role: "system", content: system)) }
        entries += try messages.map(Self.read) ?? []
        if let prompt { entries.append(ChatEntry(role: "user", content: prompt)) }
        return Self.message(entries, date: date)
    }

    /// A conversation as a prompt.
    static func message(_ entries: [ChatEntry], date: String?) -> Neurond_V1_Prompt {
        var message = Neurond_V1_Prompt()
        message.chat.messages = entries.map { entry in
            var message = Neurond_V1_ChatMessage()
            message.role = entry.role
            message.content = entry.content
            return message
        }
        message.chat.date = date ?? ""
        return message
    }

    private static func read(_ path: String) throws -> [ChatEntry] {
        let data = Data(try readFile(path))
        let decoder = JSONDecoder()
        let isArray = data.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "[")
        do {
            let parts = isArray ? [data] : data.split(separator: UInt8(ascii: "\n"))
            return isArray
                ? try decoder.decode([ChatEntry].self, from: parts[0])
                : try parts.filter { !$0.allSatisfy { $0 <= 0x20 } }
                    .map { try decoder.decode(ChatEntry.self, from: $0) }
        } catch {
            throw FileError(
                "\(path): expected messages such as "
                    + #"{"role": "user", "content": "2+3="}, in a JSON array or one a line"#)
        }
    }
}

/// One message of a conversation, as files have it.
struct ChatEntry: Decodable {
    var role: String
    var content: String
}
