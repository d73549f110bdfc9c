import Foundation
import Testing

/// The documents of the repository hold together.
@Suite struct DocumentTests {
    struct Link {
        let file: String
        let line: Int
        let address: String
    }

    /// Links `[text](address)` outside code.
    static func links(in file: Repository.File) -> [Link] {
        var links: [Link] = []
        var isCode = false
        for (index, line) in file.lines.enumerated() {
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isCode.toggle() }
            guard !isCode else { continue }
            // Code spans are every second part between backticks.
            let prose = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .map { $0.offset.isMultiple(of: 2) ? $0.element : "" }.joined(separator: "`")
            for match in prose.matches(of: /\]\(([^)\s]+)(?:\s+"[^"]*")?\)/) {
                links.append(
                    Link(file: file.path, line: index + 1, address: String(match.output.1)))
            }
        }
        return links
    }

    /// The anchors of a document's headings, as code hosts make them: lower case, punctuation
    /// dropped, blanks as dashes.
    static func anchors(of text: String) -> Set<String> {
        var anchors: Set<String> = []
        for line in text.split(separator: "\n") where line.hasPrefix("#") {
            let title = line.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
            anchors.insert(
                String(
                    title.filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
                        .map { $0 == " " ? "-" : $0 }))
        }
        return anchors
    }

    static let documents = Repository.files().filter { $0.name.hasSuffix(".md") }

    @Test func linksAreFound() {
        let file = Repository.File(
            path: "x.md", text: "[a](b.md#c) `[no](d)` ![e](f.png \"t\")\n```\n[no](g)\n```\n")
        #expect(Self.links(in: file).map(\.address) == ["b.md#c", "f.png"])
        #expect(Self.anchors(of: "# A `b`, c!\ntext\n## D-e f") == ["a-b-c", "d-e-f"])
    }

    @Test func everyRelativeLinkResolves() {
        for file in Self.documents {
            let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
            for link in Self.links(in: file) {
                guard !link.address.contains("://"), !link.address.hasPrefix("mailto:") else {
                    continue
                }
                let parts = link.address.split(
                    separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let target = parts[0].isEmpty ? file.path : "\(folder)/\(parts[0])"
                guard Repository.exists(target) else {
                    Issue.record("\(link.file):\(link.line) links to \(link.address): not there")
                    continue
                }
                guard parts.count == 2, target.hasSuffix(".md") else { continue }
                let url = Repository.root.appending(path: target)
                let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
                if !Self.anchors(of: text).contains(String(parts[1])) {
                    Issue.record(
                        "\(link.file):\(link.line) links to \(link.address): no such heading")
                }
            }
        }
    }

    @Test(arguments: ["CHANGELOG.md", "LICENSE", "Docs/hooks.md"])
    func theseFilesExist(path: String) {
        #expect(Repository.exists(path))
    }

    @Test func theChangelogSaysWhatIsNew() {
        let changelog = Repository.files().first { $0.path == "CHANGELOG.md" }
        #expect(changelog?.text.contains("\n## ") == true, "a heading for each version")
    }

    @Test func everyDocumentHasATitle() {
        for file in Self.documents {
            #expect(file.text.hasPrefix("# "), "\(file.path) begins with its title")
        }
    }
}
