import Foundation

/// One file or folder that somebody might be handed, and what reading it must come to.
package struct HostileCase: Sendable, CustomStringConvertible {
    /// What lies on disk before the path is opened.
    package enum Entry: Sendable {
        case file(String, [UInt8])
        case link(String, to: String)
        case pipe(String)
        case folder(String)
    }

    /// What reading must come to.
    package enum Outcome: Sendable {
        /// An error whose sentence has every one of these parts.
        case refused([String])
        /// The file is sound, however odd it looks.
        case read
    }

    /// The class of malformed files that this one belongs to.
    package let group: String

    /// What is odd about it.
    package let name: String

    /// What is written into an empty folder.
    package let entries: [Entry]

    /// The path to open, from that folder; empty for the folder itself.
    package let opened: String

    /// What reading must come to.
    package let outcome: Outcome

    package var description: String { "\(group): \(name)" }

    /// The size of all files.
    package var byteCount: Int {
        entries.reduce(0) { sum, entry in
            if case .file(_, let bytes) = entry { sum + bytes.count } else { sum }
        }
    }

    package init(
        _ group: String, _ name: String, _ entries: [Entry], opened: String, _ outcome: Outcome
    ) {
        self.group = group
        self.name = name
        self.entries = entries
        self.opened = opened
        self.outcome = outcome
    }

    /// Every case of every container.
    package static let all =
        ggufContainer + ggufAlignment + ggufTensorTable + ggufModel + ggufWeights + splitGGUF
        + safetensors + directories

    /// Writes the case's files into a folder, which must exist.
    ///
    /// - Returns: the path to open.
    /// - Throws: when the folder cannot be written.
    package func write(into folder: String) throws -> String {
        let manager = FileManager.default
        for entry in entries {
            switch entry {
            case .file(let name, let bytes):
                try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"))
            case .link(let name, let target):
                try manager.createSymbolicLink(
                    atPath: "\(folder)/\(name)", withDestinationPath: target)
            case .pipe(let name):
                guard mkfifo("\(folder)/\(name)", 0o600) == 0 else {
                    throw CocoaError(.fileWriteUnknown)
                }
            case .folder(let name):
                try manager.createDirectory(
                    atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
            }
        }
        return opened.isEmpty ? folder : "\(folder)/\(opened)"
    }

    /// A case of one GGUF file.
    static func gguf(
        _ group: String, _ name: String, _ bytes: [UInt8], _ outcome: Outcome
    ) -> HostileCase {
        HostileCase(group, name, [.file("hostile.gguf", bytes)], opened: "hostile.gguf", outcome)
    }

    /// A sound file that a change makes unsound.
    static func refused(
        _ group: String, _ name: String, _ parts: String..., base: GGUFBuilder = .container(),
        by change: (inout GGUFBuilder) -> Void
    ) -> HostileCase {
        var builder = base
        change(&builder)
        return gguf(group, name, builder.bytes(), .refused(parts))
    }

    /// A sound file that a change leaves sound.
    static func read(
        _ group: String, _ name: String, base: GGUFBuilder = .container(),
        by change: (inout GGUFBuilder) -> Void
    ) -> HostileCase {
        var builder = base
        change(&builder)
        return gguf(group, name, builder.bytes(), .read)
    }
}
