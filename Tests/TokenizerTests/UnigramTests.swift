import Testing
@testable import Tokenizer

@Suite struct UnigramTests {
    private static let pieces: [(String, Float)] = [
        ("<unk>", 0), ("a", -2), ("b", -2.5), ("ab", -3), ("aba", -4.25), ("ba", -3.5),
        ("▁", -1), ("▁a", -2.25), ("é", -6),
    ]

    private func tokenizer(fallsBack: Bool = false) throws -> TextTokenizer {
        var rows = Self.pieces.map { #"["\#($0.0)",\#($0.1)]"# }
        if fallsBack { rows += (UInt8(0)...255).map { #"["\#(spelling($0))",-9]"# } }
        let json = """
            {"added_tokens":[{"id":0,"content":"<unk>","special":true}],"normalizer":null,
            "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always",
            "split":false},"post_processor":null,
            "decoder":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"},
            "model":{"type":"Unigram","unk_id":0,"byte_fallback":\(fallsBack),
            "vocab":[\(rows.joined(separator: ","))]}}
            """
        return try Small.tokenizer(json: Array(json.utf8))
    }

    private func spelling(_ byte: UInt8) -> String {
        String(decoding: ByteToken.spelling(byte), as: UTF8.self)
    }

    /// The best sum over every way to cut the text, an unknown character costing ten below the
    /// lowest score.
    private func bestScore(_ text: Substring, _ lowest: Double) -> Double {
        guard let first = text.first else { return 0 }
        var best = -Double.infinity
        for (piece, score) in Self.pieces.dropFirst() where text.hasPrefix(piece) {
            best = max(best, Double(score) + bestScore(text.dropFirst(piece.count), lowest))
        }
        if !Self.pieces.contains(where: { $0.0 == String(first) }) {
            best = max(best, lowest - 10 + bestScore(text.dropFirst(), lowest))
        }
        return best
    }

    @Test func theLikeliestWayIsFound() throws {
        let tokenizer = try tokenizer()
        var random = SeededGenerator(state: 2)
        for _ in 0..<200 {
            let count = Int.random(in: 1...9, using: &random)
            let text = String((0..<count).map { _ in "ab ".randomElement(using: &random) ?? "a" })
            guard !text.hasPrefix(" ") else { continue }
            let ids = tokenizer.encode(text)
            #expect(try tokenizer.decode(ids) == text)
            let found = ids.reduce(0.0) { $0 + Double(Self.pieces[Int($1)].1) }
            let spelled = "▁" + text.replacing(" ", with: "▁")
            #expect(found == bestScore(spelled[...], -6))
        }
    }

    @Test func unknownCharactersBecomeOneUnknownOrTheirBytes() throws {
        #expect(try tokenizer().encode("axyza") == [7, 0, 1])
        let ids = try tokenizer(fallsBack: true).encode("a中")
        #expect(ids == [7] + Array("中".utf8).map { Int32(9) + Int32($0) })
    }

    @Test func specificationsSurviveSerialization() throws {
        let specification = try tokenizer().tables.specification
        #expect(
            try TokenizerSpecification(serialized: specification.serialized()) == specification)
    }

    @Test func aGGUFVocabularyWithoutNormalizationIsRead() throws {
        let tokens = ["<unk>", "</s>"] + Self.pieces.dropFirst().map(\.0)
        var vocabulary = GGUFVocabulary(
            model: "t5", tokens: PieceTable(Small.utf8(tokens)),
            scores: [0, 0] + Self.pieces.dropFirst().map(\.1),
            types: [2, 3] + [Int32](repeating: 1, count: tokens.count - 2), eosID: 1, unknownID: 0)
        let tokenizer = try Small.tokenizer(vocabulary)
        #expect(tokenizer.encode("aba a") == [7, 5, 8])
        #expect(try tokenizer.decode([7, 5, 8]) == "aba a")
        vocabulary.characterMapByteCount = 7
        let error = tokenizerError { _ = try Small.tokenizer(vocabulary) }
        #expect(error?.description.contains("precompiled_charsmap") == true)
    }

    @Test func badVocabulariesAreRefused() {
        func error(_ vocab: String, _ more: String = "") -> TokenizerError? {
            tokenizerError {
                _ = try Small.tokenizer(
                    json: Array(
                        #"{"model":{"type":"Unigram"\#(more),"vocab":\#(vocab)}}"#.utf8))
            }
        }
        #expect(error(#"[["a",-1]]"#) == nil)
        #expect(error("[]") == .emptyVocabulary)
        #expect(error(#"["a"]"#)?.description.contains("vocab[0]") == true)
        #expect(error(#"[["a",1e999]]"#) != nil)
        #expect(error(#"[["a",-1]]"#, #","unk_id":7"#)?.description.contains("unk_id is 7") == true)
        let long = String(repeating: "a", count: 513)
        #expect(error(#"[["\#(long)",-1]]"#)?.description.contains("at most 512") == true)
    }
}
