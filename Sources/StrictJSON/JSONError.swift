/// Why a JSON text was refused, and at which byte.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with the text.
    public enum Reason: Hashable, Sendable {
        case tooLarge(byteCount: Int, limit: Int)
        case tooDeep(limit: Int)
        case tooManyValues(limit: Int)
        case invalidUTF8
        case unexpectedEnd(expected: String)
        case unexpectedByte(UInt8, expected: String)
        case trailingBytes
        case controlCharacterInString(UInt8)
        case badEscape
        case loneSurrogate
        case badNumber
        case numberOutOfRange
        case duplicateKey(String)
    }

    /// What is wrong.
    public let reason: Reason

    /// The byte offset from the start of the text at which it was noticed.
    public let offset: Int

    /// Creates an error.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// One sentence: what, where, and what would be accepted.
    public var description: String {
        "JSON at byte \(offset): \(explanation)"
    }

    /// What is wrong, without the place.
    public var explanation: String {
        switch reason {
        case .tooLarge(let byteCount, let limit):
            "the text has \(byteCount) bytes, more than the limit of \(limit)"
        case .tooDeep(let limit):
            "arrays and objects are nested deeper than the limit of \(limit)"
        case .tooManyValues(let limit):
            "the text holds more than the limit of \(limit) values"
        case .invalidUTF8:
            "the text is not valid UTF-8"
        case .unexpectedEnd(let expected):
            "the text ends where \(expected) was expected"
        case .unexpectedByte(let byte, let expected):
            "found \(Self.spelling(of: byte)) where \(expected) was expected"
        case .trailingBytes:
            "only white space may follow the value"
        case .controlCharacterInString(let byte):
            "a string holds the control character \(Self.spelling(of: byte)); write it as \\u00XX"
        case .badEscape:
            "an escape must be one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hex digits"
        case .loneSurrogate:
            "a \\u escape names half of a surrogate pair; both halves must stand together"
        case .badNumber:
            "a number must have the form -12.34e56 (no leading zeros, no NaN, no Infinity)"
        case .numberOutOfRange:
            "the number is too large for a 64-bit floating-point value"
        case .duplicateKey(let key):
            "the key \"\(key)\" occurs twice in one object"
        }
    }

    /// Where in the text it was noticed: for people, whose editors count lines.
    public func place(in text: [UInt8]) -> Place {
        let before = text.prefix(offset)
        let start = (before.lastIndex(of: 0x0A) ?? -1) + 1
        return Place(line: before.count { $0 == 0x0A } + 1, column: before.count - start + 1)
    }

    /// A place in a text.
    public struct Place: Hashable, Sendable, CustomStringConvertible {
        /// The line, counted from 1.
        public let line: Int

        /// The byte of the line, counted from 1.
        public let column: Int

        /// `line 3, column 8`.
        public var description: String { "line \(line), column \(column)" }
    }

    private static func spelling(of byte: UInt8) -> String {
        if (0x20..<0x7F).contains(byte) {
            return "'\(Character(Unicode.Scalar(byte)))'"
        }
        return "byte 0x" + Hexadecimal.text(CollectionOfOne(byte)).uppercased()
    }
}
