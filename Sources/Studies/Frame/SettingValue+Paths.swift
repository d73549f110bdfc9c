import Settings

extension SettingValue {
    /// Reads a TOML document: every value with the path of its key, `section.key`.
    ///
    /// - Throws: ``StudyError`` with line and column, counted from 1.
    static func paths(
        inTOML text: String, from source: String
    ) throws(StudyError) -> [String: SettingValue] {
        do throws(TOMLMistake) {
            var values: [String: SettingValue] = [:]
            collect(try parse(toml: text), below: "", into: &values)
            return values
        } catch {
            throw StudyError("CONFIGURATION", "\(source): \(error)", isUsage: true)
        }
    }

    /// What the command line sets: a word as it stands, or a list in TOML's spelling.
    static func assigned(_ word: String, to path: String) throws(StudyError) -> SettingValue {
        guard word.hasPrefix("["), word.hasSuffix("]") else { return .word(word) }
        let values = try paths(inTOML: "list = \(word)", from: "--set \(path)")
        return values["list"] ?? .word(word)
    }

    private static func collect(
        _ members: [String: SettingValue], below prefix: String,
        into values: inout [String: SettingValue]
    ) {
        for (key, value) in members {
            if let inner = value.asTable {
                collect(inner, below: "\(prefix)\(key).", into: &values)
            } else {
                values[prefix + key] = value
            }
        }
    }
}
