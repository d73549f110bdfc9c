import Foundation

extension StudyTable {
    /// The table for a terminal: title, head, aligned columns, note.
    package var text: String {
        let head = columns.map(\.name)
        let body = rows.map { row in zip(columns, row.cells).map { $0.shown($1) } }
        let layout = TableLayout(columns, head: head, body: body)
        var lines = title.wrapped(to: FrameLimits.tableColumns)
        lines += layout.lines(head, columns) + [layout.rule]
        lines += body.flatMap { layout.lines($0, columns) }
        if !note.isEmpty { lines += note.wrapped(to: FrameLimits.tableColumns) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The table in Markdown, each row with its sources where there are any.
    package var markdown: String {
        let hasSources = rows.contains { !$0.sources.isEmpty }
        let marks = columns.map { $0.kind == .text ? ":--" : "--:" } + (hasSources ? [":--"] : [])
        let head = columns.map(\.name) + (hasSources ? ["sources"] : [])
        let body = rows.map { row in
            let cells = zip(columns, row.cells).map { Self.escaped($0.shown($1)) }
            let sources = row.sources.map { "`\($0)`" }.joined(separator: " ")
            return cells + (hasSources ? [sources] : [])
        }
        let lines = ([head, marks] + body).map { "| \($0.joined(separator: " | ")) |" }
        let table = "**\(title)**\n\n" + lines.joined(separator: "\n") + "\n"
        return note.isEmpty ? table : table + "\n\(note)\n"
    }

    /// RFC 4180: a head, every digit, sources in the last column.
    package var csv: String {
        let head = columns.map(\.name) + ["sources"]
        let body = rows.map { row in
            row.cells.map(\.exact) + [row.sources.map(\.description).joined(separator: " ")]
        }
        return ([head] + body).map { line in
            line.map(Self.quoted).joined(separator: ",") + "\r\n"
        }.joined()
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("|", with: "\\|").replacing("\n", with: " ")
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = text.allSatisfy { !"\",\r\n".contains($0) && !$0.isNewline }
        return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

extension StudyTable.Column {
    /// A cell for people.
    func shown(_ cell: StudyTable.Cell) -> String {
        switch cell {
        case .number(let value) where value.isFinite: String(format: "%.\(digits)f", value)
        case .none: "–"
        default: cell.exact
        }
    }
}

extension StudyTable.Cell {
    /// The value with every digit; empty where there is none.
    package var exact: String {
        switch self {
        case .text(let text): text
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .none: ""
        }
    }
}
