// ChatML and what Qwen's templates make of it.
extension ChatForm {
    private static func turn(_ role: String, _ content: [ChatPart]) -> [ChatPart] {
        [.mark("<|im_start|>"), .text(role + "\n")] + content + [.mark("<|im_end|>"), .text("\n")]
    }

    private static func turn(_ message: Chat.Message) -> [ChatPart] {
        turn(message.role, [.text(message.content)])
    }

    private static func prompt(_ chat: Chat) -> [ChatPart] {
        chat.addsGenerationPrompt ? [.mark("<|im_start|>"), .text("assistant\n")] : []
    }

    static func chatML(_ chat: Chat, system: String?) -> [ChatPart] {
        var parts: [ChatPart] = []
        if let system, chat.messages.first?.role != "system" {
            parts += turn("system", [.text(system)])
        }
        return parts + chat.messages.flatMap(turn) + prompt(chat)
    }

    static func qwen25(_ chat: Chat, system: String) -> [ChatPart] {
        var parts: [ChatPart] = []
        if chat.messages.first?.role != "system" { parts += turn("system", [.text(system)]) }
        for (index, message) in chat.messages.enumerated() {
            parts += message.role == "tool" ? toolTurn(chat.messages, index) : turn(message)
        }
        return parts + prompt(chat)
    }

    /// A tool's answer; those that follow one another share a user's turn.
    private static func toolTurn(_ messages: [Chat.Message], _ index: Int) -> [ChatPart] {
        let isFirst = index == 0 || messages[index - 1].role != "tool"
        let isLast = index == messages.count - 1 || messages[index + 1].role != "tool"
        var parts: [ChatPart] = isFirst ? [.mark("<|im_start|>"), .text("user")] : []
        parts += [.text("\n"), .mark("<tool_response>"), .text("\n\(messages[index].content)\n")]
        parts.append(.mark("</tool_response>"))
        return parts + (isLast ? [.mark("<|im_end|>"), .text("\n")] : [])
    }

    static func qwen3(_ chat: Chat, thinks: Bool) -> [ChatPart] {
        let messages = chat.messages
        let lastQuery = messages.lastIndex(where: isQuery) ?? messages.count - 1
        var parts: [ChatPart] = []
        for (index, message) in messages.enumerated() {
            switch message.role {
            case "tool": parts += toolTurn(messages, index)
            case "assistant" where thinks:
                let isLast = index == messages.count - 1
                parts += answer(message.content, follows: index > lastQuery, isLast: isLast)
            default: parts += turn(message)
            }
        }
        return parts + prompt(chat)
    }

    /// Whether a message is a user's own, and no tool's answer that a user's message carries.
    private static func isQuery(_ message: Chat.Message) -> Bool {
        message.role == "user"
            && !(message.content.utf8.starts(with: "<tool_response>".utf8)
                && message.content.utf8.suffix(16).elementsEqual("</tool_response>".utf8))
    }

    /// An answer of a model that thinks: its thoughts are kept after the last question alone.
    private static func answer(_ content: String, follows: Bool, isLast: Bool) -> [ChatPart] {
        let isLineFeed = { (scalar: Unicode.Scalar) in scalar == "\n" }
        var thoughts = ""
        var text = content
        let halves = content.split(exactly: "</think>")
        if halves.count > 1 {
            let before = halves[0].trimmed(atStart: false, isLineFeed)
            thoughts = (before.split(exactly: "<think>").last ?? "")
                .trimmed(atEnd: false, isLineFeed)
            text = (halves.last ?? "").trimmed(atEnd: false, isLineFeed)
        }
        guard follows, isLast || !thoughts.isEmpty else { return turn("assistant", [.text(text)]) }
        return turn(
            "assistant",
            [
                .mark("<think>"), .text("\n\(thoughts.trimmed(isLineFeed))\n"), .mark("</think>"),
                .text("\n\n" + text.trimmed(atEnd: false, isLineFeed)),
            ])
    }
}

extension String {
    /// The parts between occurrences of a text, compared byte by byte.
    fileprivate func split(exactly separator: String) -> [String] {
        let pattern = Array(separator.utf8)
        var parts: [[UInt8]] = [[]]
        let bytes = Array(utf8)
        var index = 0
        while index < bytes.count {
            if bytes[index] == pattern[0], bytes[index...].starts(with: pattern) {
                parts.append([])
                index += pattern.count
            } else {
                parts[parts.count - 1].append(bytes[index])
                index += 1
            }
        }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }
}
