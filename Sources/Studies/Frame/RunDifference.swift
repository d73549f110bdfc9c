import Hooks
import Settings

/// Where two runs differ: what they were told, who answered, and what came out.
package struct RunDifference: Sendable, Equatable {
    /// One thing that differs, `left` in the first run and `right` in the second.
    package struct Entry: Sendable, Equatable {
        /// `sampling.temperature`, `digest`, or table, row and column.
        package let place: String
        package let left: String
        package let right: String
    }

    package private(set) var configuration: [Entry] = []
    package private(set) var model: [Entry] = []
    package private(set) var results: [Entry] = []

    package var isEmpty: Bool { configuration.isEmpty && model.isEmpty && results.isEmpty }

    package init(
        _ left: RunRecord, _ leftResults: StudyResults, _ right: RunRecord,
        _ rightResults: StudyResults
    ) throws(StudyError) {
        configuration = Self.entries(
            [("study", left.study)] + (try Self.values(left)),
            [("study", right.study)] + (try Self.values(right)))
        model = Self.entries(Self.values(left.model), Self.values(right.model))
        results = Self.entries(Self.values(leftResults), Self.values(rightResults))
    }

    /// The values that are not the same, in the order of the first run.
    private static func entries(
        _ left: [(String, String)], _ right: [(String, String)]
    ) -> [Entry] {
        let known = Dictionary(right, uniquingKeysWith: { first, _ in first })
        let names = Set(left.map(\.0))
        let changed = left.filter { known[$0.0] != $0.1 }.map {
            Entry(place: $0.0, left: $0.1, right: known[$0.0] ?? absent)
        }
        let added = right.filter { !names.contains($0.0) }.map {
            Entry(place: $0.0, left: absent, right: $0.1)
        }
        return changed + added
    }

    private static let absent = "(absent)"

    /// As they were written, so that a configuration of an older build can be compared too.
    private static func values(_ run: RunRecord) throws(StudyError) -> [(String, String)] {
        try SettingValue.paths(inTOML: run.configuration, from: "run \(run.id)")
            .map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }
    }

    private static func values(_ model: ModelIdentity) -> [(String, String)] {
        [
            ("name", model.name), ("digest", model.digest),
            ("weight format", model.weightFormat), ("tokenizer", model.tokenizerDigest),
            ("build", model.build),
        ]
    }

    private static func values(_ results: StudyResults) -> [(String, String)] {
        var values: [(String, String)] = []
        for table in results.tables {
            values.append(("\(table.name): rows", "\(table.rows.count)"))
            var names: [String: Int] = [:]
            for row in table.rows {
                let words = zip(table.columns, row.cells).filter { $0.0.kind == .text }
                    .map { $0.1.exact }
                var name = words.joined(separator: " ")
                names[name, default: 0] += 1
                if let count = names[name], count > 1 { name += " #\(count)" }
                for (column, cell) in zip(table.columns, row.cells) where column.kind != .text {
                    values.append(("\(table.name): \(name): \(column.name)", cell.exact))
                }
            }
        }
        for set in results.neuronSets {
            values.append(("neurons \(set.name): hash", set.set.contentHash.hex))
            values.append(("neurons \(set.name): count", "\(set.set.unitCount)"))
        }
        return values
    }
}
