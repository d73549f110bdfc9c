import Foundation
import HookMessages
import Hooks
import Messages
import NeurondClient

/// One line of an items file.
///
/// `{"prompt": "2+3=", "continuation": "5", "hooks": ["zero L1N7"], "captures": []}`; in place of a
/// text, `tokens` and `continuation_tokens` give ids. Another key is refused.
struct Item: Decodable {
    var prompt: String?
    var tokens: [UInt32]?
    var continuation: String?
    var continuationTokens: [UInt32]?
    var hooks: [String]?
    var captures: [String]?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case prompt, tokens, continuation, hooks, captures
        case continuationTokens = "continuation_tokens"
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
        prompt = try fields.decodeIfPresent(String.self, forKey: .prompt)
        tokens = try fields.decodeIfPresent([UInt32].self, forKey: .tokens)
        continuation = try fields.decodeIfPresent(String.self, forKey: .continuation)
        continuationTokens = try fields.decodeIfPresent([UInt32].self, forKey: .continuationTokens)
        hooks = try fields.decodeIfPresent([String].self, forKey: .hooks)
        captures = try fields.decodeIfPresent([String].self, forKey: .captures)
    }

    /// The item's prompt; exactly one of `prompt` and `tokens`.
    func promptMessage() throws -> Neurond_V1_Prompt {
        try Self.message(prompt, tokens, "prompt", "tokens")
    }

    /// The item's continuation; exactly one of `continuation` and `continuation_tokens`.
    func continuationMessage() throws -> Neurond_V1_Prompt {
        try Self.message(
            continuation, continuationTokens, "continuation", "continuation_tokens")
    }

    /// The item's own plan, if it has one.
    func plan(_ reader: inout PlanReader) throws -> Neurond_V1_HookPlan? {
        guard hooks != nil || captures != nil else { return nil }
        let plan = try reader.read(file: nil, hooks: hooks ?? [], captures: captures ?? [])
        return try Neurond_V1_HookPlan(plan)
    }

    private static func message(
        _ text: String?, _ ids: [UInt32]?, _ textKey: String, _ idsKey: String
    ) throws -> Neurond_V1_Prompt {
        switch (text, ids) {
        case (let text?, nil): return Neurond_V1_Prompt(text: text)
        case (nil, let ids?): return Neurond_V1_Prompt(tokens: ids)
        default: throw UsageError("give one of \"\(textKey)\" and \"\(idsKey)\"")
        }
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
