import StrictJSON
import TestSupport
import Testing
@testable import Tokenizer

/// Published vocabularies against ids that other implementations computed.
@Suite(Material.isPresent)
struct MaterialTests {
    private static let separator = "\n__ggml_vocab_test__\n"

    private func cases(_ name: String) throws -> [(text: [UInt8], ids: [Int32])] {
        let separator = Array(Self.separator.utf8)
        var texts: [[UInt8]] = [[]]
        let input = try Material.bytes("tokenizers/cases/\(name).inp")
        var index = 0
        while index < input.count {
            if input[index...].starts(with: separator) {
                texts.append([])
                index += separator.count
            } else {
                texts[texts.count - 1].append(input[index])
                index += 1
            }
        }
        let output = try Material.bytes("tokenizers/cases/\(name).out")
        let lines = String(decoding: output, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        return zip(texts, lines).map { text, line in
            (text, line.split(separator: " ").compactMap { Int32($0) })
        }
    }

    private func check(_ tokenizer: TextTokenizer, _ name: String) throws {
        let cases = try cases(name)
        #expect(cases.count > 40)
        for (text, ids) in cases {
            let found = try tokenizer.encode(bytes: text, addSpecial: false, parseSpecial: false)
            #expect(found == ids, "\(String(decoding: text, as: UTF8.self))")
            #expect(try tokenizer.decode(ids).utf8.elementsEqual(text))
        }
    }

    @Test(arguments: ["llama-spm", "llama-bpe", "gpt-2"])
    func ggufVocabulariesGiveTheExpectedIDs(_ name: String) throws {
        try check(Material.gguf("tokenizers/vocab/\(name).gguf"), name)
    }

    @Test(arguments: [("llama2", "llama-spm"), ("llama3", "llama-bpe"), ("gpt2", "gpt-2")])
    func tokenizerFilesGiveTheExpectedIDs(_ folder: String, _ name: String) throws {
        try check(Material.huggingFace("tokenizers/hf/\(folder)"), name)
    }

    @Test func sentencePieceModelsGiveTheExpectedIDs() throws {
        let specification = try TokenizerSpecification(
            sentencePieceModel: Material.bytes("tokenizers/hf/llama2/tokenizer.model"),
            configurationJSON: Material.bytes("tokenizers/hf/llama2/tokenizer_config.json"))
        try check(TextTokenizer(specification), "llama-spm")
    }

    @Test func multilingualTextsGiveTheExpectedIDs() throws {
        let tokenizer = try Material.huggingFace("tokenizers/hf/gpt2")
        let inputs = try Material.json("tokenizers/cases/inputs.json")
        let expected = try Material.json("tokenizers/cases/gpt2_multilingual.json")
        let texts = try #require(inputs.arrayValue)
        let entries = try #require(expected["entries"]?.arrayValue)
        #expect(texts.count == 83 && entries.count == 83)
        for (text, entry) in zip(texts, entries) {
            #expect(text["id"] == entry["id"])
            let bytes = try #require(text["text"]?.stringValue?.bytes)
            let ids = entry["input_ids"]?.arrayValue?.compactMap(\.integerValue).map(Int32.init)
            let found = try tokenizer.encode(bytes: bytes, addSpecial: false, parseSpecial: true)
            #expect(found == ids, "\(text["id"]?.stringValue?.string ?? "")")
        }
    }

    @Test func bothFilesOfOneModelAgree() throws {
        let texts = ["Hello  world\n", " 1234 e\u{301}é don't <|im_end|>", "\u{1F999} ▁x\0"]
        let pairs = [
            ("tokenizers/vocab/qwen2.gguf", "tokenizers/hf/qwen2"),
            ("stories260k/stories260K.gguf", "stories260k/stories260K-hf"),
        ]
        for (gguf, folder) in pairs {
            let first = try Material.gguf(gguf)
            let second = try Material.huggingFace(folder)
            for text in texts {
                #expect(
                    first.encode(text, parseSpecial: false)
                        == second.encode(text, parseSpecial: false))
            }
        }
    }

    @Test(arguments: ["abacus-reference", "stories260k/stories260K-hf"])
    func smallModelsRoundTrip(_ folder: String) throws {
        let tokenizer = try Material.huggingFace(folder)
        let texts = ["Once upon a time, 12 + 34 = 46.\n", "", " x", "Question: 1\n\nAnswer:"]
        for text in texts {
            let ids = tokenizer.encode(text)
            #expect(ids.first == 1)
            #expect(try tokenizer.decode(ids) == text)
        }
    }

    @Test func thePublishedStoryIsDecoded() throws {
        let golden = try Material.json("stories260k/golden.json")
        #expect(golden.objectValue != nil)
        let tokenizer = try Material.gguf("stories260k/stories260K.gguf")
        let opening = "Once upon a time, there was a little girl named Lily."
        let ids = tokenizer.encode(opening)
        #expect(ids.first == tokenizer.bosID)
        #expect(try tokenizer.decode(ids) == opening)
    }

    @Test func aLargeSpecificationSurvivesSerialization() throws {
        let root = try Material.bytes("tokenizers/vocab/llama-bpe.gguf")
        let specification = try TokenizerSpecification(GGUFMetadata(root).vocabulary)
        let copy = try TokenizerSpecification(serialized: specification.serialized())
        #expect(copy == specification)
        #expect(copy.vocabularyCount == 128_256)
    }
}
