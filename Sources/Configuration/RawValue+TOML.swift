import TOMLKit

extension RawValue {
    /// Reads a TOML document.
    ///
    /// - Throws: ``ConfigurationProblem`` with line and column, counted from 1.
    static func parse(
        toml text: String, path: String
    ) throws(ConfigurationProblem) -> [String: RawValue] {
        // The parser takes a C string: what follows a zero byte would be ignored.
        guard !text.utf8.contains(0) else {
            throw ConfigurationProblem(in: path, "it contains a zero byte")
        }
        do {
            return members(of: try TOMLTable(string: text))
        } catch let error as TOMLParseError {
            let place = "line \(error.source.begin.line), column \(error.source.begin.column)"
            throw ConfigurationProblem(in: path, "\(place): \(error.description)")
        } catch {
            throw ConfigurationProblem(in: path, "\(error)")
        }
    }

    private static func members(of table: TOMLTable) -> [String: RawValue] {
        Dictionary(table.keys.map { ($0, value(table[$0])) }, uniquingKeysWith: { $1 })
    }

    private static func value(_ value: (any TOMLValueConvertible)?) -> RawValue {
        guard let value else { return .other("missing value") }
        if let text = value.string { return .text(text) }
        if let number = value.int { return .number(number) }
        if let flag = value.bool { return .flag(flag) }
        if let array = value.array { return .list(array.map { Self.value($0) }) }
        if let table = value.table { return .table(members(of: table)) }
        return .other("\(value.type)")
    }
}
