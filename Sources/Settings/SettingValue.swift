/// A value as it was written, before its key says what it means.
public indirect enum SettingValue: Sendable, Equatable {
    /// A string of a file.
    case text(String)
    /// An integer.
    case integer(Int)
    /// A number with a fraction or an exponent.
    case number(Double)
    /// `true` or `false`.
    case flag(Bool)
    /// An array.
    case list([SettingValue])
    /// A table.
    case table([String: SettingValue])
    /// A word of the command line or of a variable, which may stand for any of the above.
    case word(String)
    /// What no key takes, such as a date.
    case other(String)
}

extension SettingValue {
    /// The integer, where this may be one.
    public var asInteger: Int? {
        switch self {
        case .integer(let number): number
        case .word(let word): Int(word)
        default: nil
        }
    }

    /// The number, where this may be one; finite.
    public var asNumber: Double? {
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
    public var asText: String? {
        switch self {
        case .text(let text), .word(let text): text
        default: nil
        }
    }

    /// The truth value, where this may be one.
    public var asFlag: Bool? {
        switch self {
        case .flag(let flag): flag
        case .word(let word): Bool(word)
        default: nil
        }
    }

    /// The elements, where this may be a list; a word lists them separated by commas.
    public var asList: [SettingValue]? {
        switch self {
        case .list(let list): list
        case .word(let word): word.split(separator: ",").map { .word(String($0)) }
        default: nil
        }
    }

    /// The members, where this is a table.
    public var asTable: [String: SettingValue]? {
        if case .table(let members) = self { members } else { nil }
    }
}

extension SettingValue: CustomStringConvertible {
    /// The value in TOML's spelling.
    public var description: String {
        switch self {
        case .text(let text), .word(let text): Self.quoted(text)
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .list(let list): "[" + list.map(\.description).joined(separator: ", ") + "]"
        case .table: "a table"
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

extension SettingValue: Encodable {
    /// The value as JSON has it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text), .word(let text), .other(let text): try container.encode(text)
        case .integer(let number): try container.encode(number)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .list(let list): try container.encode(list)
        case .table(let members): try container.encode(members)
        }
    }
}
