internal import StrictJSON

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Opens files of one directory and of no other place.
///
/// A name must be a plain file name; a symbolic link is followed only to a place inside the
/// directory. One exception, because it is how the Hugging Face hub's cache is laid out: from
/// `…/snapshots/REVISION` a link may lead into `…/blobs`.
struct ModelDirectory {
    /// The path as it was given, for messages.
    let path: String

    /// The directory without symbolic links.
    private let resolvedPath: String

    /// Resolves a directory's path.
    ///
    /// - Throws: `unreadable` if it does not exist.
    init(_ path: String) throws(ModelFileError) {
        self.path = path
        resolvedPath = try Self.resolve(path)
    }

    /// Whether the directory has an entry of this name.
    func contains(_ name: String) -> Bool {
        access(path + "/" + name, F_OK) == 0
    }

    /// Maps a file of the directory.
    ///
    /// - Parameters:
    ///   - name: A file name without slashes.
    ///   - limit: The most bytes the file may have.
    /// - Throws: `malformed` for a name or a link that leads out, `unreadable` otherwise.
    func open(_ name: String, limit: Int = .max) throws(ModelFileError) -> FileBytes {
        let shown = path + "/" + name
        let bytes = FileBytes.self
        guard Self.isPlain(name) else {
            throw fault(name, "it is no plain file name", "a file beside config.json")
        }
        let resolved = try Self.resolve(shown)
        guard isPermitted(resolved) else {
            throw fault(name, "a symbolic link leads out of the directory", "a file inside it")
        }
        let file = try bytes.init(mapping: resolved, followsLink: false)
        guard file.count <= limit else {
            throw fault(name, "it has \(file.count) bytes", "at most \(limit)")
        }
        return file
    }

    /// Reads and parses a JSON object of the directory.
    func object(_ name: String, limit: Int) throws(ModelFileError) -> JSONObject {
        let file = try open(name, limit: limit)
        do throws(JSONError) {
            let value = try JSONValue(
                parsing: file.copy(0..<file.count), limits: Limits.configuration)
            if let object = value.objectValue { return object }
        } catch {
            throw file.malformed("JSON", "\(error)", accepted: "a JSON object")
        }
        throw file.malformed("JSON", "the text is no object", accepted: "a JSON object")
    }

    /// An error about one of the directory's files.
    func fault(_ field: String, _ reason: String, _ accepted: String) -> ModelFileError {
        .malformed(.init(file: path, field: quoted(field), reason: reason, accepted: accepted))
    }

    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".."
            && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
    }

    private func isPermitted(_ resolved: String) -> Bool {
        if resolved.utf8.starts(with: "\(resolvedPath)/".utf8) { return true }
        let parts = resolvedPath.split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2] == "snapshots" else { return false }
        let blobs = "/" + parts.dropLast(2).joined(separator: "/") + "/blobs/"
        return resolved.utf8.starts(with: blobs.utf8)
    }

    private static func resolve(_ path: String) throws(ModelFileError) -> String {
        // Safety: realpath allocates the string it returns; it is copied and freed at once.
        guard let resolved = realpath(path, nil) else {
            throw .unreadable(file: path, reason: SystemError.text(errno))
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
