import Testing
@testable import Tokenizer

@Suite struct HuggingFaceTests {
    @Test func mergesAreReadInBothSpellings() throws {
        let tokenizer = try Small.tokenizer(json: Small.json())
        #expect(tokenizer.encode("abc▁a") == [2, 5, 9])
    }

    @Test func unknownCharactersAreFusedOnlyOnRequest() throws {
        #expect(try Small.tokenizer(json: Small.json()).encode("axyb") == [0, 8, 8, 1])
        let fused = Small.json(model: #""unk_token":"<u>","fuse_unk":true"#)
        #expect(try Small.tokenizer(json: fused).encode("axyb") == [0, 8, 1])
        let none = Small.json(model: #""unk_token":null"#)
        #expect(try Small.tokenizer(json: none).encode("axyb") == [2])
    }

    @Test func byteFallbackSpellsWhatItCan() throws {
        let json = Small.json(
            decoder: #"{"type":"ByteFallback"}"#,
            vocab: #"{"<u>":0,"<0xC3>":1,"<0xA9>":2,"a":3}"#, merges: "[]",
            model: #""unk_token":"<u>","byte_fallback":true"#)
        let tokenizer = try Small.tokenizer(json: json)
        #expect(tokenizer.encode("aéèa") == [3, 1, 2, 0, 3])
        #expect(try tokenizer.decode([3, 1, 2]) == "aé")
    }

    @Test func normalizersApplyInOrder() throws {
        let json = Small.json(
            normalizer: """
                {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
                {"type":"Replace","pattern":{"String":" "},"content":"▁"},{"type":"NFC"}]}
                """)
        let tokenizer = try Small.tokenizer(json: json)
        #expect(tokenizer.encode("a b") == [9, 4, 1])
        #expect(tokenizer.encode("") == [])
    }

    @Test func canonicalCompositionIsApplied() throws {
        let json = Small.json(
            normalizer: #"{"type":"NFC"}"#, vocab: "{\"<u>\":0,\"\u{E9}\":1,\"e\":2}", merges: "[]")
        #expect(try Small.tokenizer(json: json).encode("e\u{301}e") == [1, 2])
        let none = Small.json(vocab: "{\"<u>\":0,\"\u{E9}\":1,\"e\":2}", merges: "[]")
        #expect(try Small.tokenizer(json: none).encode("e\u{301}e") == [2, 0, 2])
    }

    @Test func canonicallyEquivalentTokensBothExist() throws {
        let json = Small.json(vocab: "{\"<u>\":0,\"\u{212B}\":1,\"\u{C5}\":2}", merges: "[]")
        #expect(try Small.tokenizer(json: json).encode("\u{C5}\u{212B}") == [2, 1])
    }

    @Test func digitsAreCutApart() throws {
        let merges = #"["1 2"]"#
        let vocab = #"{"<u>":0,"1":1,"2":2,"12":3}"#
        for (individually, expected) in [(true, [1, 2, 0]), (false, [3, 0])] as [(Bool, [Int32])] {
            let json = Small.json(
                preTokenizer: #"{"type":"Digits","individual_digits":\#(individually)}"#,
                vocab: vocab, merges: merges)
            #expect(try Small.tokenizer(json: json).encode("12x") == expected)
        }
    }

    @Test(arguments: [("always", [9, 9, 9]), ("never", [0, 9, 9]), ("first", [9, 9, 9])])
    func metaspacePrependsByItsScheme(_ scheme: String, _ expected: [Int32]) throws {
        let json = Small.json(
            preTokenizer: """
                {"type":"Metaspace","replacement":"▁","prepend_scheme":"\(scheme)","split":true}
                """,
            decoder: """
                {"type":"Metaspace","replacement":"▁","prepend_scheme":"\(scheme)"}
                """)
        let tokenizer = try Small.tokenizer(json: json)
        #expect(tokenizer.encode("a a a") == expected)
        #expect(try tokenizer.decode(expected) == "a a a")
    }

    @Test func firstPrependsOnlyAtTheVeryStart() throws {
        let json = Small.json(
            preTokenizer: """
                {"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}
                """,
            added: #"[{"id":8,"content":"<u>","special":true}]"#)
        #expect(try Small.tokenizer(json: json).encode("a<u>a") == [9, 8, 0])
    }

    @Test func byteLevelSplitsByItsOwnExpression() throws {
        let json = Small.json(
            preTokenizer: #"{"type":"ByteLevel","add_prefix_space":true,"use_regex":true}"#,
            decoder: #"{"type":"ByteLevel"}"#, vocab: #"{"Ġ":0,"a":1,"Ġa":2,"Ċ":3}"#,
            merges: #"["Ġ a"]"#, model: #""unk_token":null"#)
        let tokenizer = try Small.tokenizer(json: json)
        #expect(tokenizer.encode("a a\n") == [2, 2, 3])
        #expect(try tokenizer.decode([2, 2, 3]) == " a a\n")
    }

    @Test func templatesPutTokensBeforeAndAfter() throws {
        let json = Small.json(
            postProcessor: """
                {"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing",
                "single":[{"SpecialToken":{"id":"<u>","type_id":0}},
                {"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"c","type_id":0}}],
                "special_tokens":{"<u>":{"id":"<u>","ids":[8]},"c":{"id":"c","ids":[5]}}}]}
                """)
        let tokenizer = try Small.tokenizer(json: json)
        #expect(tokenizer.encode("a") == [8, 0, 5])
        #expect(tokenizer.encode("a", addSpecial: false) == [0])
        #expect(tokenizer.bosID == 8 && tokenizer.eosIDs == [5])
    }

    @Test func theConfigurationDecidesAboutBeginningAndEnd() throws {
        let configuration = """
            {"bos_token":{"content":"a"},"eos_token":"b","add_bos_token":true,"add_eos_token":true,
            "model_max_length":1000000000000000019884624838656}
            """
        let tokenizer = try Small.tokenizer(json: Small.json(), configuration: configuration)
        #expect(tokenizer.encode("c") == [0, 5, 1])
        #expect(tokenizer.bosID == 0 && tokenizer.eosIDs == [1])
        let without = #"{"add_bos_token":false,"bos_token":null}"#
        #expect(
            try Small.tokenizer(json: Small.json(), configuration: without).encode("c") == [5])
    }

    @Test func aBeginningThatIsAskedForMustExist() {
        let error = tokenizerError {
            _ = try Small.tokenizer(json: Small.json(), configuration: #"{"add_bos_token":true}"#)
        }
        #expect(
            error?.description
                == "tokenizer_config.json: bos_token is missing; "
                + "expected a token, since add_bos_token is true")
    }

    @Test func theLlamaDecoderStripsOneSpaceOfTheText() throws {
        let json = Small.json(
            decoder: """
                {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},
                "content":" "},{"type":"ByteFallback"},{"type":"Fuse"},
                {"type":"Strip","content":" ","start":1,"stop":1}]}
                """)
        let tokenizer = try Small.tokenizer(json: json)
        #expect(try tokenizer.decode([4, 9, 9, 4, 4]) == " a a ")
    }

    @Test func withoutADecoderTokensAreJoinedBySpaces() throws {
        #expect(try Small.tokenizer(json: Small.json()).decode([0, 2, 5]) == "a ab c")
    }

    @Test(arguments: [
        (#"{"type":"Lowercase"}"#, "normalizer", "Lowercase"),
        (#"{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"x"}"#, "normalizer", " {2,}"),
        (#"{"type":"BertPreTokenizer"}"#, "pre_tokenizer", "BertPreTokenizer"),
        (
            #"{"type":"Split","pattern":{"Regex":"\\d"},"behavior":"Isolated"}"#, "pre_tokenizer",
            #"\d"#
        ),
        (#"{"type":"RobertaProcessing"}"#, "post_processor", "RobertaProcessing"),
        (#"{"type":"CTC"}"#, "decoder", "CTC"),
    ])
    func aComponentThatIsNotImplementedIsNamed(
        _ component: String, _ place: String, _ name: String
    ) {
        let json =
            switch place {
            case "normalizer": Small.json(normalizer: component)
            case "pre_tokenizer": Small.json(preTokenizer: component)
            case "post_processor": Small.json(postProcessor: component)
            default: Small.json(decoder: component)
            }
        guard
            case .unsupported(let path, let found, let supported)? = tokenizerError({
                _ = try Small.tokenizer(json: json)
            })
        else {
            Issue.record("\(component) was not refused as unsupported")
            return
        }
        #expect(path.hasPrefix("tokenizer.json: \(place)"))
        #expect(found == name)
        #expect(!supported.isEmpty)
    }

    @Test(arguments: [#""type":"WordPiece""#, #""dropout":0.1"#, #""end_of_word_suffix":"</w>""#])
    func aModelThatIsNotImplementedIsNamed(_ setting: String) {
        let text = String(decoding: Small.json(), as: UTF8.self)
            .split(separator: #""type":"BPE","#, maxSplits: 1)
        let json = Array("\(text[0])\(setting),\(text[1])".utf8)
        let error = tokenizerError { _ = try Small.tokenizer(json: json) }
        #expect(error?.description.contains("is not supported") == true)
    }
}
