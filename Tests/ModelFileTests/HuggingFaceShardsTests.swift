import Foundation
import TestSupport
import Testing

@testable import ModelFile

@Suite struct HuggingFaceShardsTests {
    private static let roles = TensorRole.all(in: TinyModel.configuration)

    /// A directory of two shards; the index can be changed before it is written.
    private func sharded(
        _ change: (inout [String: String]) -> Void = { _ in }
    ) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write("config.json", TinyModel.configurationText())
        let parts = [Array(Self.roles.prefix(5)), Array(Self.roles.dropFirst(5))]
        var index: [String: String] = [:]
        for (number, part) in parts.enumerated() {
            let name = "model-0000\(number + 1)-of-00002.safetensors"
            try directory.write(name, TinyModel.safetensors(part).serialized())
            for role in part { index[role.huggingFaceName] = name }
        }
        change(&index)
        let lines = index.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \"\($0.value)\"" }
        try directory.write(
            "model.safetensors.index.json",
            "{\"weight_map\": {\(lines.joined(separator: ", "))}}")
        return directory
    }

    private func expectRefused(
        _ parts: String..., by change: (inout [String: String]) -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let directory = try sharded(change)
        for part in parts {
            expectRefusal(
                part, by: { _ = try ModelSource.open(directory.path) },
                sourceLocation: sourceLocation)
        }
    }

    @Test func shardsReadAsOneFileDoes() throws {
        let directory = try sharded()
        let source = try ModelSource.open(directory.path)
        let single = try TinyModel.directory()
        let other = try ModelSource.open(single.path)
        #expect(source.parameterCount == other.parameterCount)
        var rows: ([Float], [Float]) = ([], [])
        for role in Self.roles {
            try source.tensor(role).readRow(0, into: &rows.0)
            try other.tensor(role).readRow(0, into: &rows.1)
            #expect(rows.0 == rows.1, "\(role)")
        }
    }

    @Test(arguments: ["../model.safetensors", "/dev/zero.safetensors", "a/b.safetensors"])
    func namesThatLeadOutAreRefused(name: String) throws {
        try expectRefused("no plain file name") { $0["model.norm.weight"] = name }
    }

    @Test(arguments: ["pytorch_model.bin", "", ".", "..", "/dev/zero"])
    func shardsOfOtherKindsAreRefused(name: String) throws {
        try expectRefused("no safetensors file") { $0["model.norm.weight"] = name }
    }

    @Test func ghostsAreRefused() throws {
        try expectRefused("missing-file.safetensors", "No such file") {
            $0["model.norm.weight"] = "missing-file.safetensors"
        }
        try expectRefused("\"ghost\" is not in") {
            $0["ghost"] = "model-00001-of-00002.safetensors"
        }
        try expectRefused("\"model.norm.weight\" is not in") {
            $0["model.norm.weight"] = "model-00001-of-00002.safetensors"
        }
        try expectRefused("the index does not name it") {
            $0["model.norm.weight"] = nil
        }
        try expectRefused("weight_map") { $0 = [:] }
    }

    @Test func linksOutOfTheDirectoryAreRefused() throws {
        let outside = try TinyModel.directory()
        let directory = try TemporaryDirectory()
        try directory.write("config.json", TinyModel.configurationText())
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/model.safetensors",
            withDestinationPath: outside.path + "/model.safetensors")
        expectRefusal("leads out of the directory") { _ = try ModelSource.open(directory.path) }
    }

    @Test func linksInsideTheDirectoryAndIntoTheHubsBlobsAreFollowed() throws {
        let root = try TemporaryDirectory()
        let manager = FileManager.default
        let snapshot = root.path + "/snapshots/abc"
        for folder in [snapshot, root.path + "/blobs"] {
            try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try root.write("blobs/1", TinyModel.configurationText())
        try root.write("blobs/2", TinyModel.safetensors().serialized())
        try manager.createSymbolicLink(
            atPath: snapshot + "/config.json", withDestinationPath: "../../blobs/1")
        try manager.createSymbolicLink(
            atPath: snapshot + "/weights", withDestinationPath: "../../blobs/2")
        try manager.createSymbolicLink(
            atPath: snapshot + "/model.safetensors", withDestinationPath: "weights")
        #expect(try ModelSource.open(snapshot).configuration == TinyModel.configuration)
    }

    @Test func devicesPipesAndDirectoriesInPlaceOfFilesAreRefused() throws {
        let directory = try sharded { $0["model.norm.weight"] = "d.safetensors" }
        try FileManager.default.createDirectory(
            atPath: directory.path + "/d.safetensors", withIntermediateDirectories: false)
        expectRefusal("not a regular file") { _ = try ModelSource.open(directory.path) }
        expectRefusal("not a regular file") { _ = try ModelSource.open("/dev/zero") }
        let pipe = try sharded { $0["model.norm.weight"] = "p.safetensors" }
        #expect(mkfifo(pipe.path + "/p.safetensors", 0o600) == 0)
        expectRefusal("not a regular file") { _ = try ModelSource.open(pipe.path) }
    }
}
