import StrictJSON
import TestSupport
import Testing
@testable import Tokenizer

/// Writes protobuf messages, sound ones and others.
struct ProtobufWriter {
    var bytes: [UInt8] = []

    static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    mutating func write(_ field: UInt64, number value: UInt64) {
        bytes += Self.varint(field << 3) + Self.varint(value)
    }

    mutating func write(_ field: UInt64, _ content: [UInt8]) {
        bytes += Self.varint(field << 3 | 2) + Self.varint(UInt64(content.count)) + content
    }

    mutating func write(_ field: UInt64, float value: Float) {
        bytes += Self.varint(field << 3 | 5)
        bytes += withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
}

@Suite struct SentencePieceModelTests {
    /// A model of the pieces that `Small.sentencePiece` has.
    private func model(
        type: UInt64 = 2, extra: [UInt8] = [], pieces: PieceTable? = nil,
        normalizer: (inout ProtobufWriter) -> Void = { _ in }
    ) -> [UInt8] {
        var file = ProtobufWriter()
        let vocabulary = Small.sentencePiece
        for (id, token) in (pieces ?? vocabulary.tokens).enumerated() {
            var piece = ProtobufWriter()
            piece.write(1, Array(token))
            piece.write(2, float: vocabulary.scores?[id] ?? 0)
            piece.write(3, number: UInt64(vocabulary.types?[id] ?? 1))
            file.write(1, piece.bytes)
        }
        var training = ProtobufWriter()
        training.write(3, number: type)
        training.write(41, number: 1)
        training.write(43, number: UInt64(bitPattern: -1))
        file.write(2, training.bytes)
        var settings = ProtobufWriter()
        settings.write(1, Array("identity".utf8))
        settings.write(3, number: 1)
        settings.write(4, number: 0)
        normalizer(&settings)
        file.write(3, settings.bytes)
        return file.bytes + extra
    }

    private func tokenizer(
        _ bytes: [UInt8], configuration: String? = nil
    ) throws -> TextTokenizer {
        try TextTokenizer(
            TokenizerSpecification(
                sentencePieceModel: bytes, configurationJSON: configuration.map { Array($0.utf8) }))
    }

    private func error(_ bytes: [UInt8], _ configuration: String? = nil) -> String? {
        tokenizerError { _ = try tokenizer(bytes, configuration: configuration) }?.description
    }

    @Test func aModelIsReadLikeTheSameVocabularyInGGUF() throws {
        let first = try tokenizer(model())
        let second = try Small.tokenizer(Small.sentencePiece)
        for text in ["hello", "hello hello", "é\u{1F600}", "", "  h"] {
            #expect(first.encode(text) == second.encode(text))
        }
        #expect(first.encode("hello") == [1, 268])
    }

    @Test func theConfigurationAddsTokensAndDecidesAboutTheBeginning() throws {
        let configuration = """
            {"add_bos_token":false,"bos_token":"<s>","added_tokens_decoder":{
            "1":{"content":"<s>","special":true},"271":{"content":"<pad>","special":true},
            "272":{"content":"[x]","special":false,"normalized":false}}}
            """
        let tokenizer = try tokenizer(model(), configuration: configuration)
        #expect(tokenizer.encode("hello<pad>[x]") == [268, 271, 272])
        #expect(tokenizer.isSpecial(271) && !tokenizer.isSpecial(272))
        let gap = #"{"added_tokens_decoder":{"900":{"content":"<x>","special":true}}}"#
        #expect(error(model(), gap)?.contains("\"900\" is neither") == true)
        let other = #"{"added_tokens_decoder":{"1":{"content":"<x>","special":true}}}"#
        #expect(error(model(), other)?.contains("claimed by both") == true)
    }

    @Test func settingsThatAreNotServedAreRefusedByName() {
        #expect(error(model(type: 3))?.contains("model_type \"3\" is not supported") == true)
        #expect(error(model { $0.write(2, [1, 2, 3]) })?.contains("charsmap") == true)
        #expect(error(model { $0.write(5, number: 0) })?.contains("escape_whitespaces") == true)
        #expect(error(Array("IQ== 0\nIg== 1\n".utf8))?.contains("tiktoken") == true)
    }

    @Test(
        arguments: [
            ([0x0A, 0x05, 0x61], "but 1 are left"), ([0x0A, 0x80], "cut off"), ([0x0A], "cut off"),
            ([0x0A] + ProtobufWriter.varint(1 << 63), "has 9223372036854775808 bytes"),
            ([0x0A] + ProtobufWriter.varint(.max), "has 18446744073709551615 bytes"),
            ([UInt8](repeating: 0xFF, count: 10) + [0x01], "longer than 64 bits"),
            ([0x20] + [UInt8](repeating: 0x80, count: 10) + [0x01], "longer than 64 bits"),
            ([0x20] + [UInt8](repeating: 0xFF, count: 9) + [0x02], "longer than 64 bits"),
            ([0x02, 0x00], "field 0"), ([0x00, 0x00], "field 0"), ([0x26], "wire type 6"),
            ([0x27], "wire type 7"), ([0x23], "wire type 3"), ([0x24], "wire type 4"),
            ([UInt8](repeating: 0x23, count: 100_000), "wire type 3"),
            ([0x21, 1, 2, 3], "8 bytes expected, 3 left"), ([0x25, 1], "4 bytes expected, 1 left"),
            ([0x08, 0x01], "field 1 is no message"),
        ] as [([UInt8], String)])
    func damagedMessagesAreRefused(_ bytes: [UInt8], _ reason: String) {
        #expect(error(bytes)?.contains(reason) == true)
        #expect(error(model(extra: bytes))?.contains(reason) == true)
    }

    @Test func everyTruncationIsRefusedOrARead() {
        let whole = model()
        for count in stride(from: 0, to: whole.count, by: 7) {
            // What ends between two fields is a smaller model; it must be read without a trap.
            _ = error(Array(whole[..<count]))
        }
        #expect(error([]) == TokenizerError.emptyVocabulary.description)
        #expect(error(Array(whole[..<(whole.count - 1)])) != nil)
    }

    @Test func piecesOfAnyLengthAndContentAreReadOrRefused() throws {
        var pieces = Small.sentencePiece.tokens
        pieces[265] = ArraySlice(repeating: 0x61, count: 500_000)
        #expect(error(model(pieces: pieces))?.contains("at most 4096") == true)
        pieces[265] = [0]
        let tokenizer = try tokenizer(model(pieces: pieces))
        #expect(tokenizer.encode("\0").contains(265))
    }

    @Test(
        Material.isPresent,
        arguments: ["llama2", "mistral-v1", "mistral-v3"])
    func publishedModelsAgreeWithTheirTokenizerFiles(_ folder: String) throws {
        let folder = "tokenizers/hf/\(folder)"
        let first = try tokenizer(Material.bytes("\(folder)/tokenizer.model"))
        let second = try Material.huggingFace(folder)
        let inputs = try Material.json("tokenizers/cases/inputs.json")
        let texts = try #require(inputs.arrayValue).compactMap { $0["text"]?.stringValue?.bytes }
        #expect(texts.count == 83)
        for text in texts {
            let ids = try first.encode(bytes: text, addSpecial: true, parseSpecial: false)
            let expected = try second.encode(bytes: text, addSpecial: true, parseSpecial: false)
            #expect(ids == expected, "\(String(decoding: text, as: UTF8.self))")
        }
    }
}
