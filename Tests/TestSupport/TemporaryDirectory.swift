public import Foundation

/// A directory that is removed when the test lets go of it.
public final class TemporaryDirectory: Sendable {
    public let url: URL

    public var path: String { url.path }

    /// Makes an empty directory.
    ///
    /// - Throws: what the file system says.
    public init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "neurond-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file, and the folders that its name has, and returns its path.
    ///
    /// - Throws: what the file system says.
    @discardableResult
    public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    /// Writes a text file and returns its path.
    ///
    /// - Throws: what the file system says.
    @discardableResult
    public func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }
}
