/// A value as it was written, before its key says what it means.
public indirect enum RawValue: Sendable, Equatable {
    /// A string of the file.
    case text(String)
    /// An integer.
    case number(Int)
    /// `true` or `false`.
    case flag(Bool)
    /// An array.
    case list([RawValue])
    /// A table.
    case table([String: RawValue])
    /// A word of the command line or of a variable, which may stand for any of the above.
    case word(String)
    /// What no key takes, such as a date.
    case other(String)

    /// The string, where this may be one.
    var string: String? {
        switch self {
        case .text(let text), .word(let text): text
        default: nil
        }
    }

    /// The integer, where this may be one.
    var integer: Int? {
        switch self {
        case .number(let number): number
        case .word(let word): Int(word)
        default: nil
        }
    }

    /// The truth value, where this may be one.
    var truth: Bool? {
        switch self {
        case .flag(let flag): flag
        case .word(let word): Bool(word)
        default: nil
        }
    }

    /// The elements, where this may be an array; a word lists them separated by commas.
    var elements: [RawValue]? {
        switch self {
        case .list(let list): list
        case .word(let word): word.split(separator: ",").map { .word(String($0)) }
        default: nil
        }
    }
}

extension RawValue: CustomStringConvertible {
    /// The value in TOML's spelling.
    public var description: String {
        switch self {
        case .text(let text), .word(let text): Self.quoted(text)
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

extension RawValue: Encodable {
    /// The value as JSON has it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text), .word(let text), .other(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .list(let list): try container.encode(list)
        case .table(let members): try container.encode(members)
        }
    }
}
