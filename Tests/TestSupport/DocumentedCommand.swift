import Foundation
public import Testing

/// A command of one of our programs, as a page for users shows it.
public struct DocumentedCommand: Sendable, CustomTestStringConvertible {
    /// The page's path in the repository.
    public let page: String
    /// The line as a user types it; further lines joined.
    public let text: String
    /// Whether it stands in a sentence: then it may be cut short or have names in capitals.
    public let isInline: Bool

    public var words: [String] { shellWords(text) }
    public var testDescription: String { "\(page): \(text)" }

    private static let programs = ["neurond ", "neuronctl "]

    /// Those of the README and of all pages in Docs and Models.
    public static let all = pages.flatMap { of($0) }

    /// Those of a page: the ones in blocks, then the ones in sentences.
    public static func of(_ page: String) -> [DocumentedCommand] {
        let (blocks, prose) = parts(of: page)
        let shown = blocks.compactMap { line in
            command(in: line).map { DocumentedCommand(page: page, text: $0, isInline: false) }
        }
        return shown
            + spans(in: prose).filter { span in programs.contains { span.hasPrefix($0) } }
            .map { DocumentedCommand(page: page, text: $0, isInline: true) }
    }

    /// What stands between backticks in a page's sentences.
    public static func spans(ofPage page: String) -> [String] { spans(in: parts(of: page).prose) }

    private static func spans(in prose: String) -> [String] {
        prose.matches(of: /`([^`]+)`/).map { match in
            match.1.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
    }

    /// The command of a line, without a prompt and variables before it; nil where there is none.
    private static func command(in line: String) -> String? {
        let start = line.firstMatch(of: /^\s*(?:\$ )?(?:[A-Z_]+=\S+ )*/)?.range.upperBound
        let rest = line[(start ?? line.startIndex)...]
        return programs.contains { rest.hasPrefix($0) } ? String(rest) : nil
    }

    /// Lines of code, those that end in a backslash joined with the next, and all the rest.
    private static func parts(of page: String) -> (blocks: [String], prose: String) {
        let file = TestData.packageRoot.appending(path: page)
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var blocks: [String] = []
        var prose = ""
        var isFenced = false
        var continues = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isFenced.toggle()
            } else if isFenced || line.hasPrefix("    ") {
                let part = line.hasSuffix("\\") ? line.dropLast() : line
                if continues { blocks[blocks.count - 1] += part } else { blocks.append("\(part)") }
                continues = line.hasSuffix("\\")
            } else {
                prose += line + "\n"
            }
        }
        return (blocks, prose)
    }

    private static let pages: [String] = {
        let folders = ["Docs", "Models"].flatMap { folder -> [String] in
            let names = try? FileManager.default.subpathsOfDirectory(
                atPath: TestData.packageRoot.appending(path: folder).path)
            return (names ?? []).filter { $0.hasSuffix(".md") }.map { "\(folder)/\($0)" }
        }
        return ["README.md"] + folders.sorted()
    }()
}
