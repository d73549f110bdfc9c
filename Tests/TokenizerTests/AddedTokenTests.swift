import Testing
@testable import Tokenizer

@Suite struct AddedTokenTests {
    private func tokenizer(_ options: String, content: String = "<x>") throws -> TextTokenizer {
        try Small.tokenizer(
            json: Small.json(added: #"[{"id":20,"content":"\#(content)",\#(options)}]"#))
    }

    @Test func whiteSpaceIsSwallowedOnTheSidesAskedFor() throws {
        let plain = try tokenizer(#""special":true"#)
        #expect(plain.encode("a <x> b") == [0, 3, 20, 3, 1])
        let left = try tokenizer(#""special":true,"lstrip":true"#)
        #expect(left.encode("a <x> b") == [0, 20, 3, 1])
        let right = try tokenizer(#""special":true,"rstrip":true"#)
        #expect(right.encode("a <x> b") == [0, 3, 20, 1])
        #expect(right.encode("<x>   <x>") == [20, 20])
    }

    @Test func aSingleWordIsNotFoundWithinAWord() throws {
        let tokenizer = try tokenizer(#""single_word":true,"normalized":false"#, content: "ba")
        #expect(tokenizer.encode("ba") == [20])
        #expect(tokenizer.encode("cba") == [5, 1, 0])
        #expect(tokenizer.encode("bac") == [1, 0, 5])
        #expect(tokenizer.encode(" ba ") == [3, 20, 3])
    }

    @Test func theLongestOfSeveralIsTaken() throws {
        let added = """
            [{"id":20,"content":"<a","normalized":false},
            {"id":21,"content":"<ab","normalized":false},
            {"id":22,"content":"b>","normalized":false}]
            """
        let tokenizer = try Small.tokenizer(json: Small.json(added: added))
        #expect(tokenizer.encode("<ab><a>") == [21, 8, 20, 8])
    }

    @Test func anEmptyAddedTokenIsNowhereFound() throws {
        for normalized in [true, false] {
            let tokenizer = try tokenizer(#""normalized":\#(normalized)"#, content: "")
            #expect(tokenizer.encode("ab") == [2])
        }
    }

    @Test func aNormalizedTokenIsFoundInNormalizedText() throws {
        let json = Small.json(
            normalizer: #"{"type":"Replace","pattern":{"String":" "},"content":"▁"}"#,
            added: #"[{"id":20,"content":"a b","normalized":true}]"#)
        let tokenizer = try Small.tokenizer(json: json)
        #expect(tokenizer.encode("ca bc") == [5, 20, 5])
        #expect(tokenizer.encode("ca▁bc") == [5, 20, 5])
    }

    @Test func specialIsAMatterOfTheFile() throws {
        let special = try tokenizer(#""special":true"#)
        #expect(special.isSpecial(20))
        #expect(special.encode("<x>", parseSpecial: false) != [20])
        let ordinary = try tokenizer(#""special":false"#)
        #expect(!ordinary.isSpecial(20))
        #expect(ordinary.encode("<x>", parseSpecial: false) == [20])
    }

    @Test func aTokenOutsideTheModelIsNotMadeFromText() throws {
        let tokenizer = try tokenizer(#""special":true"#, content: "z")
        #expect(tokenizer.encode("z") == [20])
        #expect(tokenizer.encode("z", parseSpecial: false) == [8])
    }
}
