import Foundation
import Testing

/// The parts of the house style that a program can check.
@Suite struct SourceTests {
    static let columnLimit = 100
    static let lineLimit = 400

    /// Files over 400 lines, each with the reason.
    static let longFiles: [String: String] = [:]

    @Test func thereAreSources() {
        #expect(Repository.sources().count > 50)
        #expect(Repository.modules().contains("Hooks"))
    }

    @Test func noLineIsLongerThanTheLimit() {
        for file in Repository.sources() {
            for (index, line) in file.lines.enumerated() where line.count > Self.columnLimit {
                Issue.record(
                    """
                    \(file.path):\(index + 1) has \(line.count) columns, \(Self.columnLimit) are \
                    the limit
                    """)
            }
        }
    }

    @Test func noFileIsLongerThanTheLimit() {
        for file in Repository.sources() where Self.longFiles[file.path] == nil {
            let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
            if count > Self.lineLimit {
                Issue.record(
                    """
                    \(file.path) has \(count) lines, \(Self.lineLimit) are the limit: split it, or \
                    name it in longFiles with the reason
                    """)
            }
        }
    }

    @Test func everyExceptionStillExistsAndIsStillNeeded() {
        for (path, reason) in Self.longFiles {
            let file = Repository.sources().first { $0.path == path }
            #expect((file?.lines.count ?? 0) > Self.lineLimit, "\(path) needs no exception")
            #expect(!reason.isEmpty)
        }
    }

    /// Words are put together here so that this file does not find itself.
    static let unfinished = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]

    @Test func nothingIsLeftUnfinished() {
        for folder in ["Sources", "Tests", "Proto", "Ops", "Clients", "Docs"] {
            for file in Repository.files(under: folder) {
                for (index, line) in file.lines.enumerated() {
                    for word in line.split(whereSeparator: { !$0.isLetter })
                    where Self.unfinished.contains(String(word)) {
                        Issue.record("\(file.path):\(index + 1) says \(word)")
                    }
                }
            }
        }
    }

    @Test func nothingTrapsByForce() {
        for file in Repository.sources() where file.name.hasSuffix(".swift") {
            for (index, line) in file.lines.enumerated() {
                for word in ["try!", "as!"] where line.code.contains(" \(word) ") {
                    Issue.record(
                        "\(file.path):\(index + 1) uses \(word); throw, or state a precondition")
                }
            }
        }
    }

    @Test func linesEndCleanly() {
        for file in Repository.sources() {
            #expect(file.text.hasSuffix("\n"), "\(file.path) does not end with a line feed")
            for (index, line) in file.lines.enumerated() {
                if line.last?.isWhitespace == true || line.contains("\t") {
                    Issue.record("\(file.path):\(index + 1) has a tab or a blank at its end")
                }
            }
        }
    }

    /// The file that introduces a module: of the module's own name, or Module.md.
    static func header(of module: String) -> Repository.File? {
        let names = [
            "\(module).swift", "Module.md", "include/\(module).h", "\(module).h", "shim.h",
        ].map { "Sources/\(module)/\($0)".lowercased() }
        return Repository.files(under: "Sources/\(module)").first {
            names.contains($0.path.lowercased())
        }
    }

    @Test(arguments: Repository.modules())
    func everyModuleSaysWhatItIs(module: String) throws {
        let file = try #require(
            Self.header(of: module),
            """
            \(module) needs \(module).swift or Module.md: what it is, what it must never know, \
            what to read first
            """)
        let start = file.text.prefix(3000).lowercased()
        #expect(
            start.hasPrefix("//") || start.hasPrefix("/*") || start.hasPrefix("#"),
            "\(file.path) begins with a comment")
        // A C shim is a header of a few lines; a module of ours says all three things.
        guard file.name.hasSuffix(".swift") || file.name.hasSuffix(".md") else { return }
        // Sentences go over line ends.
        let words = start.split(whereSeparator: { $0.isWhitespace || $0 == "/" })
            .joined(separator: " ")
        #expect(words.contains("must never"), "\(file.path) says what the module must never know")
        #expect(words.contains("read first"), "\(file.path) says what to read first")
    }

    /// The one place outside the repository that tests may look at, and the machine's own folders,
    /// put together so that this file does not find itself.
    static let material = "../sha" + "red/material"
    static let machinePaths = ["/wo" + "rk/", "../sha" + "red", "/tmp/ba" + "sh_jobs"]

    @Test func noFileNamesAMachinesFolders() {
        var supports: [String: [String]] = [:]
        for file in Repository.files() {
            var text = file.text
            let folders = file.path.split(separator: "/").map(String.init)
            if text.contains(Self.material), folders.count > 2, folders[0] == "Tests" {
                supports[folders[1], default: []].append(file.path)
                text = text.replacing(Self.material, with: "")
            }
            for path in Self.machinePaths where text.contains(path) {
                Issue.record("\(file.path) names \(path)")
            }
        }
        for (target, paths) in supports where paths.count > 1 {
            Issue.record(
                "\(target) names the material folder in \(paths); one support file is enough")
        }
    }
}
