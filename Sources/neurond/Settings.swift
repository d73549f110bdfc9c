import Foundation

/// Values that come from an option, else from a variable.
enum Settings {
    /// What the option says, or the variable; nil where neither says anything.
    static func text(_ option: String?, _ variable: String) -> String? {
        let text = option ?? ProcessInfo.processInfo.environment[variable] ?? ""
        return text.isEmpty ? nil : text
    }
}
