import Foundation
import HostileFiles
import ModelFile
import TestSupport
import Testing

/// Every malformed file of `HostileCase.all`, refused by name, and the odd ones that are sound.
@Suite struct HostileFileTests {
    @Test(arguments: HostileCase.all)
    func isRefusedByNameOrRead(_ hostile: HostileCase) throws {
        let folder = try TemporaryDirectory()
        let path = try hostile.write(into: folder.path)
        var message: String?
        do {
            try HostileCase.readAll(path)
        } catch {
            message = "\(error)"
        }
        let fault = hostile.fault(in: folder.path, refusal: message)
        #expect(fault == nil)
    }

    @Test func everyCaseHasANameOfItsOwn() {
        let names = HostileCase.all.map(\.description)
        #expect(names.count > 250)
        #expect(Set(names).count == names.count)
    }

    /// One process a file, which is how its peak memory is known; `Ops/hostile` runs all.
    @Test func noCaseTakesMoreThanTwiceItsSize() throws {
        let step = 12
        let process = Process()
        process.executableURL = Self.program
        process.arguments = ["run", "\(step)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(
            text.contains("\((HostileCase.all.count + step - 1) / step) files, 0 faults"), "\(text)"
        )
    }

    /// The program beside this test's.
    private static var program: URL {
        URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "neurond-hostile")
    }
}
