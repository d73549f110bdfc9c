import Testing
@testable import Tokenizer

@Suite struct SentencePieceTests {
    private func ids(_ names: [String]) -> [Int32] {
        names.map { Int32(259 + Small.pieces.firstIndex(of: $0)!) }
    }

    @Test func theHighestScoreMergesFirstAndASpaceIsPrefixed() throws {
        let tokenizer = try Small.tokenizer(Small.sentencePiece)
        #expect(tokenizer.encode("hello") == [1] + ids(["▁hello"]))
        #expect(tokenizer.encode("hello", addSpecial: false) == ids(["▁hello"]))
        #expect(tokenizer.encode("lol", addSpecial: false) == ids(["▁", "l", "o", "l"]))
    }

    @Test func theEmptyTextIsOnlyTheBeginning() throws {
        let tokenizer = try Small.tokenizer(Small.sentencePiece)
        #expect(tokenizer.encode("") == [1])
        #expect(tokenizer.encode("", addSpecial: false) == [])
    }

    @Test func unspellableCharactersFallBackToBytes() throws {
        let tokenizer = try Small.tokenizer(Small.sentencePiece)
        let expected: [Int32] = [0xF0, 0x9F, 0xA6, 0x99].map { $0 + 3 }
        #expect(tokenizer.encode("\u{1F999}", addSpecial: false) == ids(["▁"]) + expected)
        #expect(tokenizer.encode("\0", addSpecial: false) == ids(["▁"]) + [3])
    }

    @Test func withoutByteTokensTheUnknownTokenStandsIn() throws {
        let tokenizer = try Small.tokenizer(
            GGUFVocabulary(
                model: "llama", tokens: PieceTable(Small.utf8(["<unk>", "▁", "a"])),
                scores: [0, -1, -2],
                types: [2, 1, 1], unknownID: 0, addsBOS: false))
        #expect(tokenizer.encode("aza") == [1, 2, 0, 2])
    }

    @Test func canonicallyEquivalentTextsAreDifferentTokens() throws {
        let tokenizer = try Small.tokenizer(Small.sentencePiece)
        #expect(tokenizer.encode("\u{E9}", addSpecial: false) == ids(["▁", "é"]))
        #expect(
            tokenizer.encode("e\u{301}", addSpecial: false)
                == ids(["▁", "e"]) + [0xCC + 3, 0x81 + 3])
    }

    @Test func partsThatAreNoTokensCanMakeOne() throws {
        let tokenizer = try Small.tokenizer(
            GGUFVocabulary(
                model: "llama", tokens: PieceTable(Small.utf8(["<unk>", "xy"])), scores: [0, -1],
                unknownID: 0, addsBOS: false, addsSpacePrefix: false))
        #expect(tokenizer.encode("xyx") == [1, 0])
    }

    @Test func theSpacePrefixFollowsTheFile() throws {
        var vocabulary = Small.sentencePiece
        vocabulary.addsSpacePrefix = false
        let tokenizer = try Small.tokenizer(vocabulary)
        #expect(tokenizer.encode("hello", addSpecial: false) == ids(["hello"]))
        #expect(try tokenizer.decode(ids(["▁hello"])) == " hello")
    }

    @Test func extraWhiteSpaceIsRemovedWhereTheFileSaysSo() throws {
        var vocabulary = Small.sentencePiece
        vocabulary.removesExtraWhitespace = true
        let tokenizer = try Small.tokenizer(vocabulary)
        #expect(
            tokenizer.encode("  hello   hello ", addSpecial: false) == ids(["▁hello", "▁hello"]))
    }

    @Test func specialTokensInTextAreParsedOnlyOnRequest() throws {
        let tokenizer = try Small.tokenizer(Small.sentencePiece)
        #expect(
            tokenizer.encode("<s>hello</s>", addSpecial: false)
                == [1] + ids(["▁hello"]) + [2])
        let plain = tokenizer.encode("<s>hello</s>", addSpecial: false, parseSpecial: false)
        #expect(!plain.contains(1) && !plain.contains(2))
        #expect(try tokenizer.decode(plain) == "<s>hello</s>")
    }

    @Test func mergingNeverMakesASpecialToken() throws {
        let tokens = Small.utf8(["<unk>", "<s>", "<", "s", ">", "<s"])
        let tokenizer = try Small.tokenizer(
            GGUFVocabulary(
                model: "llama", tokens: PieceTable(tokens), scores: [0, 0, -1, -1, -1, -1],
                types: [2, 3, 1, 1, 1, 1], bosID: 1, unknownID: 0, addsSpacePrefix: false))
        #expect(tokenizer.encode("<s>", addSpecial: false, parseSpecial: false) == [5, 4])
    }

    @Test func decodingUndoesEncoding() throws {
        let tokenizer = try Small.tokenizer(Small.sentencePiece)
        for text in ["hello", " hello", "  x", "", "héllo\n\0\u{1F999}", "e\u{301}"] {
            let decoded = try tokenizer.decode(tokenizer.encode(text))
            #expect(decoded.utf8.elementsEqual(text.utf8), "\(text)")
        }
    }

    @Test func eosIsAddedWhereTheFileSaysSo() throws {
        var vocabulary = Small.sentencePiece
        vocabulary.addsEOS = true
        vocabulary.addsBOS = false
        #expect(try Small.tokenizer(vocabulary).encode("") == [2])
    }

    @Test func aPieceOf500000BytesIsMergedWithoutRecursion() throws {
        let tokenizer = try Small.tokenizer(Small.sentencePiece)
        let text = String(repeating: "hello", count: 100_000)
        let tokens = tokenizer.encode(text, addSpecial: false)
        #expect(tokens.count == 100_000)
        #expect(tokens.first == ids(["▁hello"])[0] && tokens.last == ids(["hello"])[0])
    }

    @Test func namesPiecesAndKindsAreTold() throws {
        let tokenizer = try Small.tokenizer(Small.sentencePiece)
        #expect(tokenizer.name(13) == "<0x0A>")
        #expect(tokenizer.piece(13) == [0x0A])
        #expect(tokenizer.name(ids(["▁hello"])[0]) == "▁hello")
        #expect(tokenizer.piece(ids(["▁hello"])[0]) == Array(" hello".utf8))
        #expect(tokenizer.isSpecial(0) && tokenizer.isSpecial(1) && !tokenizer.isSpecial(13))
        #expect(tokenizer.piece(-1) == [] && tokenizer.name(.max) == "")
        #expect(tokenizer.bosID == 1 && tokenizer.eosIDs == [2])
        #expect(tokenizer.vocabularyCount == 259 + Small.pieces.count)
    }
}
