import TestSupport
import Testing
@testable import Tokenizer

/// What `tokenizer.ggml.pre` may say.
@Suite struct PreTokenizerNameTests {
    @Test(arguments: GGUFPreTokenizer.names)
    func everyNameEncodesAnyText(_ name: String) throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel(pre: name))
        let composes = try #require(GGUFPreTokenizer(named: name)).composes
        var random = SeededGenerator(state: 17)
        for _ in 0..<60 {
            let text = Arbitrary.text(scalarCount: 24, using: &random)
            let ids = tokenizer.encode(text, addSpecial: false, parseSpecial: false)
            let decoded = try tokenizer.decode(ids, skipSpecial: false)
            // Canonical equivalence is what String's == compares; the others must be the same bytes.
            #expect(composes ? decoded == text : decoded.utf8.elementsEqual(text.utf8))
        }
    }

    @Test(arguments: [
        ("llama-bpe", "a1234", ["a", "123", "4"]), ("tekken", "a12", ["a", "1", "2"]),
        ("gpt-4o", "don't", ["don't"]), ("starcoder", "a 12", ["a", "\u{120}", "1", "2"]),
        ("falcon", "a12345", ["a", "123", "45"]), ("bloom", "a, b", ["a", ",", "\u{120}b"]),
        ("deepseek-llm", "a12\n\n", ["a", "12", "\u{10A}", "\u{10A}"]),
        ("deepseek-coder", "a12", ["a", "1", "2"]), ("deepseek-v3", "a1234", ["a", "123", "4"]),
        ("qwen2", "12", ["1", "2"]),
        ("default", "a'b 12345", ["a", "'", "b", "\u{120}", "123", "45"]),
    ])
    func namesCutAsTheirModelsDo(_ name: String, _ text: String, _ expected: [String]) throws {
        let rules = try #require(GGUFPreTokenizer(named: name))
        var list = PieceList(Array(text.utf8))
        for pattern in rules.patterns { list.apply(.split(pattern), isAtStart: true) }
        var start = 0
        let pieces = list.ends.map { end in
            defer { start = end }
            return list.text[start..<end].map { ByteAlphabet.scalars[Int($0)] }
        }
        #expect(pieces == expected.map { $0.unicodeScalars.map(\.value) })
    }

    @Test(arguments: ["chameleon", "kimi-k2", "superbpe", "afmoe", "gemma4", ""])
    func otherNamesAreRefusedWithTheList(_ name: String) {
        let error = tokenizerError { _ = try Small.tokenizer(Small.byteLevel(pre: name)) }
        #expect(error?.description.contains("\"\(name)\" is not supported") == true)
        #expect(error?.description.contains("llama-bpe") == true)
    }
}

/// Texts of all kinds of characters.
enum Arbitrary {
    static func text(scalarCount: Int, using random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...scalarCount, using: &random) {
            text.unicodeScalars.append(scalar(using: &random))
        }
        return text
    }

    private static func scalar(using random: inout SeededGenerator) -> Unicode.Scalar {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x7F, 0x20...0x7E, 0x80...0x24F, 0x300...0x6FF, 0x3000...0x9FFF, 0xAC00...0xD7A3,
            0xE000...0xFFFF, 0x1_0000...0x10_FFFF,
        ]
        let range = ranges.randomElement(using: &random) ?? 0...0x7F
        return Unicode.Scalar(UInt32.random(in: range, using: &random)) ?? "\u{FFFD}"
    }
}

/// Byte-level tokenizers give every text back.
@Suite struct RoundTripTests {
    @Test func arbitraryTextComesBack() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        var random = SeededGenerator(state: 23)
        for _ in 0..<300 {
            let text = Arbitrary.text(scalarCount: 64, using: &random)
            let ids = tokenizer.encode(text, parseSpecial: false)
            #expect(try tokenizer.decode(ids).utf8.elementsEqual(text.utf8))
        }
    }

    @Test func bytesThatAreNoTextAreRefused() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        var random = SeededGenerator(state: 29)
        var refused = 0
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let text = String(validating: bytes, as: UTF8.self)
            let error = tokenizerError {
                let ids = try tokenizer.encode(
                    bytes: bytes, addSpecial: false, parseSpecial: false)
                #expect(try Array(tokenizer.decode(ids).utf8) == bytes)
            }
            #expect((error == nil) == (text != nil))
            if case .invalidUTF8? = error { refused += 1 }
        }
        #expect(refused > 100)
    }

    @Test(
        Material.isPresent,
        arguments: ["vocab/llama-bpe.gguf", "vocab/gpt-2.gguf", "hf/llama3", "hf/gpt2"])
    func arbitraryTextComesBackFromPublishedVocabularies(_ path: String) throws {
        let path = "tokenizers/" + path
        let tokenizer =
            try (path.hasSuffix(".gguf") ? Material.gguf(path) : Material.huggingFace(path))
        var random = SeededGenerator(state: 31)
        for _ in 0..<200 {
            let text = Arbitrary.text(scalarCount: 64, using: &random)
            let ids = tokenizer.encode(text, addSpecial: false, parseSpecial: false)
            #expect(try tokenizer.decode(ids, skipSpecial: false).utf8.elementsEqual(text.utf8))
        }
    }
}
