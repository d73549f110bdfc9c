import Hooks
import Settings

extension StudyConfiguration {
    /// Reads a configuration file, then what the command line sets.
    ///
    /// - Parameters:
    ///   - toml: The text of the file; what it leaves out has its default.
    ///   - source: The file's name, for messages.
    ///   - assignments: `key=value`, stronger than the file.
    /// - Throws: ``StudyError`` for a key that is none, with the nearest that is one, and for a
    ///   value that its key does not take.
    package init(
        toml: String, from source: String, assignments: [String] = []
    ) throws(StudyError) {
        self.init()
        let written = try SettingValue.paths(inTOML: toml, from: source)
        for (path, value) in written.sorted(by: { $0.key < $1.key }) {
            try set(path, value, from: source)
        }
        for assignment in assignments {
            let parts = assignment.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw StudyError(
                    "CONFIGURATION", "--set \"\(assignment)\": expected KEY=VALUE", isUsage: true)
            }
            let value = try SettingValue.assigned(String(parts[1]), to: String(parts[0]))
            try set(String(parts[0]), value, from: "--set")
        }
    }

    private mutating func set(
        _ path: String, _ value: SettingValue, from source: String
    ) throws(StudyError) {
        guard let setting = Self.settings.first(where: { $0.path == path }) else {
            let nearest = Suggestion.nearest(to: path, in: Self.settings.map(\.path))
            let advice = nearest.map { "; nearest: \($0)" } ?? ""
            throw StudyError(
                "CONFIGURATION", "\(source): \(path) is no key\(advice)", isUsage: true)
        }
        guard setting.set(value, &self) else {
            let quoted = "\(value)".prefix(FrameLimits.quotedCharacters)
            throw StudyError(
                "CONFIGURATION",
                "\(source): \(path) is \(quoted); accepted: \(setting.accepted)", isUsage: true)
        }
    }

    /// Every key with its value, in the order of the documentation.
    package var values: [(path: String, value: String)] {
        Self.settings.map { ($0.path, "\($0.get(self))") }
    }

    /// The whole file: the same text for equal configurations.
    package var toml: String { Self.file(comments: { _ in [] }, value: { $0.get(self) }) }

    /// The whole file with every default and what each key means.
    package static func template(of study: any Study.Type) -> String {
        let head = ["# Configuration of the study \(study.name): \(study.summary)", "#"]
        let defaults = Self()
        let steps = study.steps.map { "#   \($0.name): \($0.summary)" }
        let text = (head + ["# Steps:"] + steps).joined(separator: "\n")
        return text + "\n\n"
            + file { setting in
                [setting.documentation, "Accepted: \(setting.accepted)."].flatMap {
                    $0.wrapped(to: FrameLimits.commentColumns)
                }
            } value: {
                $0.get(defaults)
            }
    }

    /// Keys by section, in the order of the settings; those of no section first, as TOML needs it.
    private static func file(
        comments: (StudySetting<Self>) -> [String], value: (StudySetting<Self>) -> SettingValue
    ) -> String {
        var sections: [String] = [""]
        var lines: [String: [String]] = [:]
        for setting in settings {
            let parts = setting.path.split(separator: ".")
            let section = parts.dropLast().joined(separator: ".")
            if !sections.contains(section) { sections.append(section) }
            let key = "\(parts.last ?? "") = \(value(setting))"
            lines[section, default: []] += comments(setting).map { "# \($0)" } + [key]
        }
        let blocks = sections.compactMap { section -> String? in
            guard let lines = lines[section] else { return nil }
            let head = section.isEmpty ? [] : ["[\(section)]"]
            return (head + lines).joined(separator: "\n") + "\n"
        }
        return blocks.joined(separator: "\n")
    }
}
