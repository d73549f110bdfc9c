package import Foundation
import GRDB

/// An answer with the question that it answers.
struct StoredAnswer: Sendable {
    let key: ItemKey
    let study: String
    let step: String
    /// Canonical JSON of the item.
    let question: Data
    /// `json`, or the name of a binary form.
    let format: String
    let value: Data
}

/// One line of what stands behind a label of a run.
package struct RunItem: Sendable, Equatable {
    package let label: String
    package let place: Int
    package let key: ItemKey
    package let step: String
    /// Canonical JSON of the item that was asked.
    package let question: Data
    /// `json`, or the name of a binary form.
    package let format: String
    package let value: Data
}

extension RunStore {
    /// The values that are stored, by key.
    func values(of keys: [ItemKey]) throws(StudyError) -> [ItemKey: Data] {
        try read { database in
            var values: [ItemKey: Data] = [:]
            for start in stride(from: 0, to: keys.count, by: FrameLimits.keysPerQuery) {
                let part = keys[start..<min(start + FrameLimits.keysPerQuery, keys.count)]
                let marks = repeatElement("?", count: part.count).joined(separator: ",")
                let rows = try Row.fetchCursor(
                    database, sql: "SELECT key, value FROM items WHERE key IN (\(marks))",
                    arguments: StatementArguments(part.map { Data($0.bytes) }))
                while let row = try rows.next() {
                    let key: Data = row[0]
                    values[ItemKey(bytes: Array(key))] = row[1]
                }
            }
            return values
        }
    }

    /// Stores answers in one transaction.
    ///
    /// An answer that another process stored in the meantime is the same one, and stays.
    func add(_ answers: [StoredAnswer]) throws(StudyError) {
        try write { database in try Self.insert(answers, database) }
    }

    static func insert(_ answers: [StoredAnswer], _ database: Database) throws {
        for answer in answers {
            guard answer.value.count <= FrameLimits.valueBytes else {
                throw StudyError(
                    "VALUE_TOO_LARGE",
                    "an answer of step \(answer.step) has \(answer.value.count) bytes; a store "
                        + "keeps up to \(FrameLimits.valueBytes)")
            }
            try database.execute(
                sql: """
                    INSERT INTO items (key, study, step, question, format, value, created)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    Data(answer.key.bytes), answer.study, answer.step, answer.question,
                    answer.format, answer.value, Date().timeIntervalSince1970,
                ])
        }
    }

    /// Writes down which answers a call of a run has, in order, before they are there.
    func link(_ keys: [ItemKey], to label: String, of run: Int64) throws(StudyError) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM run_items WHERE run = ? AND label = ?", arguments: [run, label])
            for (place, key) in keys.enumerated() {
                try database.execute(
                    sql: "INSERT INTO run_items (run, label, place, key) VALUES (?, ?, ?, ?)",
                    arguments: [run, label, place, Data(key.bytes)])
            }
        }
    }

    /// What stands behind the numbers of a run, or of one of its labels, as far as it is there.
    package func items(of run: Int64, label: String? = nil) throws(StudyError) -> [RunItem] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT label, place, key, step, question, format, value
                    FROM run_items JOIN items USING (key)
                    WHERE run = ? AND (? IS NULL OR label = ?) ORDER BY label, place
                    """, arguments: [run, label, label])
            return rows.map { row in
                let key: Data = row[2]
                return RunItem(
                    label: row[0], place: row[1], key: ItemKey(bytes: Array(key)), step: row[3],
                    question: row[4], format: row[5], value: row[6])
            }
        }
    }

    // MARK: Sums under way

    /// The sums over the first items of a group, as a cut run left them.
    func partialSums(of key: ItemKey) throws(StudyError) -> (done: Int, value: Data)? {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT done, value FROM partial_sums WHERE key = ?",
                arguments: [Data(key.bytes)])
            return row.map { ($0[0], $0[1]) }
        }
    }

    func setPartialSums(
        of key: ItemKey, done: Int, value: Data
    ) throws(StudyError) {
        try write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO partial_sums (key, done, value) VALUES (?, ?, ?)",
                arguments: [Data(key.bytes), done, value])
        }
    }

    /// Stores an answer in place of the sums that led to it, in one transaction.
    func finish(_ answer: StoredAnswer) throws(StudyError) {
        try write { database in
            try Self.insert([answer], database)
            try database.execute(
                sql: "DELETE FROM partial_sums WHERE key = ?",
                arguments: [Data(answer.key.bytes)])
        }
    }
}
