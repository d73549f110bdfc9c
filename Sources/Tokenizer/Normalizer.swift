import Foundation

extension NormalizerStep {
    /// Applies the step to a stretch of text between added tokens.
    func apply(to text: [UInt8]) -> [UInt8] {
        switch self {
        case .prepend(let content):
            text.isEmpty ? text : content + text
        case .replace(let pattern, let content):
            text.replacingAll(pattern, with: content)
        case .normalize(let form):
            Self.normalized(text, form)
        case .collapseSpaces:
            Self.spacesCollapsed(text)
        }
    }

    /// A normalization form of a text; ASCII has all of them, text below U+0300 form C.
    ///
    /// An ASCII character never combines with what stands before it (it is a starter, and the
    /// second part of no composition: UAX #15), so only stretches from the ASCII character before
    /// the first other one to the next are looked at. A long text with a dash here and there costs
    /// what one without costs.
    private static func normalized(_ text: [UInt8], _ form: UnicodeForm) -> [UInt8] {
        // Lead bytes up to 0xCB encode scalars up to U+02FF.
        let first: UInt8 = form == .nfc ? 0xCC : 0x80
        guard var next = text.firstIndex(where: { $0 >= first }) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var copied = 0
        while true {
            let start = text[copied..<next].lastIndex { $0 < 0x80 } ?? copied
            let end = text[next...].firstIndex { $0 < 0x80 } ?? text.count
            result += text[copied..<start]
            result += composed(text[start..<end], form)
            copied = end
            guard let found = text[end...].firstIndex(where: { $0 >= first }) else { break }
            next = found
        }
        return result + text[copied...]
    }

    private static func composed(_ text: ArraySlice<UInt8>, _ form: UnicodeForm) -> [UInt8] {
        let string = String(decoding: text, as: UTF8.self)
        return switch form {
        case .nfc: Array(string.precomposedStringWithCanonicalMapping.utf8)
        case .nfd: Array(string.decomposedStringWithCanonicalMapping.utf8)
        case .nfkc: Array(string.precomposedStringWithCompatibilityMapping.utf8)
        case .nfkd: Array(string.decomposedStringWithCompatibilityMapping.utf8)
        }
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
