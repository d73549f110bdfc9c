import EventLoop
public import Supervision

/// The secrets with which clients prove who they are, from a file that only its owner reads.
///
/// ```
/// # NAME ROLE TOKEN
/// alice  run   5d7f…
/// ```
public struct TokenFile: Sendable {
    /// One holder.
    public struct Entry: Sendable {
        /// The name under which requests of the holder are counted.
        public let name: String
        /// What the holder may do.
        public let role: Role
        /// The secret; never logged, never sent.
        let secret: String
    }

    /// Why a file was refused: the path, the line if there is one, and the rule.
    public struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        /// One sentence, which holds no secret.
        public let description: String
    }

    /// The holders, in the order of the file.
    public let entries: [Entry]

    /// No tokens: nobody can prove anything.
    public static let none = TokenFile(entries: [])

    private init(entries: [Entry]) { self.entries = entries }

    /// Reads the file.
    ///
    /// - Parameters:
    ///   - path: a regular file, no symbolic link, that belongs to `user` or root and that nobody
    ///     else may read.
    ///   - user: who reads it.
    /// - Throws: ``Refusal``.
    public init(path: String, user: UInt32) throws(Refusal) {
        let file: SmallFile
        do throws(SmallFile.Refusal) {
            file = try SmallFile(
                path: path, limit: DaemonLimits.tokenFileByteCount, followsLinks: false)
        } catch {
            throw Refusal(description: "\(path): \(error)")
        }
        guard file.owner == user || file.owner == 0 else {
            throw Refusal(
                description: "\(path): it belongs to uid \(file.owner); accepted: \(user), 0")
        }
        guard file.mode & 0o077 == 0 else {
            throw Refusal(
                description: "\(path): others may read or write it (mode "
                    + "\(String(file.mode, radix: 8))); accepted: 600, 400")
        }
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            throw Refusal(description: "\(path): it is not UTF-8")
        }
        try self.init(parsing: text, path: path)
    }

    /// Reads the text of a file.
    init(parsing text: String, path: String) throws(Refusal) {
        var entries: [Entry] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.isEmpty || words[0].hasPrefix("#") { continue }
            do throws(Refusal) {
                let entry = try Self.entry(words)
                try Self.check(entry, beside: entries)
                entries.append(entry)
            } catch {
                throw Refusal(description: "\(path), line \(index + 1): \(error)")
            }
        }
        guard !entries.isEmpty else { throw Refusal(description: "\(path): it holds no token") }
        self.entries = entries
    }

    private static func entry(_ words: [Substring]) throws(Refusal) -> Entry {
        guard words.count == 3 else {
            throw Refusal(description: "\(words.count) words; accepted: NAME ROLE TOKEN")
        }
        let name = words[0]
        guard name.utf8.count <= DaemonLimits.tokenNameByteCount,
            name.utf8.allSatisfy(Self.isNameByte)
        else {
            throw Refusal(
                description: "the name; accepted: at most "
                    + "\(DaemonLimits.tokenNameByteCount) of A-Z a-z 0-9 . _ -")
        }
        guard let role = Role(rawValue: String(words[1])) else {
            throw Refusal(description: "the role; accepted: read, run, admin")
        }
        let range = DaemonLimits.tokenByteCounts
        guard range.contains(words[2].utf8.count),
            words[2].utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Refusal(
                description: "the token; accepted: \(range.lowerBound) to \(range.upperBound) "
                    + "printable ASCII characters")
        }
        return Entry(name: String(name), role: role, secret: String(words[2]))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: Array("._-".utf8).contains(byte)
        }
    }

    private static func check(_ entry: Entry, beside entries: [Entry]) throws(Refusal) {
        if entries.contains(where: { $0.name == entry.name }) {
            throw Refusal(description: "the name \(entry.name) is there already")
        }
        if entries.contains(where: { $0.secret == entry.secret }) {
            throw Refusal(description: "the token is somebody else's already")
        }
        if entries.count == DaemonLimits.tokenCount {
            throw Refusal(description: "more than \(DaemonLimits.tokenCount) tokens")
        }
    }
}
