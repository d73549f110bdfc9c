import EventLoop
import Settings

/// A configuration file: its keys with their values as they were written.
public struct ConfigurationFile: Sendable, Equatable {
    /// Where it lies, for messages.
    public let path: String
    let members: [String: SettingValue]

    /// Parses the text of a file.
    ///
    /// - Throws: ``ConfigurationProblem`` with the line that is no TOML.
    public init(path: String, text: String) throws(ConfigurationProblem) {
        self.path = path
        do throws(TOMLMistake) {
            members = try SettingValue.parse(toml: text)
        } catch {
            throw ConfigurationProblem(in: path, "\(error)")
        }
    }

    /// Reads a file.
    ///
    /// - Throws: ``ConfigurationProblem`` for one that cannot be read, is too long or is no TOML.
    public init(path: String) throws(ConfigurationProblem) {
        let file: SmallFile
        do throws(SmallFile.Refusal) {
            file = try SmallFile(path: path, limit: Limits.fileByteCount)
        } catch {
            throw ConfigurationProblem(in: path, error.description)
        }
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            throw ConfigurationProblem(in: path, "it is not UTF-8")
        }
        try self.init(path: path, text: text)
    }
}
