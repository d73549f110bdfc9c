import Foundation
import TestSupport
import Testing
import Tokenizer

@testable import ModelFile

@Suite struct GGUFWriterTests {
    private static let configuration = ModelConfiguration(
        architecture: "llama", layerCount: 2, width: 32, headCount: 4, keyValueHeadCount: 2,
        headDimension: 8, neuronCount: 64, vocabularyCount: 3, contextLength: 128,
        normEpsilon: 1e-5, rotaryBase: 12_345, rotaryDimension: 8, tiedHead: false)

    private static let vocabulary = GGUFVocabulary(
        model: "llama", tokens: PieceTable(["<unk>", "a", "▁"].map(\.utf8)), scores: [0, -1, -2],
        types: [2, 1, 1], unknownID: 0, addsBOS: false)

    /// Bytes that tell tensors and places apart and are finite numbers in every type.
    private static func data(_ index: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 7 &+ index) % 60) }
    }

    private func write(_ path: String, pieces: Int = 1) throws -> [[UInt8]] {
        let tensors = Self.configuration.ggufTensors(matrices: .q8x0)
        var writer = try GGUFWriter(
            replacing: path,
            metadata: Self.configuration.ggufMetadata + Self.vocabulary.ggufMetadata,
            tensors: tensors)
        let contents = tensors.enumerated().map { index, tensor in
            let count = tensor.shape.reduce(1, *) / tensor.encoding.blockLength
            return Self.data(index, count * tensor.encoding.blockByteCount)
        }
        for content in contents {
            let size = (content.count + pieces - 1) / pieces
            for start in stride(from: 0, to: content.count, by: size) {
                try writer.append(Array(content[start..<min(content.count, start + size)]))
            }
        }
        try writer.commit()
        return contents
    }

    @Test func whatIsWrittenIsAModel() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/m.gguf"
        _ = try write(path)
        let source = try ModelSource.open(path)
        #expect(source.configuration == Self.configuration)
        #expect(source.sourceType == "Q8_0")
        #expect(source.format == "GGUF v3")
        #expect(source.tokenizer != nil)
        let read = try GGUFContainer(try FileBytes(mapping: path)).vocabulary()
        #expect(read?.tokens == Self.vocabulary.tokens)
        #expect(read?.scores == Self.vocabulary.scores)
        #expect(read?.types == Self.vocabulary.types)
        #expect(read?.unknownID == 0)
        #expect(read?.addsBOS == false)
    }

    @Test(arguments: [1, 3, 50])
    func everyTensorHasItsBytesHoweverTheyCame(pieces: Int) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/m.gguf"
        let contents = try write(path, pieces: pieces)
        let container = try GGUFContainer(try FileBytes(mapping: path))
        #expect(container.tensors.count == contents.count)
        for (tensor, content) in zip(container.tensors, contents) {
            let start = container.dataStart + tensor.offset
            #expect(container.bytes.copy(start..<start + tensor.byteCount) == content)
            #expect(start.isMultiple(of: 32))
        }
    }

    @Test func theFileAppearsWhenItIsWhole() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/m.gguf"
        func names() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: directory.path)
        }
        let tensor = GGUFWriter.Tensor(name: "x", shape: [2, 4], encoding: .f32)
        expectRefusal("tensor 0: it is not whole; expected the bytes of all 1 tensors") {
            var writer = try GGUFWriter(replacing: path, metadata: [], tensors: [tensor])
            try writer.append([UInt8](repeating: 0, count: 31))
            #expect(try names() != ["m.gguf"])
            try writer.commit()
        }
        #expect(try names() == [])
    }

    @Test func moreBytesThanTheTensorHasAreRefused() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/m.gguf"
        let tensor = GGUFWriter.Tensor(name: "x", shape: [4], encoding: .f32)
        expectRefusal("17 bytes for 16 left") {
            var writer = try GGUFWriter(replacing: path, metadata: [], tensors: [tensor])
            try writer.append([UInt8](repeating: 0, count: 17))
        }
        expectRefusal("1 bytes for 0 left") {
            var writer = try GGUFWriter(replacing: path, metadata: [], tensors: [tensor])
            try writer.append([UInt8](repeating: 0, count: 16))
            try writer.append([0])
        }
    }

    @Test(arguments: [
        ("x", [31], "the last a multiple of 32"), ("x", [], "positive dimensions"),
        ("x", [0, 32], "positive dimensions"), ("x", [1, 1, 1, 1, 32], "positive dimensions"),
        ("x", [.max, 32], "positive dimensions"),
        ("", [32], "its name has 0 bytes"),
        (String(repeating: "x", count: 64), [32], "its name has 64 bytes"),
    ])
    func whatNoReaderWouldTakeIsRefused(name: String, shape: [Int], message: String) throws {
        let directory = try TemporaryDirectory()
        let tensor = GGUFWriter.Tensor(name: name, shape: shape, encoding: .q8x0)
        expectRefusal(message) {
            _ = try GGUFWriter(
                replacing: directory.path + "/m.gguf", metadata: [], tensors: [tensor])
        }
    }

    @Test func namesAndKeysOccurOnce() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/m.gguf"
        let tensor = GGUFWriter.Tensor(name: "x", shape: [4], encoding: .f32)
        expectRefusal("tensor \"x\": it occurs twice") {
            _ = try GGUFWriter(replacing: path, metadata: [], tensors: [tensor, tensor])
        }
        expectRefusal("key \"k\": it occurs twice") {
            _ = try GGUFWriter(
                replacing: path, metadata: [("k", .uint32(1)), ("k", .bool(true))], tensors: [])
        }
    }

    @Test func everyServedEncodingHasANumber() {
        for encoding in TensorEncoding.allCases {
            let number = GGMLType.number(of: encoding)
            #expect(number.flatMap { GGMLType(number: $0)?.encoding } == encoding)
        }
    }
}
