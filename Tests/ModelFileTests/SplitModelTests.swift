import Foundation
import HostileFiles
import TestSupport
import Testing

@testable import ModelFile

/// What is refused about split models stands in `HostileCase.splitGGUF`.
@Suite struct SplitModelTests {
    /// The parts of the tiny model, as many as are asked for.
    private func parts(_ count: Int) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        for (index, part) in TinyModel.gguf().split(into: count).enumerated() {
            let name = SplitName(prefix: "tiny", index: index, count: count).path
            try directory.write(name, part.bytes())
        }
        return directory
    }

    @Test(arguments: [2, 3, 11, 14])
    func aSplitModelHasTheWeightsOfTheWhole(count: Int) throws {
        let directory = try parts(count)
        let path = directory.path + "/" + SplitName(prefix: "tiny", index: 1, count: count).path
        let source = try ModelSource.open(path)
        #expect(source.format == "GGUF v3 in \(count) parts")
        #expect(source.configuration == TinyModel.configuration)
        #expect(source.endOfSequenceIDs == [2])
        var row: [Float] = []
        for role in TensorRole.all(in: TinyModel.configuration) {
            let reader = try source.tensor(role)
            var read: [Float] = []
            for index in 0..<reader.rows {
                try reader.readRow(index, into: &row)
                read += row
            }
            #expect(read == TinyModel.weights(role), "\(role)")
        }
    }

    @Test func sizesAreAddedUpAndTheDigestIsOfAllParts() throws {
        let directory = try parts(3)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        let paths = names.sorted().map { directory.path + "/" + $0 }
        let sources = try paths.map { try ModelSource.open($0) }
        let byteCounts = try paths.map { try Data(contentsOf: URL(filePath: $0)).count }
        #expect(sources.allSatisfy { $0.fileByteCount == byteCounts.reduce(0, +) })
        let digests = try sources.map { try $0.digest() }
        #expect(Set(digests).count == 1)
        var last = TinyModel.gguf().split(into: 3)[2]
        last.tensors[0].data[0] ^= 1
        try directory.write("tiny-00003-of-00003.gguf", last.bytes())
        #expect(try ModelSource.open(paths[0]).digest() != digests[0])
    }

    @Test func theFirstPartMayHaveNoTensors() throws {
        let directory = try TemporaryDirectory()
        var first = TinyModel.gguf()
        var second = GGUFBuilder()
        second.tensors = first.tensors
        first.tensors = []
        for (index, var part) in [first, second].enumerated() {
            part.set("split.no", type: 2, littleEndian(UInt16(index)))
            part.set("split.count", type: 2, littleEndian(UInt16(2)))
            part.set("split.tensors.count", Int32(second.tensors.count))
            try directory.write("m-0000\(index + 1)-of-00002.gguf", part.bytes())
        }
        let source = try ModelSource.open(directory.path + "/m-00001-of-00002.gguf")
        #expect(try source.tensor(.finalNorm).columns == 8)
    }

    @Test func linksIntoAnotherFolderAreFollowed() throws {
        let blobs = try parts(2)
        let links = try TemporaryDirectory()
        for name in ["tiny-00001-of-00002.gguf", "tiny-00002-of-00002.gguf"] {
            try FileManager.default.createSymbolicLink(
                atPath: links.path + "/" + name, withDestinationPath: blobs.path + "/" + name)
        }
        let source = try ModelSource.open(links.path + "/tiny-00001-of-00002.gguf")
        #expect(source.format == "GGUF v3 in 2 parts")
    }

    @Test func aModelThatWasMergedIsNoPart() throws {
        var builder = TinyModel.gguf()
        builder.set("split.count", type: 2, littleEndian(UInt16(0)))
        let directory = try TemporaryDirectory()
        let path = try directory.write("m-00001-of-00003.gguf", builder.bytes())
        #expect(try ModelSource.open(path).format == "GGUF v3")
    }

    @Test func namesAreReadAndWritten() {
        let name = SplitName("/a-b/m-00002-of-00013.gguf")
        #expect(name == SplitName(prefix: "/a-b/m", index: 1, count: 13))
        #expect(name?.path == "/a-b/m-00002-of-00013.gguf")
        for path in [
            "m.gguf", "m-2-of-3.gguf", "m-00002-of-00003", "00002-of-00003.gguf",
            "m-00002-of-0000x.gguf", "m-+0002-of-00003.gguf", "m-00000-of-00003.gguf",
        ] {
            #expect(SplitName(path) == nil, "\(path)")
        }
    }
}
