import Foundation
import Testing

/// The units in Ops/systemd are ones that systemd takes without a word.
@Suite("systemd units")
struct SystemdUnitTests {
    private static let analyze = "/usr/bin/systemd-analyze"
    private static let units = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Ops/systemd")

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: analyze)))
    func `systemd-analyze has nothing to say`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var paths: [String] = []
        for name in ["neurond.service", "neurond.socket"] {
            let text = try String(contentsOf: Self.units.appending(path: name), encoding: .utf8)
            // It asks whether the program is there, and it may not be installed here.
            let unit = text.replacing(
                "ExecStart=/usr/local/bin/neurond", with: "ExecStart=/bin/true")
            #expect(name != "neurond.service" || unit != text)
            let file = folder.appending(path: name)
            try unit.write(to: file, atomically: true, encoding: .utf8)
            paths.append(file.path)
        }
        let process = Process()
        process.executableURL = URL(filePath: Self.analyze)
        process.arguments = ["verify"] + paths
        let output = Pipe()
        process.standardError = output
        process.standardOutput = output
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(said.isEmpty, "\(String(decoding: said, as: UTF8.self))")
    }
}
