import Foundation
import HostileFiles
import TestSupport
import Testing
import Tokenizer

@testable import ModelFile

@Suite struct ModelSourceTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = try directory.write("tiny.gguf", TinyModel.gguf().bytes())
    }

    @Test func describesAGGUFFile() throws {
        let source = try ModelSource.open(path)
        #expect(source.path == path)
        #expect(source.format == "GGUF v3")
        #expect(source.sourceType == "F32")
        #expect(source.fileByteCount == TinyModel.gguf().bytes().count)
        let roles = TensorRole.all(in: TinyModel.configuration)
        let counts = roles.map { TinyModel.weights($0).count }
        #expect(source.parameterCount == counts.reduce(0, +))
        #expect(source.endOfSequenceIDs == [2])
    }

    @Test func theHeadOfATiedModelIsTheEmbedding() throws {
        let source = try ModelSource.open(path)
        let head = try source.tensor(.head)
        #expect((head.rows, head.columns) == (5, 8))
        #expect(head.name == "token_embd.weight")
    }

    @Test func layersThatAreNotThereAreRefused() throws {
        let source = try ModelSource.open(path)
        expectRefusal("layer 1 query") { _ = try source.tensor(.query(1)) }
        expectRefusal("layer -1 up") { _ = try source.tensor(.up(-1)) }
    }

    @Test func theDigestOfAFileIsItsSHA256() throws {
        // A file of three bytes would be refused, so the known answer is checked by a twin.
        let twin = try directory.write("twin.gguf", TinyModel.gguf().bytes())
        let first = try ModelSource.open(path).digest()
        #expect(first.count == 64)
        #expect(first.allSatisfy { "0123456789abcdef".contains($0) })
        #expect(try ModelSource.open(twin).digest() == first)
        var builder = TinyModel.gguf()
        builder.set("general.name", "tinz")
        let other = try directory.write("other.gguf", builder.bytes())
        #expect(try ModelSource.open(other).digest() != first)
    }

    @Test func theDigestOfADirectoryDependsOnWeightsAndConfiguration() throws {
        let first = try TinyModel.directory()
        let second = try TinyModel.directory()
        let changed = try TinyModel.directory(["rope_theta": "10001.0"])
        let digest = try ModelSource.open(first.path).digest()
        #expect(try ModelSource.open(second.path).digest() == digest)
        #expect(try ModelSource.open(changed.path).digest() != digest)
    }

    @Test func aMissingPathIsReported() {
        expectRefusal("nothing.gguf", "No such file") {
            _ = try ModelSource.open(directory.path + "/nothing.gguf")
        }
    }

    @Test func theTokenizerAloneIsReadFromAVocabulary() throws {
        var builder = TinyModel.gguf()
        builder.tensors = []
        let vocabulary = try directory.write("vocabulary.gguf", builder.bytes())
        #expect(try ModelSource.tokenizer(at: vocabulary).vocabularyCount == 5)
        builder.remove("tokenizer.ggml.tokens")
        let bare = try directory.write("bare.gguf", builder.bytes())
        expectRefusal("there is none") { _ = try ModelSource.tokenizer(at: bare) }
    }

    @Test func configurationsSurviveCoding() throws {
        let data = try JSONEncoder().encode(TinyModel.configuration)
        let decoded = try JSONDecoder().decode(ModelConfiguration.self, from: data)
        #expect(decoded == TinyModel.configuration)
    }
}

@Suite struct ModelSummaryTests {
    private func inspect(_ builder: GGUFBuilder) throws -> ModelSummary {
        let directory = try TemporaryDirectory()
        return try ModelSummary.inspect(directory.write("file.gguf", builder.bytes()))
    }

    @Test func aModelIsDescribed() throws {
        let summary = try inspect(TinyModel.gguf())
        #expect(summary.kind == .model)
        #expect(summary.name == "tiny")
        #expect(summary.configuration == TinyModel.configuration)
        #expect(summary.tensorTypes == ["F32": 11])
        #expect(summary.digest?.count == 64)
        #expect(summary.summary.contains("1 layers, width 8, 2 heads"))
    }

    @Test func aDirectoryIsDescribed() throws {
        let directory = try TinyModel.directory()
        let summary = try ModelSummary.inspect(directory.path)
        #expect(summary.kind == .model)
        #expect(summary.summary.contains("Hugging Face directory"))
        #expect(summary.summary.contains("no tokenizer"))
    }

    @Test func aVocabularyIsDescribedAsSuch() throws {
        var builder = TinyModel.gguf()
        builder.tensors = []
        let summary = try inspect(builder)
        #expect(summary.kind == .vocabulary)
        #expect(summary.tokenCount == 5)
        #expect(summary.summary.contains("a vocabulary of 5 tokens"))
    }

    @Test func aContainerWithoutAnArchitectureIsNoModel() throws {
        var builder = TinyModel.gguf()
        builder.remove("general.architecture")
        #expect(try inspect(builder).kind == .container)
        builder.hasData = false
        #expect(try inspect(builder).summary.contains("the table only, no data"))
    }

    @Test func aWeightThatIsNotFiniteIsFound() throws {
        var builder = TinyModel.gguf()
        let last = builder.tensors.count - 1
        builder.tensors[last].data = littleEndian([0, 0, 0, 0, 0, .nan, 0, 0])
        expectRefusal("output_norm.weight", "row 0, column 5") { _ = try inspect(builder) }
    }

    @Test func summariesSurviveCoding() throws {
        let summary = try inspect(TinyModel.gguf())
        let data = try JSONEncoder().encode(summary)
        #expect(try JSONDecoder().decode(ModelSummary.self, from: data) == summary)
    }
}
