/// How wide the columns of a table are on a terminal.
///
/// A table that is wider than ``FrameLimits/tableColumns`` has its widest columns narrowed, down to
/// what stays readable: cells of text and heads are then broken into lines, numbers never.
struct TableLayout {
    let widths: [Int]

    private static let gap = 2
    /// Blanks before the further lines of a text, so that rows are told apart.
    private static let indent = 2
    /// Text is not narrowed further.
    private static let narrowest = 16

    init(_ columns: [StudyTable.Column], head: [String], body: [[String]]) {
        var widths: [Int] = []
        var least: [Int] = []
        for (index, column) in columns.enumerated() {
            let widest = body.map { $0[index].count }.max() ?? 0
            widths.append(max(widest, head[index].count))
            let floor = column.kind == .text ? min(widest, Self.narrowest) : widest
            least.append(max(floor, head[index].unbreakable.map(\.count).max() ?? 0))
        }
        let gaps = Self.gap * max(0, columns.count - 1)
        while widths.reduce(gaps, +) > FrameLimits.tableColumns {
            let wider = widths.indices.filter { widths[$0] > least[$0] }
            guard let widest = wider.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        self.widths = widths
    }

    /// The lines of a row, without blanks at their ends.
    func lines(_ cells: [String], _ columns: [StudyTable.Column]) -> [String] {
        let blocks = zip(cells, columns).enumerated().map { index, cell in
            let indent = cell.1.kind == .text ? Self.indent : 0
            return cell.0.wrapped(to: widths[index], indent: indent)
        }
        let height = blocks.map(\.count).max() ?? 0
        return (0..<height).map { line in
            let padded = blocks.enumerated().map { index, block in
                let text = line < block.count ? block[line] : ""
                let blanks = String(repeating: " ", count: max(0, widths[index] - text.count))
                return columns[index].kind == .text ? text + blanks : blanks + text
            }
            let text = padded.joined(separator: String(repeating: " ", count: Self.gap))
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
    }

    var rule: String {
        widths.map { String(repeating: "-", count: $0) }
            .joined(separator: String(repeating: " ", count: Self.gap))
    }
}

extension String {
    /// The text in lines of at most `width` characters.
    ///
    /// They are broken at blanks; a word that is longer than a line is broken behind its hyphens,
    /// and where it has none, anywhere.
    ///
    /// - Parameter indent: blanks before every line but the first.
    func wrapped(to width: Int, indent: Int = 0) -> [String] {
        guard count > width else { return [self] }
        precondition(width > indent, "a line has room for a character")
        let blanks = String(repeating: " ", count: indent)
        var lines: [String] = []
        for word in split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
                continue
            }
            var rest = word
            while !rest.isEmpty {
                let piece = rest.piece(upTo: lines.isEmpty ? width : width - indent)
                lines.append((lines.isEmpty ? "" : blanks) + piece)
                rest = rest.dropFirst(piece.count)
            }
        }
        return lines
    }

    /// What a line cannot be broken within: words, and their parts up to each hyphen.
    fileprivate var unbreakable: [Substring] {
        split(separator: " ").flatMap { word in
            var pieces: [Substring] = []
            var rest = word
            while let hyphen = rest.dropLast().firstIndex(of: "-") {
                pieces.append(rest[...hyphen])
                rest = rest[rest.index(after: hyphen)...]
            }
            return pieces + [rest]
        }
    }
}

extension Substring {
    /// The beginning that fits a line: all of it, else up to its last hyphen there, if any.
    fileprivate func piece(upTo width: Int) -> Substring {
        guard count > width else { return self }
        let fitting = prefix(width)
        return fitting.lastIndex(of: "-").map { fitting[...$0] } ?? fitting
    }
}
