import TOMLKit

/// A value as it was written, before its key says what it means.
package indirect enum SettingValue: Sendable, Equatable {
    case text(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
    case list([SettingValue])
    /// A word of the command line, which may stand for any of the above.
    case word(String)
    /// What no key takes, such as a date.
    case other(String)
}

extension SettingValue {
    /// The integer, where this may be one.
    var asInteger: Int? {
        switch self {
        case .integer(let number): number
        case .word(let word): Int(word)
        default: nil
        }
    }

    /// The number, where this may be one; finite.
    var asNumber: Double? {
        let number: Double? =
            switch self {
            case .integer(let number): Double(number)
            case .number(let number): number
            case .word(let word): Double(word)
            default: nil
            }
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The string, where this may be one.
    var asText: String? {
        switch self {
        case .text(let text), .word(let text): text
        default: nil
        }
    }

    /// The truth value, where this may be one.
    var asFlag: Bool? {
        switch self {
        case .flag(let flag): flag
        case .word(let word): Bool(word)
        default: nil
        }
    }

    /// The elements, where this may be a list; a word lists them separated by commas.
    var asList: [SettingValue]? {
        switch self {
        case .list(let list): list
        case .word(let word): word.split(separator: ",").map { .word(String($0)) }
        default: nil
        }
    }
}

extension SettingValue: CustomStringConvertible {
    /// The value in TOML's spelling.
    package var description: String {
        switch self {
        case .text(let text), .word(let text): Self.quoted(text)
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list(let list): "[" + list.map(\.description).joined(separator: ", ") + "]"
        case .other(let kind): "a \(kind)"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension SettingValue {
    /// Reads a TOML document: every value with the path of its key, `section.key`, in order.
    ///
    /// - Throws: ``StudyError`` with line and column, counted from 1.
    static func parse(toml text: String, from source: String) throws(StudyError) -> [String: Self] {
        // The parser takes a C string: what follows a zero byte would be ignored.
        guard !text.utf8.contains(0) else {
            throw StudyError("CONFIGURATION", "\(source): it contains a zero byte", isUsage: true)
        }
        do {
            var values: [String: Self] = [:]
            collect(try TOMLTable(string: text), below: "", into: &values)
            return values
        } catch let error as TOMLParseError {
            let place = "line \(error.source.begin.line), column \(error.source.begin.column)"
            throw StudyError(
                "CONFIGURATION", "\(source): \(place): \(error.description)", isUsage: true)
        } catch {
            throw StudyError("CONFIGURATION", "\(source): \(error)", isUsage: true)
        }
    }

    /// What the command line sets: a word as it stands, or a list in TOML's spelling.
    static func assigned(_ word: String, to path: String) throws(StudyError) -> Self {
        guard word.hasPrefix("["), word.hasSuffix("]") else { return .word(word) }
        let values = try parse(toml: "list = \(word)", from: "--set \(path)")
        return values["list"] ?? .word(word)
    }

    private static func collect(
        _ table: TOMLTable, below prefix: String, into values: inout [String: Self]
    ) {
        for key in table.keys {
            if let members = table[key]?.table {
                collect(members, below: "\(prefix)\(key).", into: &values)
            } else {
                values[prefix + key] = value(table[key])
            }
        }
    }

    private static func value(_ value: (any TOMLValueConvertible)?) -> Self {
        guard let value else { return .other("missing value") }
        if let text = value.string { return .text(text) }
        if let number = value.int { return .integer(number) }
        if let number = value.double { return .number(number) }
        if let flag = value.bool { return .flag(flag) }
        if let array = value.array { return .list(array.map { Self.value($0) }) }
        return .other("\(value.type)")
    }
}
