import Crypto
import Foundation
import GRDB
import StrictJSON

extension RunStore {
    /// Begins a run.
    package func begin(
        study: String, configuration: String, model: ModelIdentity, codeVersion: String
    ) throws(StudyError) -> Int64 {
        let identity = try StoredJSON.encode(model)
        let hash = Hexadecimal.text(SHA256.hash(data: Data(configuration.utf8)))
        return try write { database in
            try database.execute(
                sql: """
                    INSERT INTO runs
                    (study, configuration, configuration_hash, model, code_version, started, state)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    study, configuration, hash, String(decoding: identity, as: UTF8.self),
                    codeVersion, Date().timeIntervalSince1970, RunRecord.State.open.rawValue,
                ])
            return database.lastInsertedRowID
        }
    }

    /// Says that a run goes on.
    package func reopen(_ run: Int64) throws(StudyError) {
        try setState(of: run, .open, "")
    }

    /// Says that a run ended without results.
    package func end(_ run: Int64, _ state: RunRecord.State, _ message: String) throws(StudyError) {
        try setState(of: run, state, message)
    }

    private func setState(
        of run: Int64, _ state: RunRecord.State, _ message: String
    ) throws(StudyError) {
        try write { database in
            try database.execute(
                sql: "UPDATE runs SET state = ?, message = ?, ended = ? WHERE id = ?",
                arguments: [
                    state.rawValue, message,
                    state == .open ? nil : Date().timeIntervalSince1970, run,
                ])
        }
    }

    /// Stores a run's results and says that it is finished, in one transaction.
    package func finish(_ run: Int64, _ results: StudyResults) throws(StudyError) {
        let parts = try results.stored()
        try write { database in
            try database.execute(sql: "DELETE FROM results WHERE run = ?", arguments: [run])
            for (place, part) in parts.enumerated() {
                try database.execute(
                    sql: """
                        INSERT INTO results (run, place, kind, name, value) VALUES (?, ?, ?, ?, ?)
                        """,
                    arguments: [run, place, part.kind.rawValue, part.name, part.value])
            }
            try database.execute(
                sql: "UPDATE runs SET state = ?, message = '', ended = ? WHERE id = ?",
                arguments: [
                    RunRecord.State.finished.rawValue, Date().timeIntervalSince1970, run,
                ])
        }
    }

    /// The results of a run; none where it is not finished.
    package func results(of run: Int64) throws(StudyError) -> StudyResults {
        let parts = try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT kind, name, value FROM results WHERE run = ? ORDER BY place",
                arguments: [run]
            ).map { row in (kind: row[0] as String, name: row[1] as String, value: row[2] as Data) }
        }
        var results = StudyResults()
        for part in parts { try results.add(kind: part.kind, name: part.name, value: part.value) }
        return results
    }

    /// All runs, oldest first.
    package func runs() throws(StudyError) -> [RunRecord] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM runs ORDER BY id").map(Self.record)
        }
    }

    /// A run.
    ///
    /// - Throws: ``StudyError`` where there is none of this number.
    package func run(_ id: Int64) throws(StudyError) -> RunRecord {
        let path = path
        return try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM runs WHERE id = ?", arguments: [id])
            guard let row else {
                throw StudyError("UNKNOWN_RUN", "\(path): there is no run \(id)")
            }
            return try Self.record(row)
        }
    }

    /// The answers of a run by label: how many there are to be, and how many there are.
    package func progress(
        of run: Int64
    ) throws(StudyError) -> [(label: String, total: Int, stored: Int)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT label, count(*), count(items.key) FROM run_items
                    LEFT JOIN items USING (key) WHERE run = ? GROUP BY label ORDER BY label
                    """, arguments: [run]
            ).map { ($0[0], $0[1], $0[2]) }
        }
    }

    private static func record(_ row: Row) throws -> RunRecord {
        let model: String = row["model"]
        let state: String = row["state"]
        let ended: Double? = row["ended"]
        return RunRecord(
            id: row["id"], study: row["study"], configuration: row["configuration"],
            configurationHash: row["configuration_hash"],
            model: try StoredJSON.decode(ModelIdentity.self, Data(model.utf8)),
            codeVersion: row["code_version"],
            started: Date(timeIntervalSince1970: row["started"]),
            ended: ended.map { Date(timeIntervalSince1970: $0) },
            state: RunRecord.State(rawValue: state) ?? .open, message: row["message"])
    }
}
