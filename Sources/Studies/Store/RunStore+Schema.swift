import Foundation
import GRDB

extension RunStore {
    /// Refuses files that were never ours before anything is written to them.
    static func checkNature(of path: String) throws {
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        guard let size, size > 0 else { return }
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(FrameLimits.busySeconds)
        let mark = try DatabaseQueue(path: path, configuration: configuration).read { database in
            let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
            // A process that was killed while it made the file leaves one without tables.
            return tables == 0
                ? applicationID : try Int.fetchOne(database, sql: "PRAGMA application_id")
        }
        guard mark == applicationID else {
            throw StudyError(
                "STORE_FOREIGN",
                "\(path): is a SQLite file of another program; name another with --store")
        }
    }

    /// Brings a file to the newest version of the schema.
    static func migrate(_ database: DatabaseQueue, _ path: String) throws {
        let migrator = self.migrator
        guard try !database.read({ try migrator.hasBeenSuperseded($0) }) else {
            throw StudyError(
                "STORE_NEWER",
                "\(path): was written by a newer version; use that, or name another with --store")
        }
        try migrator.migrate(database)
    }

    /// Versions of the schema, each made from the one before.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: schema)
        }
        return migrator
    }

    /// Version 1; Docs/studies/README.md says what each column holds.
    private static let schema = """
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            study TEXT NOT NULL,
            configuration TEXT NOT NULL,
            configuration_hash TEXT NOT NULL,
            model TEXT NOT NULL,
            code_version TEXT NOT NULL,
            started REAL NOT NULL,
            ended REAL,
            state TEXT NOT NULL,
            message TEXT NOT NULL DEFAULT ''
        );
        CREATE TABLE items (
            key BLOB PRIMARY KEY,
            study TEXT NOT NULL,
            step TEXT NOT NULL,
            question BLOB NOT NULL,
            format TEXT NOT NULL,
            value BLOB NOT NULL,
            created REAL NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE partial_sums (
            key BLOB PRIMARY KEY,
            done INTEGER NOT NULL,
            value BLOB NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE run_items (
            run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
            label TEXT NOT NULL,
            place INTEGER NOT NULL,
            key BLOB NOT NULL,
            PRIMARY KEY (run, label, place)
        ) WITHOUT ROWID;
        CREATE TABLE results (
            run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
            place INTEGER NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (run, place)
        ) WITHOUT ROWID;
        """
}
