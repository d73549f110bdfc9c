package import Hooks

/// Which stored answers stand behind a number: the calls' label, and places in its order.
package struct StudySource: Sendable, Hashable {
    /// The label of a call of ``StudyRun``.
    package let label: String
    /// Places of the call's items, from 0; nil for all of them.
    package let items: IndexRanges?

    package init(_ label: String) {
        self.label = label
        items = nil
    }

    package init(_ label: String, items: some Sequence<Int>) {
        self.label = label
        self.items = IndexRanges(indices: items)
    }
}

extension StudySource: CustomStringConvertible {
    /// `greedy`, or `greedy[0-4,7]`.
    package var description: String {
        guard let items else { return label }
        let ranges = items.ranges.map { range in
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound - 1)"
        }
        return "\(label)[\(ranges.joined(separator: ","))]"
    }
}

extension StudySource: Codable {
    private struct Form: Codable {
        var label: String
        /// First and last place of each run of places.
        var items: [[Int]]?
    }

    package init(from decoder: any Decoder) throws {
        let form = try Form(from: decoder)
        label = form.label
        items = try form.items.map { runs in
            IndexRanges(
                try runs.map { run in
                    guard run.count == 2, run[0] >= 0, run[0] <= run[1], run[1] < Int.max else {
                        throw DecodingError.dataCorrupted(
                            .init(codingPath: [], debugDescription: "places \(run)"))
                    }
                    return run[0]..<(run[1] + 1)
                })
        }
    }

    package func encode(to encoder: any Encoder) throws {
        let runs = items?.ranges.map { [$0.lowerBound, $0.upperBound - 1] }
        try Form(label: label, items: runs).encode(to: encoder)
    }
}

/// A named table of results.
package struct StudyTable: Sendable, Equatable, Codable {
    /// What stands in a column.
    package struct Column: Sendable, Equatable, Codable {
        package enum Kind: String, Sendable, Codable { case text, integer, number }

        package let name: String
        package let kind: Kind
        /// Decimal places that people are shown; files have every digit.
        package let digits: Int

        package static func text(_ name: String) -> Column {
            Column(name: name, kind: .text, digits: 0)
        }

        package static func integer(_ name: String) -> Column {
            Column(name: name, kind: .integer, digits: 0)
        }

        package static func number(_ name: String, digits: Int) -> Column {
            Column(name: name, kind: .number, digits: digits)
        }
    }

    /// One value.
    package enum Cell: Sendable, Equatable {
        case text(String)
        case integer(Int)
        case number(Double)
        /// There is no value.
        case none
    }

    package struct Row: Sendable, Equatable, Codable {
        package var cells: [Cell]
        /// The answers from which the row was computed.
        package var sources: [StudySource]

        package init(_ cells: [Cell], sources: [StudySource] = []) {
            self.cells = cells
            self.sources = sources
        }
    }

    /// A word for file names: letters, digits, `-`.
    package let name: String
    package let title: String
    package let columns: [Column]
    package private(set) var rows: [Row] = []
    /// What a reader must know of it; may be empty.
    package var note: String

    package init(
        _ name: String, title: String, columns: [Column], rows: [Row] = [], note: String = ""
    ) {
        self.name = name
        self.title = title
        self.columns = columns
        self.note = note
        for row in rows { add(row) }
    }

    package mutating func add(_ row: Row) {
        precondition(row.cells.count == columns.count, "table \(name): one cell for each column")
        rows.append(row)
    }
}

extension StudyTable.Cell: Codable {
    /// What JSON has no spelling of its own for.
    private struct Form: Codable {
        /// An integer: 1 and 1.0 are one number in JSON, and two cells here.
        var integer: Int?
        /// A number that is not finite.
        var number: String?
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let form = try? container.decode(Form.self) {
            self = form.integer.map { .integer($0) } ?? .number(Double(form.number ?? "") ?? .nan)
        } else {
            self = .number(try container.decode(Double.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .integer(let value): try container.encode(Form(integer: value))
        case .number(let value) where value.isFinite: try container.encode(value)
        case .number(let value): try container.encode(Form(number: "\(value)"))
        case .none: try container.encodeNil()
        }
    }
}
