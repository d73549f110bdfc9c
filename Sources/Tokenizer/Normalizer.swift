import Foundation

extension NormalizerStep {
    /// Applies the step to a stretch of text between added tokens.
    func apply(to text: [UInt8]) -> [UInt8] {
        switch self {
        case .prepend(let content):
            text.isEmpty ? text : content + text
        case .replace(let pattern, let content):
            text.replacingAll(pattern, with: content)
        case .composeCanonically:
            Self.composed(text)
        case .collapseSpaces:
            Self.spacesCollapsed(text)
        }
    }

    /// Normalization form C; text below U+0300 has it already.
    private static func composed(_ text: [UInt8]) -> [UInt8] {
        // Lead bytes up to 0xCB encode scalars up to U+02FF.
        guard text.contains(where: { $0 >= 0xCC }) else { return text }
        let string = String(decoding: text, as: UTF8.self)
        return Array(string.precomposedStringWithCanonicalMapping.utf8)
    }

    private static func spacesCollapsed(_ text: [UInt8]) -> [UInt8] {
        let space = UInt8(ascii: " ")
        let words = text.split(separator: space, omittingEmptySubsequences: true)
        return Array(words.joined(separator: [space]))
    }
}

extension [UInt8] {
    /// Replaces every occurrence of a pattern, from left to right; an empty one occurs nowhere.
    func replacingAll(_ pattern: [UInt8], with content: [UInt8]) -> [UInt8] {
        guard let first = pattern.first else { return self }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        var index = 0
        while index < count {
            if self[index] == first, self[index...].starts(with: pattern) {
                result += content
                index += pattern.count
            } else {
                result.append(self[index])
                index += 1
            }
        }
        return result
    }
}
