import Testing
@testable import Tokenizer

@Suite struct StreamDecoderTests {
    private func stream(
        _ tokenizer: TextTokenizer, _ ids: [Int32], after prompt: [Int32]? = nil
    ) -> [String] {
        var decoder = TextTokenizer.StreamDecoder(tokenizer, after: prompt)
        return ids.map { decoder.append($0) } + [decoder.finish()]
    }

    @Test func aCharacterIsHeldBackUntilItIsComplete() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        let ids: [Int32] = [0x61, 0xF0, 0x9F, 0xA6, 0x99, 0x62]
        #expect(stream(tokenizer, ids) == ["a", "", "", "", "\u{1F999}", "b", ""])
    }

    @Test func whatNeverCompletesIsShownAsReplaced() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        #expect(stream(tokenizer, [0xF0, 0x9F]) == ["", "", "\u{FFFD}"])
        #expect(stream(tokenizer, [0xF0, 0x41]) == ["", "\u{FFFD}A", ""])
        #expect(stream(tokenizer, [0xF0, 0x80]).joined() == "\u{FFFD}\u{FFFD}")
        #expect(stream(tokenizer, [0xFF]) == ["\u{FFFD}", ""])
    }

    @Test func onlyTheStartOfATextLosesItsSpace() throws {
        let tokenizer = try Small.tokenizer(Small.sentencePiece)
        let hello = Int32(259 + Small.pieces.firstIndex(of: "▁hello")!)
        #expect(stream(tokenizer, [hello, hello]).joined() == "hello hello")
        #expect(stream(tokenizer, [1, hello]).joined() == "hello")
        #expect(stream(tokenizer, [hello], after: [1, hello]).joined() == " hello")
        #expect(stream(tokenizer, [hello], after: [1]).joined() == "hello")
    }

    @Test func aCharacterBegunInThePromptIsCompleted() throws {
        let tokenizer = try Small.tokenizer(Small.byteLevel())
        #expect(stream(tokenizer, [0xA9, 0x62], after: [0x61, 0xC3]) == ["é", "b", ""])
    }

    @Test func spacesThatTheEndMayLoseAreHeldBack() throws {
        let json = Small.json(
            decoder: """
                {"type":"Sequence","decoders":[{"type":"Fuse"},
                {"type":"Strip","content":" ","start":2,"stop":1}]}
                """)
        let tokenizer = try Small.tokenizer(json: json)
        #expect(stream(tokenizer, [3, 3, 3, 0, 3, 0, 3, 3]).joined() == " a a ")
    }

    @Test func anyStreamIsWhatDecodingAtOnceReturns() throws {
        let metaspace = #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}"#
        let tokenizers = [
            try Small.tokenizer(Small.byteLevel()), try Small.tokenizer(Small.sentencePiece),
            try Small.tokenizer(json: Small.json(decoder: metaspace)),
            try Small.tokenizer(json: Small.json()),
        ]
        var random = SeededGenerator(state: 5)
        for tokenizer in tokenizers {
            for _ in 0..<400 {
                let ids = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    Int32.random(in: 0..<Int32(tokenizer.vocabularyCount), using: &random)
                }
                let streamed = stream(tokenizer, ids).joined()
                let decoded = try tokenizer.decode(ids)
                #expect(streamed.utf8.elementsEqual(decoded.utf8), "\(ids)")
            }
        }
    }
}
