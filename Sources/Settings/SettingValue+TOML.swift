import TOMLKit

/// Why a text is no TOML.
public struct TOMLMistake: Error, Sendable, Equatable, CustomStringConvertible {
    /// Line and column, counted from 1; nil for the text as a whole.
    public let place: (line: Int, column: Int)?
    /// What is wrong there.
    public let message: String

    /// One line.
    public var description: String {
        place.map { "line \($0.line), column \($0.column): \(message)" } ?? message
    }

    /// Mistakes of the same kind at the same place are one.
    public static func == (left: Self, right: Self) -> Bool {
        left.description == right.description
    }
}

extension SettingValue {
    /// Reads a TOML document: its members, tables within tables.
    ///
    /// - Throws: ``TOMLMistake`` for the first that is found.
    public static func parse(toml text: String) throws(TOMLMistake) -> [String: SettingValue] {
        // The parser takes a C string: what follows a zero byte would be ignored.
        guard !text.utf8.contains(0) else {
            throw TOMLMistake(place: nil, message: "it contains a zero byte")
        }
        do {
            return members(of: try TOMLTable(string: text))
        } catch let error as TOMLParseError {
            let begin = error.source.begin
            throw TOMLMistake(
                place: (Int(begin.line), Int(begin.column)), message: error.description)
        } catch {
            throw TOMLMistake(place: nil, message: "\(error)")
        }
    }

    private static func members(of table: TOMLTable) -> [String: SettingValue] {
        Dictionary(table.keys.map { ($0, value(table[$0])) }, uniquingKeysWith: { $1 })
    }

    private static func value(_ value: (any TOMLValueConvertible)?) -> SettingValue {
        guard let value else { return .other("missing value") }
        if let text = value.string { return .text(text) }
        if let number = value.int { return .integer(number) }
        if let number = value.double { return .number(number) }
        if let flag = value.bool { return .flag(flag) }
        if let array = value.array { return .list(array.map { Self.value($0) }) }
        if let table = value.table { return .table(members(of: table)) }
        return .other("\(value.type)")
    }
}
