import Testing
@testable import Tokenizer

@Suite struct ByteLevelTests {
    @Test func mergesFollowTheirRankAndStayInsideWords() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        #expect(tokenizer.encode("hello") == [259])
        #expect(tokenizer.encode("hell to") == [258, 260, 0x6F])
        #expect(tokenizer.encode("h ello") == [0x68, 0x20, 0x65, 257, 0x6F])
    }

    @Test func everyByteHasASpellingOfItsOwn() {
        #expect(Set(ByteAlphabet.scalars).count == 256)
        #expect(ByteAlphabet.scalars[0x20] == 0x120)
        #expect(ByteAlphabet.scalars[0x0A] == 0x10A)
        #expect(ByteAlphabet.scalars[0xAD] == 0x143)
        for byte in UInt8(0)...0xFF {
            let spelling = ByteAlphabet.spellings[Int(byte)]
            #expect(ByteAlphabet.bytes(spelledBy: spelling[...]) == [byte])
        }
        #expect(ByteAlphabet.bytes(spelledBy: Array("a b".utf8)[...]) == nil)
    }

    @Test(arguments: ["gpt-2", "llama-bpe", "qwen2", "smollm", "default"])
    func decodingUndoesEncodingForAnyText(_ pre: String) throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel(pre: pre))
        var random = SeededGenerator(state: 42)
        for _ in 0..<300 {
            var text = ""
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let limit: UInt32 = Bool.random(using: &random) ? 0x80 : 0x2FFFF
                let value = UInt32.random(in: 0...limit, using: &random)
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            let ids = tokenizer.encode(text, addSpecial: false, parseSpecial: false)
            let decoded = try tokenizer.decode(ids)
            if pre == "qwen2" {
                #expect(decoded == text)  // Composed: equal up to canonical equivalence.
            } else {
                #expect(decoded.utf8.elementsEqual(text.utf8))
            }
        }
    }

    @Test func addedTokensAreFoundInText() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        #expect(tokenizer.encode("hello<|end|>hello") == [259, Small.controlID, 259])
        let plain = tokenizer.encode("<|end|>", parseSpecial: false)
        #expect(!plain.contains(Small.controlID))
        #expect(try tokenizer.decode(plain) == "<|end|>")
        #expect(tokenizer.encode("<keep>", parseSpecial: false) == [Small.keepID])
    }

    @Test func specialTokensAreShownOnlyOnRequest() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        #expect(try tokenizer.decode([259, 262, 263]) == "hello<keep>")
        #expect(try tokenizer.decode([259, 262], skipSpecial: false) == "hello<|end|>")
    }

    @Test func invalidUTF8BecomesReplacementCharacters() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        #expect(try tokenizer.decode([0xE2, 0x41]) == "\u{FFFD}A")
        #expect(try tokenizer.decode([0xFF, 0xF0, 0x9F]) == "\u{FFFD}\u{FFFD}")
    }

    @Test func llama3ImpliesABeginningAndWholeTokens() throws {
        var vocabulary = Small.byteLevel(pre: "llama-bpe")
        vocabulary.merges = []
        let tokenizer = try Small.tokenizer(vocabulary)
        #expect(tokenizer.encode("hello") == [262, 259])
        #expect(try Small.tokenizer(Small.byteLevel()).encode("") == [])
    }

    @Test func aPieceOf500000BytesIsMergedWithoutRecursion() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        #expect(tokenizer.encode(String(repeating: "l", count: 500_000)).count == 250_000)
        let spaces = String(repeating: " ", count: 500_000)
        #expect(tokenizer.encode(spaces).count == 500_000)
    }

    @Test func bytesThatAreNotUTF8AreRefusedWithTheirOffset() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        #expect(throws: TokenizerError.invalidUTF8(offset: 2)) {
            try tokenizer.encode(bytes: [0x61, 0x62, 0xC3], addSpecial: false, parseSpecial: false)
        }
        #expect(
            try tokenizer.encode(bytes: [0x61], addSpecial: false, parseSpecial: false) == [0x61])
    }

    @Test func anIDOutOfRangeIsNamed() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        for id: Int32 in [-1, 264, .max, .min] {
            #expect(
                throws: TokenizerError.idOutOfRange(
                    what: "a token id", id: Int(id), vocabularyCount: 264)
            ) { try tokenizer.decode([0, id]) }
        }
    }
}
