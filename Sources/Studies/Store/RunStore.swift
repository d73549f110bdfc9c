import Foundation
import GRDB

/// One file of runs, answers and results.
///
/// What is committed is there after any end of the process, and after a loss of power: the journal
/// is written ahead, and each commit is flushed. Several processes may use one file.
package final class RunStore: Sendable {
    /// Marks the file as one of ours: `nstu` in ASCII.
    static let applicationID = 0x6E73_7475

    package let path: String
    let database: DatabaseQueue

    /// Opens a store, and makes it where there is none.
    ///
    /// - Parameters:
    ///   - path: The file; its folder is made too.
    ///   - busySeconds: How long to wait for another process that writes.
    /// - Throws: ``StudyError`` for a file that is no store, or one of a newer version.
    package init(path: String, busySeconds: Double? = nil) throws(StudyError) {
        self.path = path
        var configuration = GRDB.Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(busySeconds ?? FrameLimits.busySeconds)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        do {
            let folder = URL(filePath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Self.checkNature(of: path)
            database = try DatabaseQueue(path: path, configuration: configuration)
            try Self.migrate(database, path)
        } catch {
            throw Self.fault(error, path)
        }
    }

    /// Reads.
    func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) throws(StudyError) -> Value {
        do {
            return try database.read(work)
        } catch {
            throw Self.fault(error, path)
        }
    }

    /// Writes in one transaction: all of it or nothing.
    func write<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) throws(StudyError) -> Value {
        do {
            return try database.write(work)
        } catch {
            throw Self.fault(error, path)
        }
    }

    /// Whatever went wrong, in the words of somebody who has a file.
    static func fault(_ error: any Error, _ path: String) -> StudyError {
        if let error = error as? StudyError { return error }
        guard let error = error as? DatabaseError else {
            return StudyError("STORE", "\(path): \(error.localizedDescription)")
        }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return StudyError(
                "STORE_BUSY", "\(path): another process is writing to the store; try again")
        case .SQLITE_FULL:
            return StudyError(
                "STORE_FULL",
                "\(path): no space left; what was stored is safe, and the run goes on from there")
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return StudyError(
                "STORE_CORRUPT",
                "\(path): the file is damaged or is no SQLite file; name another with --store")
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_IOERR:
            return StudyError(
                "STORE_UNWRITABLE",
                "\(path): cannot be opened for writing (\(error.message ?? "no reason given"))")
        default:
            return StudyError("STORE", "\(path): \(error)")
        }
    }
}
