import HookMessages
import Hooks
import Messages
import SwiftProtobuf

/// Masks in each of their three forms.
var maskSeeds: [[UInt8]] {
    let sets = [
        IndexRanges(indices: [1, 2, 3, 40]), IndexRanges(indices: stride(from: 0, to: 90, by: 3)),
        IndexRanges([0..<14_336]), IndexRanges(indices: (0..<64).filter { $0 * $0 % 7 < 3 }),
    ]
    return sets.map { [3] + MaskEncoding.encode($0) }
}

/// The messages of those inputs that are plans.
func hookMessageSeeds(_ inputs: [[UInt8]]) -> [[UInt8]] {
    inputs.compactMap { input in
        let text = String(decoding: input.dropFirst(), as: UTF8.self)
        let plan = input[0] == 0 ? try? HookPlan(text: text) : nil
        guard let plan, let message = try? Neurond_V1_HookPlan(plan),
            let bytes: [UInt8] = try? message.serializedBytes()
        else { return nil }
        return [2] + bytes
    }
}

/// A SentencePiece vocabulary and a byte-level one in the dense form of `fuzzTokenizer`.
var vocabularySeeds: [[UInt8]] {
    let bytes = (0..<256).map { "<0x" + hexadecimal($0) + ">" }
    let pieces = ["▁", "H", "e", "l", "o", "ll", "He", "▁Hello", "1", "2"]
    let sentencePiece = ["<unk>", "<s>", "</s>"] + bytes + pieces
    let types: [UInt8] =
        [2, 3, 3] + [UInt8](repeating: 6, count: 256) + pieces.map { _ in 1 }
    let letters = (0x21...0x7E).map { String(UnicodeScalar(UInt8($0))) } + ["Ġ", "Ċ"]
    let merges = ["l l", "H e", "He ll", "Hell o"]
    let byteLevel = letters + ["ll", "He", "Hell", "Hello"]
    return [
        dense([0, 0], [1, 2, 0, 0xFFFF], sentencePiece, [], types),
        dense([1 + 2, 3], [1, 2, 0xFFFF, 0xFFFF], byteLevel, merges, [])
            + byteLevel.map { _ in 1 },
    ]
}

private func hexadecimal(_ value: Int) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return digits.count == 1 ? "0" + digits : digits
}

private func dense(
    _ head: [UInt8], _ ids: [Int], _ tokens: [String], _ merges: [String], _ types: [UInt8]
) -> [UInt8] {
    head + ids.flatMap(word) + list(tokens) + list(merges) + types
}

private func list(_ strings: [String]) -> [UInt8] {
    word(strings.count) + strings.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
}

private func word(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }
