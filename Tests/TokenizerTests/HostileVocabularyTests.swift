import Testing
@testable import Tokenizer

@Suite struct HostileVocabularyTests {
    private func error(_ vocabulary: GGUFVocabulary) -> TokenizerError? {
        tokenizerError { _ = try Small.tokenizer(vocabulary) }
    }

    private func error(_ json: [UInt8], _ configuration: String? = nil) -> TokenizerError? {
        tokenizerError { _ = try Small.tokenizer(json: json, configuration: configuration) }
    }

    @Test func anEmptyVocabularyIsRefused() {
        #expect(error(GGUFVocabulary(model: "llama", tokens: [])) == .emptyVocabulary)
        #expect(
            error(Small.json(vocab: "{}", merges: "[]", model: #""unk_token":null"#))
                == .emptyVocabulary)
    }

    @Test func tablesShorterThanTheTokensAreRefused() {
        var vocabulary = Small.sentencePiece
        vocabulary.scores?.removeLast()
        #expect(
            error(vocabulary)
                == .countMismatch(field: "tokenizer.ggml.scores", count: 270, expected: 271))
        vocabulary = Small.sentencePiece
        vocabulary.types?.removeLast()
        #expect(
            error(vocabulary)
                == .countMismatch(field: "tokenizer.ggml.token_type", count: 270, expected: 271))
        vocabulary.types = [7] + [Int32](repeating: 1, count: 270)
        #expect(error(vocabulary)?.description.contains("type 7") == true)
        vocabulary = Small.sentencePiece
        vocabulary.scores = nil
        #expect(error(vocabulary)?.description.contains("scores is missing") == true)
        vocabulary = Small.byteLevel()
        vocabulary.merges = nil
        #expect(error(vocabulary)?.description.contains("merges is missing") == true)
    }

    @Test func aScoreThatIsNoNumberIsRefused() {
        var vocabulary = Small.sentencePiece
        vocabulary.scores?[260] = .nan
        #expect(error(vocabulary)?.description.contains("token 260") == true)
    }

    @Test func specialIDsOutsideTheVocabularyAreRefused() {
        for id in [271, -1, Int.max, 0xFFFF_FFFE] {
            var vocabulary = Small.sentencePiece
            vocabulary.bosID = id
            #expect(
                error(vocabulary)
                    == .idOutOfRange(
                        what: "tokenizer.ggml.bos_token_id", id: id, vocabularyCount: 271))
            vocabulary = Small.sentencePiece
            vocabulary.padID = id
            #expect(error(vocabulary) != nil)
        }
    }

    @Test(arguments: ["<0xZZ>", "<0x-1>", "<0x1>", "0x0A", ""])
    func badByteTokensAreRefused(_ spelling: String) {
        var vocabulary = Small.sentencePiece
        vocabulary.tokens[3] = ArraySlice(spelling.utf8)
        #expect(error(vocabulary) == .badByteToken(id: 3, spelling: spelling))
    }

    @Test func aBadByteTokenOfATokenizerFileIsRefused() {
        let json = Small.json(
            vocab: #"{"<0xZZ>":0}"#, merges: "[]", model: #""byte_fallback":true"#)
        #expect(error(json) == .badByteToken(id: 0, spelling: "<0xZZ>"))
    }

    @Test(arguments: ["hello hello", "z", "", " ", "h e l", "h  e", "zz e", "h zz"])
    func aMergeOutsideTheVocabularyIsRefused(_ merge: String) {
        var vocabulary = Small.byteLevel()
        vocabulary.merges?.append(Array(merge.utf8))
        guard case .badMerge(let index, _, _)? = error(vocabulary) else {
            Issue.record("\"\(merge)\" was not refused as a bad merge")
            return
        }
        #expect(index == Small.merges.count)
    }

    @Test func aMergeLongerThanAnyTokenIsRefused() {
        let long = String(repeating: "a", count: 100_000)
        var vocabulary = Small.byteLevel()
        vocabulary.merges?.append(Array("\(long) \(long)".utf8))
        #expect((error(vocabulary)?.description.count ?? .max) < 400)
        #expect(error(Small.json(merges: #"[["\#(long)","a"]]"#)) != nil)
        #expect(error(Small.json(merges: #"["a"]"#)) != nil)
        #expect(error(Small.json(merges: #"[["a","b","c"]]"#)) != nil)
        #expect(error(Small.json(merges: "[1]")) != nil)
    }

    @Test func gapsInTheIDsDoNotAllocateBillions() throws {
        for id in ["4194304", "4294967295", "9223372036854775807", "-1"] {
            let json = Small.json(vocab: #"{"a":0,"b":\#(id)}"#, merges: "[]", model: #""x":0"#)
            guard case .limitExceeded? = error(json) else {
                Issue.record("id \(id) was not refused")
                continue
            }
        }
        #expect(error(Small.json(vocab: #"{"a":1.5}"#, merges: "[]")) != nil)
        let json = Small.json(vocab: #"{"a":0,"b":9}"#, merges: "[]", model: #""x":0"#)
        let tokenizer = try Small.tokenizer(json: json)
        #expect(tokenizer.vocabularyCount == 10)
        #expect(tokenizer.encode("ab") == [0, 9])
        #expect(tokenizer.piece(5) == [])
    }

    @Test func oneIDForTwoTokensIsRefused() {
        let same = Small.json(vocab: #"{"a":0,"b":0}"#, merges: "[]", model: #""x":0"#)
        #expect(error(same) == .duplicateID(id: 0, first: "a", second: "b"))
        let added = Small.json(added: #"[{"id":0,"content":"<x>"}]"#)
        #expect(error(added) == .duplicateID(id: 0, first: "a", second: "<x>"))
        #expect(error(Small.json(added: #"[{"id":30,"content":"a"}]"#)) != nil)
    }

    @Test func aTokenOfTheNULCharacterIsLikeAnyOther() throws {
        let json = Small.json(
            vocab: #"{"\u0000":0,"a":1,"\u0000a":2}"#, merges: #"["\u0000 a"]"#, model: #""x":0"#)
        #expect(try Small.tokenizer(json: json).encode("a\0a\0") == [1, 2, 0])
    }

    @Test func overlongTokensAreRefused() {
        var vocabulary = Small.sentencePiece
        vocabulary.tokens[265] = ArraySlice(repeating: 0x61, count: 4097)
        #expect(
            error(vocabulary)
                == .limitExceeded(what: "the longest token", value: 4097, limit: 4096))
    }

    @Test func replacementsCannotLengthenATextWithoutBound() {
        let step = #"{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaa"}"#
        let three = Small.json(
            normalizer: #"{"type":"Sequence","normalizers":[\#(step),\#(step),\#(step)]}"#)
        #expect(
            error(three)
                == .limitExceeded(
                    what: "the growth of a text by replacements", value: 512, limit: 64))
        let empty = #"{"type":"Replace","pattern":{"String":""},"content":"a"}"#
        #expect(error(Small.json(normalizer: empty)) != nil)
    }

    @Test func filesThatAreNoJSONObjectsAreRefused() {
        #expect(error([]) != nil)
        #expect(error(Array("[]".utf8)) != nil)
        #expect(error(Array("{}".utf8)) != nil)
        #expect(error(Small.json(), "[1]") != nil)
        #expect(error(Small.json(), #"{"bos_token":"nowhere"}"#) != nil)
        #expect(error(Small.json(), #"{"bos_token":7}"#) != nil)
        let deep = String(repeating: "[", count: 100_000)
        #expect(
            error(Array(#"{"normalizer":\#(deep)"#.utf8))?.description.contains("nested deeper")
                == true)
    }

    @Test func duplicateKeysInTheVocabularyAreRefused() {
        let json = Small.json(vocab: #"{"a":0,"a":1}"#, merges: "[]")
        #expect(error(json)?.description.contains("\"a\" occurs twice") == true)
    }

    @Test(arguments: ["bert", "rwkv", "plamo2", ""])
    func otherModelsAreRefusedByName(_ model: String) {
        var vocabulary = Small.sentencePiece
        vocabulary.model = model
        #expect(error(vocabulary)?.description.contains("\"\(model)\" is not supported") == true)
    }

    @Test func anEmptyAddedTokenIsFoundNowhere() throws {
        let json = Small.json(added: #"[{"id":10,"content":"","special":false}]"#)
        let tokenizer = try Small.tokenizer(json: json)
        #expect(tokenizer.encode("abc") == [2, 5])
        #expect(tokenizer.encode("") == [])
        var vocabulary = Small.byteLevel()
        vocabulary.tokens[Int(Small.keepID)] = []
        #expect(try Small.tokenizer(vocabulary).encode("he") == [256])
    }

    @Test func aPieceOfHalfAMegabyteIsRefused() {
        let long = String(repeating: "a", count: 500_000)
        let json = Small.json(vocab: #"{"a":0,"\#(long)":1}"#, merges: "[]", model: #""x":0"#)
        #expect(error(json)?.description.contains("at most 4096") == true)
        var vocabulary = Small.sentencePiece
        vocabulary.tokens[265] = ArraySlice(long.utf8)
        #expect(error(vocabulary)?.description.contains("at most 4096") == true)
    }
}
