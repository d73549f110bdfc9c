import ArgumentParser
import Foundation

/// Values that come from an option, else from a variable, else from a default.
enum Settings {
    /// A value of any type that can be read from text.
    ///
    /// - Parameters:
    ///   - option: what the command line said, if anything.
    ///   - name: the option, for the message.
    ///   - variable: the variable to look at otherwise.
    ///   - accepted: what is, for the message.
    ///   - parse: reads the text; nil where it has no such value.
    /// - Throws: `ValidationError` naming the option or variable, its text and what is accepted.
    static func value<Value>(
        _ option: String?, _ name: String, _ variable: String, accepted: String,
        parse: (String) -> Value?
    ) throws -> Value? {
        let given = option ?? ProcessInfo.processInfo.environment[variable] ?? ""
        if option == nil && given.isEmpty { return nil }
        if let value = parse(given) { return value }
        throw ValidationError(
            "\(option == nil ? variable : name) is \"\(given)\"; accepted: \(accepted)")
    }

    /// A number within a range.
    static func number(
        _ option: String?, _ name: String, _ variable: String, in range: ClosedRange<Int>
    ) throws -> Int? {
        try value(
            option, name, variable,
            accepted: "a number from \(range.lowerBound) to \(range.upperBound)",
            parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } })
    }

    /// Texts; a variable lists them separated by commas.
    static func list(_ options: [String], _ variable: String) -> [String] {
        guard options.isEmpty else { return options }
        let text = ProcessInfo.processInfo.environment[variable] ?? ""
        return text.split(separator: ",").map(String.init)
    }
}
