import Foundation
import StrictJSON
import TestSupport
import Testing
@testable import Tokenizer

/// Vocabularies of the third-party material.
extension Material {
    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: self.path(path))))
    }

    static func json(_ path: String) throws -> JSONValue {
        try JSONValue(parsing: bytes(path), limits: TokenizerLimits.json)
    }

    static func huggingFace(_ folder: String) throws -> TextTokenizer {
        let path = folder + "/tokenizer_config.json"
        let hasConfiguration = FileManager.default.fileExists(atPath: try self.path(path))
        let specification = try TokenizerSpecification(
            tokenizerJSON: bytes(folder + "/tokenizer.json"),
            configurationJSON: hasConfiguration ? bytes(path) : nil)
        return try TextTokenizer(specification)
    }

    static func gguf(_ path: String) throws -> TextTokenizer {
        let vocabulary = GGUFMetadata(try bytes(path)).vocabulary
        return try TextTokenizer(TokenizerSpecification(vocabulary))
    }
}

/// SplitMix64: the same sequence on every machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return state.mixed
    }
}

/// Small vocabularies made in code.
enum Small {
    static func utf8(_ strings: [String]) -> [[UInt8]] { strings.map { Array($0.utf8) } }

    /// SentencePiece: unknown, BOS, EOS, 256 byte tokens (ids 3 to 258), then a few pieces.
    static let pieces = ["▁", "h", "e", "l", "o", "he", "ll", "llo", "hello", "▁hello", "▁h", "é"]

    static var sentencePiece: GGUFVocabulary {
        let bytes = (UInt8(0)...0xFF).map(ByteToken.spelling)
        let tokens = utf8(["<unk>", "<s>", "</s>"]) + bytes + utf8(pieces)
        return GGUFVocabulary(
            model: "llama", tokens: PieceTable(tokens),
            scores: [Float](repeating: 0, count: 259) + pieces.indices.map { -Float($0) },
            types: [2, 3, 3] + [Int32](repeating: 6, count: 256)
                + [Int32](repeating: 1, count: pieces.count),
            bosID: 1, eosID: 2, unknownID: 0)
    }

    /// Byte-level: the 256 bytes in order (ids 0 to 255), merges of "hello" and " t", one control.
    static let merged = ["he", "ll", "hell", "hello", "Ġt", "12"]
    static let merges = ["h e", "l l", "he ll", "hell o", "Ġ t", "1 2"]

    static func byteLevel(pre: String? = "gpt-2") -> GGUFVocabulary {
        let tokens = ByteAlphabet.spellings + utf8(merged) + utf8(["<|end|>", "<keep>"])
        return GGUFVocabulary(
            model: "gpt2", preTokenizer: pre, tokens: PieceTable(tokens),
            types: [Int32](repeating: 1, count: 256 + merged.count) + [3, 4],
            merges: PieceTable(utf8(merges)), bosID: 262, eosID: 262)
    }

    static let controlID: Int32 = 262
    static let keepID: Int32 = 263

    static func tokenizer(_ vocabulary: GGUFVocabulary) throws -> TextTokenizer {
        try TextTokenizer(TokenizerSpecification(vocabulary))
    }

    /// A `tokenizer.json` over single characters and a few merges, with parts to replace.
    static func json(
        normalizer: String = "null", preTokenizer: String = "null", decoder: String = "null",
        postProcessor: String = "null", added: String = "[]",
        vocab: String = #"{"a":0,"b":1,"ab":2," ":3,"▁":4,"c":5,"1":6,"2":7,"<u>":8,"▁a":9}"#,
        merges: String = #"["a b",["▁","a"]]"#, model: String = #""unk_token":"<u>""#
    ) -> [UInt8] {
        Array(
            """
            {"added_tokens":\(added),"normalizer":\(normalizer),"pre_tokenizer":\(preTokenizer),
            "post_processor":\(postProcessor),"decoder":\(decoder),
            "model":{"type":"BPE",\(model),"vocab":\(vocab),"merges":\(merges)}}
            """.utf8)
    }

    static func tokenizer(json: [UInt8], configuration: String? = nil) throws -> TextTokenizer {
        try TextTokenizer(
            TokenizerSpecification(
                tokenizerJSON: json, configurationJSON: configuration.map { Array($0.utf8) }))
    }
}

/// The error that a closure throws, if it is the module's.
func tokenizerError(_ body: () throws -> Void) -> TokenizerError? {
    do {
        try body()
        return nil
    } catch {
        return error as? TokenizerError
    }
}
