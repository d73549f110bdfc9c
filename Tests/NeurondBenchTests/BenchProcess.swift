import Foundation
import StrictJSON
import Testing

/// The benchmark that was built with the tests, run in a folder of its own.
struct BenchProcess {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "neurond-bench-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    struct Outcome {
        let status: Int32
        let out: String
        let error: String
    }

    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "neurond-bench")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment
            .filter { $0.key != "NEUROND_KERNELS" }.merging(environment) { $1 }
        let out = Pipe()
        let error = folder.appending(path: UUID().uuidString)
        try Data().write(to: error)
        process.standardOutput = out
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
        let data = out.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, out: String(decoding: data, as: UTF8.self),
            error: try String(contentsOf: error, encoding: .utf8))
    }

    /// Runs a command that must succeed and reads its JSON.
    func object(_ arguments: [String], environment: [String: String] = [:]) throws -> JSONValue {
        let outcome = try run(arguments + ["--json"], environment: environment)
        try #require(outcome.status == 0, "\(outcome.error)")
        return try JSONValue(
            parsing: Array(outcome.out.utf8),
            limits: JSONLimits(
                maximumByteCount: 1 << 20, maximumDepth: 16, maximumValueCount: 1 << 16))
    }

    /// Writes the smallest model and answers its path.
    func makeModel(type: String = "q8_0") throws -> String {
        let path = folder.appending(path: "\(type).gguf").path
        _ = try object(["make-model", "--shape", "tiny", "--type", type, "-o", path])
        return path
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}

/// The keys of an object, or none.
func keys(_ value: JSONValue?) -> Set<String> {
    Set((value?.objectValue?.keys ?? []).map { "\($0)" })
}
