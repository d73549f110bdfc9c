import Testing
@testable import Tokenizer

@Suite struct SerializationTests {
    private static let rich = Small.json(
        normalizer: """
            {"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Prepend","prepend":"▁"},
            {"type":"Replace","pattern":{"String":" "},"content":"▁"}]}
            """,
        preTokenizer: """
            {"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
            {"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true},
            {"type":"ByteLevel","add_prefix_space":false,"use_regex":true}]}
            """,
        decoder: """
            {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},
            "content":" "},{"type":"Strip","content":" ","start":1,"stop":2},{"type":"ByteFallback"},
            {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
            """,
        added: #"[{"id":40,"content":"<x>","special":true,"lstrip":true,"single_word":true}]"#)

    private func specifications() throws -> [TokenizerSpecification] {
        [
            try TokenizerSpecification(Small.sentencePiece),
            try TokenizerSpecification(Small.byteLevel(pre: "qwen2")),
            try TokenizerSpecification(Small.byteLevel(pre: "smollm")),
            try TokenizerSpecification(tokenizerJSON: Self.rich, configurationJSON: nil),
            try TokenizerSpecification(tokenizerJSON: Small.json(), configurationJSON: nil),
        ]
    }

    @Test func whatIsWrittenIsReadBackEqual() throws {
        for specification in try specifications() {
            let bytes = specification.serialized()
            let copy = try TokenizerSpecification(serialized: bytes)
            #expect(copy == specification)
            #expect(copy.serialized() == bytes)
            #expect(copy.digest == specification.digest)
        }
    }

    @Test func theDigestIsAHexSHA256ThatTellsSpecificationsApart() throws {
        let digests = try specifications().map(\.digest)
        #expect(Set(digests).count == digests.count)
        #expect(digests.allSatisfy { $0.count == 64 && $0.allSatisfy(\.isHexDigit) })
    }

    @Test func everyTruncationIsRefused() throws {
        for specification in try specifications() {
            let bytes = specification.serialized()
            for count in 0..<bytes.count {
                let error = tokenizerError {
                    _ = try TokenizerSpecification(serialized: Array(bytes[..<count]))
                }
                #expect(error != nil, "\(count) of \(bytes.count) bytes")
            }
            let longer = tokenizerError {
                _ = try TokenizerSpecification(serialized: bytes + [0])
            }
            #expect(longer != nil)
        }
    }

    @Test func anotherVersionIsRefused() throws {
        var bytes = try TokenizerSpecification(Small.sentencePiece).serialized()
        bytes[4] = 3
        let error = tokenizerError { _ = try TokenizerSpecification(serialized: bytes) }
        #expect(error?.description.contains("version 3 is not supported; expected 2") == true)
    }

    @Test func damagedBytesAreRefusedOrMakeAWorkingTokenizer() throws {
        var random = SeededGenerator(state: 11)
        var refused = 0
        for specification in try specifications() {
            let bytes = specification.serialized()
            for _ in 0..<300 {
                var damaged = bytes
                let index = Int.random(in: 0..<bytes.count, using: &random)
                damaged[index] = UInt8.random(in: 0...255, using: &random)
                let error = tokenizerError {
                    let copy = try TokenizerSpecification(serialized: damaged)
                    let tokenizer = try TextTokenizer(copy)
                    let ids = tokenizer.encode("hello 12 <x> \u{1F999}é")
                    _ = try tokenizer.decode(ids)
                }
                if error != nil { refused += 1 }
            }
        }
        #expect(refused > 0)
    }
}
