import Foundation
import TestSupport
import Testing

@testable import ModelFile

@Suite struct SafetensorsWriterTests {
    private func sample() throws -> SafetensorsWriter {
        var writer = SafetensorsWriter(metadata: ["note": "a \"quoted\" \\ line\n", "b": "ü"])
        try writer.add("bytes", shape: [3], [1, 2, 255] as [UInt8])
        try writer.add("halves", shape: [1, 2], [0.5, -2] as [Float16])
        try writer.add("floats", shape: [2, 2], [1, 2, 3, -4.5] as [Float])
        try writer.add("small", shape: [2], [-7, 7] as [Int32])
        try writer.add("wide \"name\"", shape: [2], [.min, .max] as [Int64])
        try writer.add("empty", shape: [0], [Float]())
        return writer
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let file = try SafetensorsFile(bytes: try sample().serialized())
        #expect(file.metadata == ["note": "a \"quoted\" \\ line\n", "b": "ü"])
        #expect(try file.integers(named: "bytes") == [1, 2, 255])
        #expect(try file.floats(named: "halves") == [0.5, -2])
        #expect(try file.floats(named: "floats") == [1, 2, 3, -4.5])
        #expect(try file.integers(named: "small") == [-7, 7])
        #expect(try file.integers(named: "wide \"name\"") == [.min, .max])
        #expect(try file.floats(named: "empty") == [])
        #expect(file.tensor(named: "floats")?.shape == [2, 2])
    }

    @Test func everyTensorIsAlignedForItsType() throws {
        let file = try SafetensorsFile(bytes: try sample().serialized())
        #expect(file.tensors.first?.byteRange.lowerBound.isMultiple(of: 8) == true)
        for tensor in file.tensors {
            #expect(tensor.byteRange.lowerBound.isMultiple(of: tensor.dataType.bitWidth / 8))
        }
    }

    @Test func namesAndShapesMustFit() throws {
        var writer = try sample()
        expectRefusal("taken") { try writer.add("floats", shape: [1], [1] as [Float]) }
        expectRefusal("taken") { try writer.add("__metadata__", shape: [1], [1] as [Float]) }
        expectRefusal("does not hold 1") { try writer.add("x", shape: [2], [1] as [Float]) }
        expectRefusal("does not hold 1") { try writer.add("x", shape: [-1], [1] as [Float]) }
    }

    @Test func writingReplacesAFileWholeAndLeavesNothingElse() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("out.safetensors", "old")
        try sample().write(to: path)
        #expect(try SafetensorsFile(path: path).tensors.count == 6)
        #expect(try Data(contentsOf: URL(filePath: path)).elementsEqual(sample().serialized()))
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names == ["out.safetensors"])
    }

    @Test func aDirectoryThatIsMissingIsReported() throws {
        let directory = try TemporaryDirectory()
        expectRefusal("cannot be written") {
            try sample().write(to: directory.path + "/none/out.safetensors")
        }
    }

    @Test func aFailedRenameRemovesTheTemporaryFile() throws {
        let directory = try TemporaryDirectory()
        let target = directory.path + "/target"
        try FileManager.default.createDirectory(
            atPath: target + "/inner", withIntermediateDirectories: true)
        expectRefusal("cannot be written") { try sample().write(to: target) }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names == ["target"])
    }
}

@Suite struct SafetensorsRawTests {
    @Test func doublesAreWrittenAsBytesAndReadRounded() throws {
        let values = [1.5, -0.1, 1e300]
        let bytes = values.flatMap { value in
            (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64($0))) }
        }
        var writer = SafetensorsWriter()
        try writer.add("x", .f64, shape: [3], bytes: bytes)
        let file = try SafetensorsFile(bytes: writer.serialized())
        #expect(try file.floats(named: "x") == [1.5, Float(-0.1), .infinity])
        #expect(throws: ModelFileError.self) {
            try writer.add("y", .f64, shape: [2], bytes: bytes)
        }
    }
}
