import Settings

/// One thing that is wrong with a configuration.
public struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which layer it is in.
    public enum Origin: Sendable, Equatable {
        /// The command line or a variable.
        case usage
        /// The file at a path.
        case file(String)
    }

    /// Where: an option, a variable, a key's path, or a line; empty is the whole.
    public let place: String
    /// What is wrong, and what would be accepted.
    public let message: String
    /// Which layer it is in.
    public let origin: Origin

    /// Something about a key, an option or a variable.
    init(_ origin: Origin, _ place: String, _ message: String) {
        self.origin = origin
        self.place = place
        self.message = message
    }

    /// Something about a file as a whole.
    init(in path: String, _ message: String) {
        self.init(.file(path), "", message)
    }

    /// A value that its key does not take.
    init(_ origin: Origin, _ place: String, refused value: SettingValue, accepted: String) {
        var quoted = "\(value)"
        if quoted.utf8.count > Limits.quotedByteCount {
            quoted = String(quoted.prefix(Limits.quotedByteCount)) + "…"
        }
        self.init(origin, place, "is \(quoted); accepted: \(accepted)")
    }

    /// One line.
    public var description: String {
        let text = place.isEmpty ? message : "\(place) \(message)"
        guard case .file(let path) = origin else { return text }
        return "\(path): \(text)"
    }
}

/// Everything that is wrong with a configuration.
public struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one.
    public let problems: [ConfigurationProblem]

    /// Collects problems.
    public init(_ problems: [ConfigurationProblem]) { self.problems = problems }

    /// Whether the command line or a variable is at fault, and not the file alone.
    public var isUsage: Bool { problems.contains { $0.origin == .usage } }

    /// One line each.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
