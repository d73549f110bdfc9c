import TestSupport
import Testing
import Tokenizer

@testable import ModelFile

/// Files that others made; skipped, saying so, when they are absent.
@Suite(Material.isPresent) struct MaterialTests {
    private static let stories = "stories260k/stories260K"

    private func open(_ name: String) throws -> ModelSource {
        try ModelSource.open(Material.path(name))
    }

    private func weights(_ source: ModelSource, _ role: TensorRole) throws -> [Float] {
        let reader = try source.tensor(role)
        var all: [Float] = []
        var row: [Float] = []
        for index in 0..<reader.rows {
            try reader.readRow(index, into: &row)
            all += row
        }
        return all
    }

    @Test func theOriginalFileIsReadWithItsTraps() throws {
        let source = try open("stories260k/stories260K.gguf")
        #expect(
            source.configuration
                == ModelConfiguration(
                    architecture: "llama", layerCount: 5, width: 64, headCount: 8,
                    keyValueHeadCount: 4, headDimension: 8, neuronCount: 172,
                    vocabularyCount: 512, contextLength: 2_048, normEpsilon: 1e-5,
                    rotaryBase: 10_000, rotaryDimension: 8, tiedHead: false))
        #expect(source.endOfSequenceIDs == [2])
        #expect(source.tokenizer?.vocabularyCount == 512)
    }

    @Test(arguments: ["", "-f16", "-bf16", "-sharded"])
    func directoriesAnswerTheSameWeightsAsGGUF(suffix: String) throws {
        let directory = try open("\(Self.stories)-hf\(suffix)")
        let type = ["": "F32", "-sharded": "F32", "-f16": "F16", "-bf16": "BF16"][suffix]
        #expect(directory.sourceType == type)
        let reference = try open("\(Self.stories).F32.gguf")
        var shape = directory.configuration
        shape.normEpsilon = reference.configuration.normEpsilon
        #expect(shape == reference.configuration)
        #expect(directory.parameterCount == reference.parameterCount)
        #expect(directory.tokenizer != nil)
        for role in TensorRole.all(in: shape) {
            let read = try weights(directory, role)
            let expected = try weights(reference, role).map { (value: Float) in
                switch suffix {
                case "-f16": Float(Float16(value))
                case "-bf16": Self.roundedToBF16(value)
                default: value
                }
            }
            #expect(read == expected, "\(role)")
        }
    }

    /// The nearest number with eight significant bits, ties to even.
    private static func roundedToBF16(_ value: Float) -> Float {
        let bits = value.bitPattern
        return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
    }

    /// Each type's largest error relative to the largest weight of a row's group of 32.
    @Test(
        arguments: [
            ("F32", 0), ("F16", 0.0005), ("BF16", 0.004), ("Q8_0", 0.0045), ("Q5_0", 0.0635),
            ("Q5_1", 0.0335), ("Q4_0", 0.126), ("Q4_1", 0.068),
        ] as [(String, Float)])
    func everyTypeApproximatesTheSameWeights(type: String, tolerance: Float) throws {
        let source = try open("\(Self.stories).\(type).gguf")
        #expect(source.sourceType == type)
        let reference = try open("\(Self.stories).F32.gguf")
        for role in TensorRole.all(in: source.configuration) {
            let read = try weights(source, role)
            let expected = try weights(reference, role)
            let columns = try source.tensor(role).columns
            for start in stride(from: 0, to: read.count, by: columns) {
                for group in stride(from: start, to: start + columns, by: 32) {
                    let range = group..<min(group + 32, start + columns)
                    let largest = expected[range].map(abs).max() ?? 0
                    let error = range.map { abs(read[$0] - expected[$0]) }.max() ?? 0
                    #expect(error <= tolerance * largest, "\(role), \(range)")
                }
            }
        }
    }

    @Test func q8RowsMultiplyOutToTheDecodedRows() throws {
        let source = try open("\(Self.stories).Q8_0.gguf")
        let reader = try source.tensor(.query(3))
        var (quants, scales, row) = ([Int8](), [Float16](), [Float]())
        for index in 0..<reader.rows {
            #expect(try reader.readQ8Row(index, quants: &quants, scales: &scales))
            try reader.readRow(index, into: &row)
            #expect(row == quants.enumerated().map { Float($1) * Float(scales[$0 / 32]) })
        }
        #expect(try !source.tensor(.down(0)).readQ8Row(0, quants: &quants, scales: &scales))
    }

    @Test(arguments: Material.names(in: "malformed/ggml-handcrafted"))
    func handcraftedFilesAreReadOrRefused(name: String) throws {
        let path = try Material.path("malformed/ggml-handcrafted/\(name)")
        if name.hasPrefix("good.") {
            #expect(try ModelSummary.inspect(path).kind == .container)
            _ = try GGUFContainer(FileBytes(mapping: path))
        } else {
            expectRefusal(name) { _ = try ModelSummary.inspect(path) }
            expectRefusal(name) {
                let container = try GGUFContainer(FileBytes(mapping: path))
                try container.requireData()
            }
        }
    }

    @Test(arguments: Material.names(in: "malformed/real"))
    func publishedMalformedFilesAreRefused(name: String) throws {
        let path = try Material.path("malformed/real/\(name)")
        expectRefusal("occurs twice") { _ = try ModelSummary.inspect(path) }
    }

    @Test(arguments: Material.names(in: "malformed/safetensors-samples"))
    func samplesOfEveryTypeAreRead(name: String) throws {
        let file = try SafetensorsFile(
            path: Material.path("malformed/safetensors-samples/\(name)"))
        #expect(file.metadata == ["test": "a"])
        #expect(file.tensors.allSatisfy { $0.shape == [6] })
        #expect(file.tensors.count == (name == "overall.safetensors" ? 9 : 1))
    }

    @Test(arguments: Material.names(in: "tokenizers/vocab").filter { $0.hasSuffix(".gguf") })
    func vocabulariesAreDescribedAsSuch(name: String) throws {
        let path = try Material.path("tokenizers/vocab/\(name)")
        let summary = try ModelSummary.inspect(path)
        #expect(summary.kind == .vocabulary)
        #expect(try ModelSource.tokenizer(at: path).vocabularyCount == summary.tokenCount)
        expectRefusal(name) { _ = try ModelSource.open(path) }
    }

    @Test func otherModelsAreReadOrRefusedByName() throws {
        let random = try open("random/llama2-tiny-random/llama-2-tiny-random.gguf")
        #expect(random.configuration.vocabularyCount == 32_000)
        #expect(random.sourceType == "F16")
        let gpt2 = try open("random/tiny-gpt2-hf")
        #expect(gpt2.configuration.architecture == "gpt2")
        #expect(gpt2.configuration.neuronCount == 64)
    }
}
