import Foundation

/// The repository's files, as the tests of its order see them.
enum Repository {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Folders that hold no source of ours: version control, builds, caches, virtual environments.
    private static let skipped: Set = [
        ".git", ".build", ".swiftpm", ".venv", "venv", "node_modules", "__pycache__",
        ".pytest_cache",
    ]

    struct File {
        /// Relative to the root.
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    }

    /// Every text file under a folder, sorted by path. Files over a mebibyte and files that are
    /// not UTF-8 are data, not text.
    static func files(under folder: String = "") -> [File] {
        paths(under: folder).compactMap { path in
            let url = root.appending(path: path)
            let size = try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize
            guard size ?? .max <= 1 << 20, let data = try? Data(contentsOf: url),
                let text = String(validating: data, as: UTF8.self)
            else { return nil }
            return File(path: path, text: text)
        }
    }

    private static func paths(under folder: String) -> [String] {
        let manager = FileManager.default
        let start = folder.isEmpty ? root : root.appending(path: folder)
        var found: [String] = []
        for name in ((try? manager.contentsOfDirectory(atPath: start.path)) ?? []).sorted()
        where !skipped.contains(name) {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            _ = manager.fileExists(
                atPath: root.appending(path: path).path, isDirectory: &isFolder)
            // A link may lead out of the repository or in circles.
            let isLink =
                (try? manager.destinationOfSymbolicLink(
                    atPath: root.appending(path: path).path)) != nil
            guard !isLink else { continue }
            found += isFolder.boolValue ? paths(under: path) : [path]
        }
        return found
    }

    /// Files of our own code, generated ones excepted.
    static func sources() -> [File] {
        files(under: "Sources").filter { file in
            ["swift", "c", "h"].contains(where: { file.name.hasSuffix(".\($0)") })
                && !file.name.hasSuffix(".pb.swift")
        }
    }

    /// Names of the folders in Sources.
    static func modules() -> [String] {
        Set(
            files(under: "Sources").compactMap { file in
                file.path.split(separator: "/").dropFirst().first.map(String.init)
            }
        ).sorted()
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }
}

extension Substring {
    /// The line without a line comment. Strings with two slashes are cut too, which only makes a
    /// search for forbidden code miss what stands after an address.
    var code: Substring {
        firstRange(of: "//").map { self[..<$0.lowerBound] } ?? self
    }
}
