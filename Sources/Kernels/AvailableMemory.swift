internal import Glibc

/// How much memory this process could still take, and who says so.
struct AvailableMemory: Equatable {
    /// Bytes; never negative.
    let byteCount: Int
    /// The bound in words, with its numbers.
    let source: String

    /// The least of what the machine and the control groups of this process could give; nil where
    /// neither tells.
    ///
    /// - Parameter root: where `proc` and `sys` lie; another folder in tests.
    static func now(root: String = "/") -> AvailableMemory? {
        var bounds = groups(text(of: root + "proc/self/cgroup") ?? "", root: root)
        if let own = machine(meminfo: text(of: root + "proc/meminfo") ?? "") { bounds.append(own) }
        return bounds.min { $0.byteCount < $1.byteCount }
    }

    /// What `/proc/meminfo` says: memory that could be freed, and swap.
    static func machine(meminfo: String) -> AvailableMemory? {
        let rows = fields(meminfo)
        guard let available = rows["MemAvailable:"] else { return nil }
        let swap = rows["SwapFree:"] ?? 0
        return AvailableMemory(
            byteCount: (available + swap) << 10,
            source: "MemAvailable and SwapFree of the machine")
    }

    // MARK: Control groups

    /// The bounds of the groups that `/proc/self/cgroup` names, and of all above them: each holds.
    private static func groups(_ membership: String, root: String) -> [AvailableMemory] {
        membership.split(separator: "\n").flatMap { line -> [AvailableMemory] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let controllers = parts[1].split(separator: ",")
            let version: GroupFiles
            switch (parts[0], controllers.contains("memory")) {
            case ("0", _) where controllers.isEmpty: version = .second
            case (_, true): version = .first
            default: return []
            }
            return ancestors(of: parts[2]).compactMap {
                version.available(in: root + version.mount + $0)
            }
        }
    }

    /// A group's path and those above it.
    ///
    /// Inside a container some of them may not be there.
    private static func ancestors(of path: Substring) -> [String] {
        let names = path.split(separator: "/")
        return (0...names.count).map { count in
            names.prefix(count).map { "/" + $0 }.joined()
        }
    }

    /// Which files tell a group's bound and use.
    private struct GroupFiles {
        let mount: String
        let limit: String
        let use: String
        /// Rows of `memory.stat` that count pages of files, which the kernel gives up first.
        let filePages: [String]

        static let second = GroupFiles(
            mount: "sys/fs/cgroup", limit: "memory.max", use: "memory.current",
            filePages: ["inactive_file", "active_file"])
        static let first = GroupFiles(
            mount: "sys/fs/cgroup/memory", limit: "memory.limit_in_bytes",
            use: "memory.usage_in_bytes",
            filePages: ["total_inactive_file", "total_active_file"])

        /// What a group could still take; nil for one that is not there or has no bound.
        func available(in folder: String) -> AvailableMemory? {
            guard let limit = number(in: "\(folder)/\(limit)"), limit < Limits.groupMemoryByteCount,
                let used = number(in: "\(folder)/\(use)")
            else { return nil }
            let rows = text(of: "\(folder)/memory.stat").map(fields) ?? [:]
            let held = max(0, used - filePages.reduce(0) { $0 + (rows[$1] ?? 0) })
            return AvailableMemory(
                byteCount: max(0, limit - held),
                source: "\(self.limit) of \(folder) is \(limit), \(held) of it are in use")
        }

        /// A file's one number; `max` and what is unreadable are none.
        private func number(in path: String) -> Int? {
            text(of: path).flatMap { Int($0.prefix { $0 != "\n" }) }
        }
    }

    // MARK: Files

    /// Rows of a name and a number.
    private static func fields(_ text: String) -> [String: Int] {
        text.split(separator: "\n").reduce(into: [:]) { rows, line in
            let words = line.split(separator: " ")
            guard words.count >= 2, let number = Int(words[1]) else { return }
            rows[String(words[0])] = number
        }
    }

    /// The beginning of a file, which is all of those that are read here.
    private static func text(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: Limits.systemFileByteCount)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
