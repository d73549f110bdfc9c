import Foundation
import ModelFile
import StrictJSON
import Testing
import Tokenizer

@Suite struct MakeModelTests {
    @Test(arguments: [("q8_0", "Q8_0"), ("q4_k", "Q4_K"), ("f16", "F16")])
    func theFileIsAModelOfTheShape(type: String, stored: String) throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let source = try ModelSource.open(try bench.makeModel(type: type))
        #expect(source.sourceType == stored)
        let shape = source.configuration
        #expect(shape.layerCount == 2)
        #expect(shape.width == 256)
        #expect(shape.neuronCount == 512)
        #expect(shape.headCount == 4)
        #expect(shape.keyValueHeadCount == 2)
        #expect(shape.headDimension == 64)
        #expect(shape.vocabularyCount == 512)
        #expect(shape.tiedHead)
    }

    /// Uniform weights of variance 1/inputs: their mean square over many is close to that.
    @Test(arguments: ["q8_0", "q4_k", "f16"])
    func weightsKeepTheSizeOfARow(type: String) throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let source = try ModelSource.open(try bench.makeModel(type: type))
        for role in [TensorRole.embedding, .gate(1), .down(0)] {
            let reader = try source.tensor(role)
            var row: [Float] = []
            var squares = 0.0
            for index in 0..<reader.rows {
                try reader.readRow(index, into: &row)
                squares += row.reduce(0) { $0 + Double($1 * $1) }
            }
            let variance = squares / Double(reader.rows)
            #expect(variance > 0.8 && variance < 1.25, "\(role): \(variance) for each row")
        }
        var gain: [Float] = []
        try source.tensor(.finalNorm).readRow(0, into: &gain)
        #expect(gain == [Float](repeating: 1, count: 256))
    }

    @Test func theSameSeedWritesTheSameBytes() throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let contents = try [0, 0, 1].enumerated().map { index, seed in
            let file = bench.folder.appending(path: "\(index).gguf")
            _ = try bench.object([
                "make-model", "--shape", "tiny", "--type", "q8_0", "--seed", "\(seed)", "-o",
                file.path,
            ])
            return try Data(contentsOf: file)
        }
        #expect(contents[0] == contents[1])
        #expect(contents[0] != contents[2])
        #expect(contents[0].count == contents[2].count)
    }

    @Test(arguments: ["hello world", "Naïve 42 × Ünï\n", "", "  two  blanks "])
    func itsVocabularySpellsEveryText(text: String) throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let specification = try ModelSource.tokenizer(at: try bench.makeModel())
        let tokenizer = try TextTokenizer(specification)
        let tokens = tokenizer.encode(text)
        #expect(tokens.first == 1, "begins with the beginning of text")
        #expect(try tokenizer.decode(tokens) == text)
    }

    @Test func theReportHasTheShapeThatAnExportNeeds() throws {
        let bench = try BenchProcess()
        defer { bench.remove() }
        let path = bench.folder.appending(path: "m.gguf").path
        let report = try bench.object([
            "make-model", "--shape", "tiny", "--type", "f16", "-o", path,
        ])
        #expect(report["parameters"]?.integerValue == 1_312_000)
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        #expect(report["file_bytes"]?.integerValue == size.map { Int64($0) })
        #expect(
            keys(report["configuration"]).isSuperset(of: [
                "width", "layer_count", "neuron_count", "head_count", "key_value_head_count",
                "vocabulary_count", "context_length", "norm_epsilon", "rotary_base", "tied_head",
            ]))
    }
}
