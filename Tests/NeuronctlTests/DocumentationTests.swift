import ArgumentParser
import Foundation
import Studies
import TestSupport
import Testing

@testable import neurond
@testable import neuronctl

/// The commands and keys that pages for users show are those that the programs take.
@Suite("Commands of the pages") struct DocumentationTests {
    /// But for the drawing of processes, and the first line of a file of hooks.
    private static let commands = DocumentedCommand.all.filter {
        !$0.text.contains("×") && $0.text != "neurond hooks 1"
    }
    private static let shown = commands.filter { !$0.isInline }
    private static let mentioned = commands.filter { $0.isInline && !$0.text.contains("…") }

    private func parse(_ words: [String]) throws -> any ParsableCommand {
        let rest = words.dropFirst().map { word in
            word.replacing("sha256:…", with: "sha256:" + String(repeating: "0", count: 64))
        }
        return words[0] == "neurond"
            ? try Neurond.parseAsRoot(rest) : try Neuronctl.parseAsRoot(rest)
    }

    /// Expects a study that takes the values that a command gives it.
    private func check(_ run: StudyCommand.Run) throws {
        let file = try run.config.map {
            try String(contentsOf: TestData.packageRoot.appending(path: $0), encoding: .utf8)
        }
        let study = try StudyRegistry.current.study(named: run.name)
        _ = try PreparedStudy(
            study, toml: file ?? "", from: run.config ?? "defaults", assignments: run.set)
    }

    @Test("a command that is shown is one, and a study takes the values that it is given")
    func blocks() throws {
        #expect(Self.shown.count > 30)
        for command in Self.shown {
            do {
                if let run = try parse(command.words) as? StudyCommand.Run { try check(run) }
            } catch {
                Issue.record("\(command.testDescription): \(Neuronctl.fullMessage(for: error))")
            }
        }
    }

    @Test("a command that a sentence names exists, with the options that it names")
    func sentences() throws {
        let known = (commandTree(of: Neuronctl.self) + commandTree(of: Neurond.self)).map(\.words)
        #expect(Self.mentioned.count > 30)
        for command in Self.mentioned {
            // `study resume [RUN]`: numbers are named, and what may be left out is in brackets.
            var words = shellWords(command.text.filter { !"[]".contains($0) })
                .map { $0 == "RUN" ? "1" : $0 }
            if words.contains("help") { words.removeAll { $0 == "help" } }
            let path = known.filter { words.starts(with: $0) }.max { $0.count < $1.count }
            guard let path, path.count > 1 || words[1].hasPrefix("-") else {
                Issue.record("\(command.testDescription): there is no such command")
                continue
            }
            guard path.count > 1, path.count < words.count else { continue }
            #expect(throws: Never.self, "\(command.testDescription)") { try parse(words) }
        }
    }

    @Test(
        "keys of studies exist, and take the values that pages give them",
        arguments: ["README", "data", "differential"])
    func keys(page: String) throws {
        let study = try StudyRegistry.current.study(named: "differential")
        let keys = Set(try study.values(of: "", from: "defaults").map(\.path))
        let sections = Set(keys.compactMap { $0.split(separator: ".").first })
        var seen = 0
        for span in DocumentedCommand.spans(ofPage: "Docs/studies/\(page).md") {
            let words = shellWords(span)
            let assignment = words.first == "--set" ? words.last ?? "" : span
            guard let match = assignment.wholeMatch(of: /([a-z_]+)(\.[a-z_]+)+( ?= ?.+)?/),
                sections.contains(match.1), !assignment.hasSuffix(".jsonl")
            else { continue }
            seen += 1
            guard match.3 != nil else {
                #expect(keys.contains(assignment), "\(page): there is no key \(assignment)")
                continue
            }
            let isTOML = assignment.contains(" = ")
            #expect(throws: Never.self, "\(page): \(assignment)") {
                try PreparedStudy(
                    study, toml: isTOML ? assignment : "", from: page,
                    assignments: isTOML ? [] : [assignment])
            }
        }
        #expect(seen > 0)
    }
}
