import Foundation
import Hooks
import Testing

@testable import Studies

@Suite("Tables of results") struct StudyTableTests {
    private static let table = StudyTable(
        "t", title: "Accuracy", columns: [.text("method"), .integer("n"), .number("%", digits: 1)],
        rows: [
            .init([.text("a, \"b\""), .integer(10), .number(47.6666)], sources: [.init("greedy")]),
            .init(
                [.text("p|q"), .none, .number(.infinity)],
                sources: [.init("x", items: [0, 1, 2, 7]), .init("y", items: [3])]),
        ], note: "A note.")

    @Test("a terminal sees aligned columns")
    func text() {
        #expect(
            Self.table.text == """
                Accuracy
                method   n     %
                ------  --  ----
                a, "b"  10  47.7
                p|q      –   inf
                A note.

                """)
    }

    @Test("a table that is too wide has its texts and heads broken into lines")
    func wide() {
        let claim = (1...30).map { "claim\($0)" }.joined(separator: " ")
        let evidence = (1...24).map { "evidence\($0)" }.joined(separator: " ")
        let table = StudyTable(
            "t", title: "What held",
            columns: [
                .text("claim"), .text("verdict"), .number("Random, layer-matched", digits: 2),
                .text("evidence"),
            ],
            rows: [
                .init([.text(claim), .text("not shown"), .number(47.66), .text(evidence)]),
                .init([.text("b"), .text("held"), .number(-1234.5), .text("c")]),
            ], note: claim)
        let lines = table.text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 100 } && lines.contains { $0.count == 100 })
        let words = table.text.split { $0.isWhitespace }
        for word in claim.split(separator: " ") + evidence.split(separator: " ") {
            #expect(words.contains(word), "\(word)")
        }
        // Rows begin in the first column; their further lines do not.
        let rows = lines.drop { !$0.hasPrefix("---") }.dropFirst()
        #expect(rows.filter { $0.first != " " }.count == 2 + claim.wrapped(to: 100).count)
        #expect(rows.contains { $0.hasPrefix("b ") && $0.hasSuffix("-1234.50  c") })
        #expect(table.csv.contains("\(claim),not shown,47.66,\(evidence),"))
        #expect(table.markdown.contains("| \(claim) | not shown | 47.66 | \(evidence) |"))
    }

    @Test("lines are broken at blanks, long words behind a hyphen or anywhere")
    func wrapping() {
        #expect("one two three".wrapped(to: 13) == ["one two three"])
        #expect("one two three".wrapped(to: 7) == ["one two", "three"])
        #expect("one two three".wrapped(to: 7, indent: 2) == ["one two", "  three"])
        #expect("a layer-matched set".wrapped(to: 8) == ["a", "layer-", "matched", "set"])
        #expect("abcdefghij kl".wrapped(to: 4) == ["abcd", "efgh", "ij", "kl"])
        #expect("".wrapped(to: 4) == [""])
    }

    @Test("Markdown names the sources of each row")
    func markdown() {
        #expect(
            Self.table.markdown == """
                **Accuracy**

                | method | n | % | sources |
                | :-- | --: | --: | :-- |
                | a, "b" | 10 | 47.7 | `greedy` |
                | p\\|q | – | inf | `x[0-2,7]` `y[3]` |

                A note.

                """)
    }

    @Test("CSV has every digit, and quotes what needs it")
    func csv() {
        #expect(
            Self.table.csv
                == "method,n,%,sources\r\n\"a, \"\"b\"\"\",10,47.6666,greedy\r\n"
                + "p|q,,inf,\"x[0-2,7] y[3]\"\r\n")
    }
}

@Suite("What two runs differ in") struct RunDifferenceTests {
    private func record(_ configuration: String, digest: String = "d") -> RunRecord {
        RunRecord(
            id: 1, study: "toy", configuration: configuration, configurationHash: "",
            model: ToyModel(digest: digest).identity, codeVersion: "1", started: .now, ended: nil,
            state: .finished, message: "")
    }

    private func results(_ values: [Double], neurons: [Int] = [1]) -> StudyResults {
        var results = StudyResults()
        results.tables = [
            StudyTable(
                "t", title: "", columns: [.text("name"), .number("value", digits: 1)],
                rows: values.map { .init([.text("row"), .number($0)]) })
        ]
        results.neuronSets = [
            StudyNeuronSet(
                "found", neurons: neurons.map { Neuron(layer: 0, index: $0) },
                of: ToyModel().identity, origin: "")
        ]
        return results
    }

    @Test("equal runs do not differ")
    func equal() throws {
        let run = record("a = 1")
        #expect(try RunDifference(run, results([1, 2]), run, results([1, 2])).isEmpty)
    }

    @Test("configuration, model, cells, rows and neurons are compared")
    func different() throws {
        let difference = try RunDifference(
            record("a = 1\n[s]\nb = 0.5\nc = \"x\"\n"), results([1, 2]),
            record("a = 1\nd = [1, 2]\n[s]\nb = 0.25\n", digest: "e"),
            results([1, 3, 4], neurons: [1, 2]))
        #expect(
            difference.configuration.map { "\($0.place): \($0.left) \($0.right)" } == [
                "s.b: 0.5 0.25", "s.c: \"x\" (absent)", "d: (absent) [1, 2]",
            ])
        #expect(difference.model.map(\.place) == ["digest"])
        #expect(
            difference.results.map(\.place) == [
                "t: rows", "t: row #2: value", "neurons found: hash", "neurons found: count",
                "t: row #3: value",
            ])
    }
}
