import Tokenizer

/// A vocabulary of any size that turns every text into tokens and back.
///
/// SentencePiece BPE: three special tokens, the 256 bytes, the word mark, letters, and then
/// strings of letters, shortest first. Each longer string is a shorter one and a letter, so that
/// merging reaches it; what is not made of lower-case letters falls back to bytes.
enum InventedVocabulary {
    /// Special tokens, bytes, the word mark and the letters.
    static let leastCount = 3 + 256 + 1 + 26

    /// - Precondition: `count` is at least `leastCount`.
    static func make(count: Int) -> GGUFVocabulary {
        precondition(count >= leastCount, "a vocabulary holds bytes and letters")
        let control: Int32 = 3
        var tokens = ["<unk>", "<s>", "</s>"].map { Array($0.utf8) }
        var types: [Int32] = [2, control, control]
        for byte in 0..<256 {
            let digits = String(byte, radix: 16, uppercase: true)
            tokens.append(Array("<0x\(digits.count == 1 ? "0" : "")\(digits)>".utf8))
            types.append(6)
        }
        tokens += words(count: count - tokens.count)
        types += [Int32](repeating: 1, count: count - types.count)
        // Merging prefers high scores: of two strings, the one that stands first here.
        let scores = tokens.indices.map { -Float($0) }
        return GGUFVocabulary(
            model: "llama", preTokenizer: "default", tokens: PieceTable(tokens), scores: scores,
            types: types,
            bosID: 1, eosID: 2, unknownID: 0, addsBOS: true, addsEOS: false,
            addsSpacePrefix: true)
    }

    private static func words(count: Int) -> [[UInt8]] {
        let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { [$0] }
        var words = [Array("▁".utf8)] + letters
        var next = 0
        while words.count < count {
            for letter in letters where words.count < count { words.append(words[next] + letter) }
            next += 1
        }
        return words
    }
}
