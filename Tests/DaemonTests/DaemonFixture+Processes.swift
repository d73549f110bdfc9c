import FoundationEssentials
import Glibc
import Testing

extension DaemonFixture {
    /// A process as the operating system lists it.
    struct ListedProcess {
        let identifier: Int32
        let name: String
        /// One letter; Z is one that has ended and was not waited for.
        let state: Character
        let parent: Int32

        /// nil for a process that there is none of.
        init?(_ identifier: Int32) {
            guard let file = fopen("/proc/\(identifier)/stat", "r") else { return nil }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 512)
            let count = bytes.withUnsafeMutableBytes { fread($0.baseAddress, 1, $0.count, file) }
            let line = String(decoding: bytes[..<count], as: UTF8.self)
            // The name may hold anything; what follows it does not.
            guard let open = line.firstIndex(of: "("), let end = line.lastIndex(of: ")") else {
                return nil
            }
            let rest = line[line.index(after: end)...].split(separator: " ")
            guard rest.count > 1, let parent = Int32(rest[1]) else { return nil }
            self.identifier = identifier
            name = String(line[line.index(after: open)..<end])
            state = rest[0].first ?? "?"
            self.parent = parent
        }

        /// The processes that this one has started.
        static func children(of parent: Int32) -> [ListedProcess] {
            names(in: "/proc").compactMap { Int32($0) }.compactMap { ListedProcess($0) }
                .filter { $0.parent == parent }
        }

        /// Whether there is no such process, or only what is left of one until it is waited for.
        static func isGone(_ identifier: Int32) -> Bool {
            ListedProcess(identifier).map { $0.state == "Z" } ?? true
        }

        /// Whether the process has a handler of its own for a signal; nil without the process.
        static func catches(_ signal: Int32, _ identifier: Int32) -> Bool? {
            let status = try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
            let line = status?.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
            let mask = line.flatMap { UInt64($0.dropFirst(7).filter { $0 != "\t" }, radix: 16) }
            return mask.map { $0 >> UInt64(signal - 1) & 1 == 1 }
        }

        /// How many entries a folder of the process has: `fd`, `task`.
        static func count(of folder: String, _ identifier: Int32) -> Int {
            names(in: "/proc/\(identifier)/\(folder)").count
        }

        private static func names(in path: String) -> [String] {
            guard let folder = opendir(path) else { return [] }
            defer { closedir(folder) }
            var names: [String] = []
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if !name.hasPrefix(".") { names.append(name) }
            }
            return names
        }
    }

    /// The process that holds the weights, if there is one.
    var forkServer: Int32? {
        ListedProcess.children(of: process).first { $0.state != "Z" }?.identifier
    }

    /// Waits for a fork server that is not this one.
    func waitForForkServer(_ client: TestClient, otherThan old: Int32 = 0) throws -> Int32 {
        _ = try waitForStatus(client) { _ in forkServer.map { $0 != old } ?? false }
        return try #require(forkServer)
    }
}
