import Foundation
import HookMessages
import Hooks
import Messages
import NeurondClient

/// One line of an items file.
///
/// `{"prompt": "2+3=", "continuation": "5", "hooks": ["zero L1N7"], "captures": []}`; in place of a
/// text, `tokens` and `continuation_tokens` give ids, and `messages` a conversation. `group` and
/// `tags` (`{"subject": "algebra"}`) are labels for `statistics`, which also reads `counted`, pairs
/// of a first position and the one past the last. Another key is refused.
struct Item: Decodable {
    var prompt: String?
    var tokens: [UInt32]?
    var messages: [ChatEntry]?
    var continuation: String?
    var continuationTokens: [UInt32]?
    var seed: UInt64?
    var maxTokens: UInt32?
    var hooks: [String]?
    var captures: [String]?
    var group: String?
    var tags: [String: String]?
    var counted: [[UInt32]]?
    /// What the line says.
    var keys: Set<CodingKeys>

    enum CodingKeys: String, CodingKey, CaseIterable {
        case prompt, tokens, messages, continuation, seed, hooks, captures, group, tags, counted
        case continuationTokens = "continuation_tokens"
        case maxTokens = "max_tokens"
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let known = Set(CodingKeys.allCases.map(\.rawValue))
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys
        where !known.contains(key.stringValue) {
            throw UsageError(
                "unknown key \"\(key.stringValue)\"; keys are "
                    + CodingKeys.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        keys = Set(fields.allKeys)
        prompt = try fields.decodeIfPresent(String.self, forKey: .prompt)
        tokens = try fields.decodeIfPresent([UInt32].self, forKey: .tokens)
        messages = try fields.decodeIfPresent([ChatEntry].self, forKey: .messages)
        continuation = try fields.decodeIfPresent(String.self, forKey: .continuation)
        continuationTokens = try fields.decodeIfPresent([UInt32].self, forKey: .continuationTokens)
        seed = try fields.decodeIfPresent(UInt64.self, forKey: .seed)
        maxTokens = try fields.decodeIfPresent(UInt32.self, forKey: .maxTokens)
        hooks = try fields.decodeIfPresent([String].self, forKey: .hooks)
        captures = try fields.decodeIfPresent([String].self, forKey: .captures)
        group = try fields.decodeIfPresent(String.self, forKey: .group)
        tags = try fields.decodeIfPresent([String: String].self, forKey: .tags)
        counted = try fields.decodeIfPresent([[UInt32]].self, forKey: .counted)
    }

    /// Refuses keys that another command reads and this one would pass over.
    func refuse(_ others: [CodingKeys], _ path: String, _ remedy: String) throws {
        if let key = others.first(where: keys.contains) {
            throw FileError("\(path): \"\(key.rawValue)\" has no place here; \(remedy)")
        }
    }

    /// The item's prompt; exactly one of `prompt`, `tokens` and `messages`.
    ///
    /// - Parameter options: how a text is read.
    func promptMessage(_ options: PromptOptions? = nil) throws -> Neurond_V1_Prompt {
        guard [prompt != nil, tokens != nil, messages != nil].count(where: { $0 }) == 1 else {
            throw UsageError(#"give one of "prompt", "tokens" and "messages""#)
        }
        if prompt == nil, options?.conversation.isPresent == true {
            throw UsageError(#"--chat, --system and --messages go with lines that have "prompt""#)
        }
        if let messages { return ChatOptions.message(messages, date: options?.conversation.date) }
        if let tokens { return Neurond_V1_Prompt(tokens: tokens) }
        return try options?.message(of: prompt ?? "") ?? Neurond_V1_Prompt(text: prompt ?? "")
    }

    /// The item's continuation; exactly one of `continuation` and `continuation_tokens`.
    func continuationMessage() throws -> Neurond_V1_Prompt {
        switch (continuation, continuationTokens) {
        case (let text?, nil): return Neurond_V1_Prompt(text: text)
        case (nil, let ids?): return Neurond_V1_Prompt(tokens: ids)
        default: throw UsageError(#"give one of "continuation" and "continuation_tokens""#)
        }
    }

    /// The positions that the item counts; none: those of the continuation, or all.
    func countedRanges() throws -> [Neurond_V1_PositionRange] {
        try (counted ?? []).map { pair in
            guard pair.count == 2 else {
                throw UsageError(#""counted" holds pairs such as [3, 9], positions 3 to 8"#)
            }
            var range = Neurond_V1_PositionRange()
            (range.start, range.end) = (pair[0], pair[1])
            return range
        }
    }

    /// The item's own plan, if it has one.
    func plan(_ reader: inout PlanReader) throws -> Neurond_V1_HookPlan? {
        guard hooks != nil || captures != nil else { return nil }
        let plan = try reader.read(file: nil, hooks: hooks ?? [], captures: captures ?? [])
        return try Neurond_V1_HookPlan(plan)
    }
}

extension Item {
    /// Reads a file, one JSON object per line; empty lines are skipped.
    static func read(_ path: String) throws -> [Item] {
        let text = String(decoding: try readFile(path), as: UTF8.self)
        var items: [Item] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
            do {
                items.append(try JSONDecoder().decode(Item.self, from: Data(line.utf8)))
            } catch let error as UsageError {
                throw FileError("\(path), line \(index + 1): \(error.message)")
            } catch {
                throw FileError(
                    "\(path), line \(index + 1): expected a JSON object such as "
                        + #"{"prompt": "2+3=", "continuation": "5"}"#)
            }
        }
        guard !items.isEmpty else { throw FileError("\(path): holds no items") }
        return items
    }
}
