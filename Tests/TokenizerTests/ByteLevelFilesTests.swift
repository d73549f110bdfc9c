import StrictJSON
import TestSupport
import Testing
@testable import Tokenizer

/// `vocab.json` and `merges.txt` in place of `tokenizer.json`.
@Suite struct ByteLevelFilesTests {
    private static let vocabulary = """
        {"a": 0, "b": 1, "ab": 2, "Ġ": 3, "Ġa": 4, "<|endoftext|>": 5, "1": 6, "11": 7, "Ã": 8,
        "©": 9, "Ã©": 10, "e": 11, "Ì": 12, "ģ": 13, "\u{122}": 14}
        """
    private static let merges = "#version: 0.2\na b\r\nĠ a\n1 1\nÃ ©\n\n"

    private func files(
        vocabulary: String = vocabulary, merges: String = merges, _ configuration: String? = nil,
        added: String? = nil, modelType: String? = "gpt2"
    ) -> ByteLevelFiles {
        ByteLevelFiles(
            vocabulary: Array(vocabulary.utf8), merges: Array(merges.utf8),
            configuration: configuration.map { Array($0.utf8) },
            addedTokens: added.map { Array($0.utf8) }, modelType: modelType)
    }

    private func tokenizer(_ files: ByteLevelFiles) throws -> TextTokenizer {
        try TextTokenizer(TokenizerSpecification(files))
    }

    @Test func mergesApplyInOrderWhateverTheLineEnds() throws {
        let tokenizer = try self.tokenizer(files())
        #expect(tokenizer.encode("abab a") == [2, 2, 4])
        #expect(try tokenizer.decode([2, 4]) == "ab a")
        #expect(tokenizer.encode("a<|endoftext|>b", parseSpecial: true) == [0, 5, 1])
        #expect(tokenizer.eosIDs == [5])
    }

    @Test func theClassDecidesHowTextsAreCutAndComposed() throws {
        let classes: [(String, [Int32], [Int32])] = [
            ("GPT2Tokenizer", [7], [11, 12, 13]), ("GPTNeoXTokenizerFast", [7], [10]),
            ("Qwen2Tokenizer", [6, 6], [10]),
        ]
        for (name, digits, accent) in classes {
            let configured = files(#"{"tokenizer_class": "\#(name)"}"#, modelType: nil)
            let tokenizer = try self.tokenizer(configured)
            #expect(tokenizer.encode("11") == digits, "\(name)")
            #expect(tokenizer.encode("e\u{301}") == accent, "\(name)")
        }
        let types: [(String, [Int32])] = [
            ("gptj", [7]), ("gpt_neox", [7]), ("qwen2", [6, 6]), ("qwen3", [6, 6]),
        ]
        for (type, digits) in types {
            #expect(try tokenizer(files(modelType: type)).encode("11") == digits, "\(type)")
        }
    }

    @Test func settingsOfTheConfigurationApply() throws {
        let first = try tokenizer(files(#"{"add_bos_token": true, "add_prefix_space": true}"#))
        #expect(first.encode("ab", addSpecial: true) == [5, 3, 2])
        let plain = try tokenizer(files("{}"))
        #expect(plain.encode("ab", addSpecial: true) == [2])
        let named = try tokenizer(files(#"{"eos_token": {"content": "b"}, "bos_token": null}"#))
        #expect(named.eosIDs.first == 1)
        #expect(named.bosID == nil)
    }

    @Test func addedTokensComeFromEitherFile() throws {
        let decoder = """
            {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>",
            "added_tokens_decoder": {"15": {"content": "<|im_end|>", "special": true},
            "16": {"content": "<tool>", "special": false, "normalized": false}}}
            """
        let first = try tokenizer(files(decoder, added: #"{"unread": 99}"#))
        #expect(first.encode("a<tool>b<|im_end|>", parseSpecial: true) == [0, 16, 1, 15])
        #expect(first.encode("<tool>", parseSpecial: false) == [16])
        #expect(first.eosIDs.first == 15)
        let older = try tokenizer(
            files(#"{"eos_token": "<e>"}"#, added: #"{"<e>": 15, "<t>": 16}"#))
        #expect(older.encode("a<e><t>", parseSpecial: true) == [0, 15, 16])
        #expect(older.eosIDs.first == 15)
        #expect(try older.decode([0, 15, 16], skipSpecial: true) == "a<t>")
    }

    @Test func whatIsNotKnownIsRefusedByName() {
        let cases: [(ByteLevelFiles, String)] = [
            (files(#"{"tokenizer_class": "RobertaTokenizer"}"#), "RobertaTokenizer"),
            (files(modelType: "llama"), "model_type \"llama\""),
            (files(modelType: nil), "GPT2Tokenizer, GPTNeoXTokenizer, Qwen2Tokenizer"),
            (files(merges: "a c\n"), "\"c\" is not in the vocabulary"),
            (files(merges: "a b a\n"), "3 parts"),
            (files(vocabulary: #"{"a": 0, "b": 0}"#), "id 0"),
            (files(vocabulary: #"{"a": "x"}"#), "vocab.json"),
            (files(vocabulary: "[]"), "vocab.json"),
            (files(#"{"eos_token": "<e>"}"#), "eos_token"),
            (files(#"{"added_tokens_decoder": {"x": {"content": "y"}}}"#), "\"x\" is no id"),
            (files(added: #"{"a": 3}"#), "\"a\""),
        ]
        for (files, part) in cases {
            let error = #expect(throws: TokenizerError.self) { try TokenizerSpecification(files) }
            #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        }
    }

    /// The two files that a published `tokenizer.json` was made of.
    private func split(_ folder: String) throws -> ByteLevelFiles {
        let root = try Material.json("\(folder)/tokenizer.json")
        let model = try #require(root["model"])
        let merges = try #require(model["merges"]?.arrayValue).map { merge in
            merge.stringValue.map(\.string)
                ?? (merge.arrayValue ?? []).compactMap { $0.stringValue?.string }
                .joined(separator: " ")
        }
        return ByteLevelFiles(
            vocabulary: Array(try #require(model["vocab"]).compact.utf8),
            merges: Array(merges.joined(separator: "\n").utf8))
    }

    @Test(Material.isPresent)
    func gpt2IsThatOfItsTokenizerFile() throws {
        var files = try split("tokenizers/hf/gpt2")
        files.modelType = "gpt2"
        let end = #"{"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}"#
        let expected = try TokenizerSpecification(
            tokenizerJSON: Material.bytes("tokenizers/hf/gpt2/tokenizer.json"),
            configurationJSON: Array(end.utf8))
        #expect(try TokenizerSpecification(files) == expected)
    }

    @Test(Material.isPresent)
    func qwen2IsThatOfItsTokenizerFile() throws {
        var files = try split("tokenizers/hf/qwen2")
        let root = try Material.json("tokenizers/hf/qwen2/tokenizer.json")
        let added = try #require(root["added_tokens"]?.arrayValue).map { token in
            "\"\(try #require(token["id"]?.integerValue))\": \(token.compact)"
        }
        let configuration = """
            {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "bos_token": null,
            "pad_token": "<|endoftext|>", "added_tokens_decoder": {\(added.joined(separator: ","))}}
            """
        files.configuration = Array(configuration.utf8)
        let expected = try TokenizerSpecification(
            tokenizerJSON: Material.bytes("tokenizers/hf/qwen2/tokenizer.json"),
            configurationJSON: files.configuration)
        #expect(try TokenizerSpecification(files) == expected)
    }
}
