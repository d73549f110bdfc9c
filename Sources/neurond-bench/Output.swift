import Foundation

/// What a subcommand found out: tables for people, an object for programs.
protocol Report: Encodable {
    /// In the order in which they are printed.
    var tables: [TextTable] { get }
}

extension Report {
    /// Prints the tables, or the object on one JSON text with snake_case keys.
    func print(asJSON: Bool) throws {
        guard asJSON else {
            Swift.print(tables.map(\.text).joined(separator: "\n\n"))
            return
        }
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}

/// A table in Markdown, padded so that it is one in a terminal too.
struct TextTable {
    let title: String
    let columns: [String]
    var rows: [[String]] = []

    init(_ title: String, _ columns: [String]) {
        self.title = title
        self.columns = columns
    }

    /// The title, a blank line, and the table; numbers stand at the right of their column.
    var text: String {
        let widths = columns.indices.map { column in
            ([columns] + rows).map { $0[column].count }.max() ?? 0
        }
        let rule = zip(columns.indices, widths).map { column, width in
            let dashes = String(repeating: "-", count: max(width, 2) - 1)
            return isNumeric(column) ? dashes + ":" : dashes + "-"
        }
        let lines = [columns] + [rule] + rows
        let body = lines.map { cells in
            let padded = cells.indices.map { pad(cells[$0], to: max(widths[$0], 2), in: $0) }
            return "| " + padded.joined(separator: " | ") + " |"
        }
        return "**\(title)**\n\n" + body.joined(separator: "\n")
    }

    private func isNumeric(_ column: Int) -> Bool {
        !rows.isEmpty && rows.allSatisfy { $0[column].first?.isLetter != true }
    }

    private func pad(_ cell: String, to width: Int, in column: Int) -> String {
        let blanks = String(repeating: " ", count: max(0, width - cell.count))
        return isNumeric(column) ? blanks + cell : cell + blanks
    }
}

/// Remarks on standard error while measurements run.
enum Progress {
    static func write(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}

extension Double {
    /// With so many digits that at least three count: 0.123, 4.56, 78.9, 1234.
    var short: String {
        guard isFinite else { return "–" }
        let digits = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3
        return String(format: "%.\(digits)f", self)
    }

    /// A share as a percentage.
    var percent: String { isFinite ? String(format: "%.1f %%", self * 100) : "–" }
}
