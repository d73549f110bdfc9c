extension ChatForm {
    private typealias Message = Chat.Message

    /// The parts of a conversation, as the template puts them together.
    func parts(of chat: Chat) throws(ChatError) -> [ChatPart] {
        try check(chat.messages)
        switch self {
        case .chatML(let system): return Self.chatML(chat, system: system)
        case .qwen2: return Self.chatML(chat, system: "You are a helpful assistant.")
        case .qwen25(let system): return Self.qwen25(chat, system: system)
        case .qwen3(let thinks): return Self.qwen3(chat, thinks: thinks)
        case .llama2: return Self.llama2(chat)
        case .llama3(let alwaysPrompts): return Self.llama3(chat, alwaysPrompts: alwaysPrompts)
        case .llama31(let usesToday): return Self.llama31(chat, usesToday: usesToday)
        case .mistral(let form): return Self.mistral(chat, form)
        }
    }

    /// Refuses roles that the template has no place for, and an order that it does not take.
    private func check(_ messages: [Message]) throws(ChatError) {
        guard let first = messages.first else {
            throw .badMessages("there are none; at least one is needed")
        }
        let roles = ["system", "user", "assistant"] + (takesTools ? ["tool"] : [])
        for (index, message) in messages.enumerated() where !roles.contains(message.role) {
            throw .badMessages(
                "message \(index) has the role \"\(message.role.prefix(32))\"; expected "
                    + roles.joined(separator: ", "))
        }
        guard alternates else { return }
        let hasSystem = first.role == "system"
        if hasSystem, !takesSystem {
            throw .badMessages("message 0 is a system message; expected user or assistant")
        }
        for (index, message) in messages.dropFirst(hasSystem ? 1 : 0).enumerated() {
            let expected = index % 2 == 0 ? "user" : "assistant"
            guard message.role == expected else {
                throw .badMessages(
                    "message \(index + (hasSystem ? 1 : 0)) has the role \"\(message.role)\"; "
                        + "expected \(expected): after a system message, user and assistant "
                        + "alternate")
            }
        }
    }

    private var alternates: Bool {
        switch self {
        case .mistral(.seventh): false
        case .llama2, .mistral: true
        default: false
        }
    }

    private var takesSystem: Bool {
        switch self {
        case .mistral(.first), .mistral(.spaced): false
        default: true
        }
    }

    // MARK: Mistral and Llama 2

    private static func llama2(_ chat: Chat) -> [ChatPart] {
        var messages = chat.messages[...]
        var system = ""
        if let first = messages.first, first.role == "system" {
            system = "<<SYS>>\n\(first.content)\n<</SYS>>\n\n"
            messages = messages.dropFirst()
        }
        var parts: [ChatPart] = []
        for message in messages {
            if message.role == "user" {
                parts += [.bos, .mark("[INST]"), .text(" \((system + message.content).trimmed) ")]
                parts.append(.mark("[/INST]"))
            } else {
                parts += [.text(" \(message.content.trimmed) "), .eos]
            }
            system = ""
        }
        return parts
    }

    private static func mistral(_ chat: Chat, _ form: MistralForm) -> [ChatPart] {
        guard form != .seventh else { return mistral7(chat) }
        var messages = chat.messages
        var system: String?
        if messages.first?.role == "system" { system = messages.removeFirst().content + "\n\n" }
        var parts: [ChatPart] = [.bos]
        for (index, message) in messages.enumerated() {
            guard message.role == "user" else {
                parts += answer(message.content, form)
                continue
            }
            let isPlace = form == .system ? index == 0 : index == messages.count - 1
            let content = (isPlace ? system ?? "" : "") + message.content
            if form == .system { parts.append(.text(" ")) }
            parts.append(.mark("[INST]"))
            switch form {
            case .first, .spaced, .system: parts.append(.text(" \(content) "))
            case .third, .seventh: parts.append(.text(" \(content)"))
            case .tekken: parts.append(.text(content))
            }
            parts.append(.mark("[/INST]"))
        }
        return parts
    }

    private static func answer(_ content: String, _ form: MistralForm) -> [ChatPart] {
        switch form {
        case .first, .tekken: [.text(content), .eos]
        case .spaced: [.text(content), .eos, .text(" ")]
        case .system, .seventh: [.text(" \(content)"), .eos]
        case .third: [.text(" \(content.trimmed)"), .eos]
        }
    }

    private static func mistral7(_ chat: Chat) -> [ChatPart] {
        var parts: [ChatPart] = [.bos]
        for message in chat.messages {
            let text = ChatPart.text(" \(message.content)")
            switch message.role {
            case "user": parts += [.mark("[INST]"), text, .mark("[/INST]")]
            case "system": parts += [.mark("[SYSTEM_PROMPT]"), text, .mark("[/SYSTEM_PROMPT]")]
            default: parts += answer(message.content, .seventh)
            }
        }
        return parts
    }

    // MARK: Llama 3

    private static func header(_ role: String) -> [ChatPart] {
        [.mark("<|start_header_id|>"), .text(role), .mark("<|end_header_id|>")]
    }

    private static func turn(_ message: Message) -> [ChatPart] {
        header(message.role) + [.text("\n\n" + message.content.trimmed), .mark("<|eot_id|>")]
    }

    private static func llama3(_ chat: Chat, alwaysPrompts: Bool) -> [ChatPart] {
        let parts = [.bos] + chat.messages.flatMap(turn)
        guard alwaysPrompts || chat.addsGenerationPrompt else { return parts }
        return parts + header("assistant") + [.text("\n\n")]
    }

    private static func llama31(_ chat: Chat, usesToday: Bool) -> [ChatPart] {
        var messages = chat.messages[...]
        var system = ""
        if let first = messages.first, first.role == "system" {
            system = first.content.trimmed
            messages = messages.dropFirst()
        }
        let date = chat.date ?? (usesToday ? chat.today : nil) ?? "26 Jul 2024"
        let opening =
            "\n\nCutting Knowledge Date: December 2023\nToday Date: \(date)\n\n\(system)"
        var parts: [ChatPart] = [.bos] + header("system")
        parts += [.text(opening), .mark("<|eot_id|>")] + messages.flatMap(turn)
        guard chat.addsGenerationPrompt else { return parts }
        return parts + header("assistant") + [.text("\n\n")]
    }
}

extension String {
    /// Without white space at both ends, as Python's `strip` sees it.
    var trimmed: String { trimmed { $0.properties.isWhitespace || (0x1C...0x1F) ~= $0.value } }

    /// Without scalars that `isTrimmed` at both ends.
    func trimmed(
        atStart: Bool = true, atEnd: Bool = true, _ isTrimmed: (Unicode.Scalar) -> Bool
    ) -> String {
        var rest = unicodeScalars[...]
        while atStart, let first = rest.first, isTrimmed(first) { rest.removeFirst() }
        while atEnd, let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return String(rest)
    }
}
