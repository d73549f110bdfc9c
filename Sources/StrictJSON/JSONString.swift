/// A JSON string: valid UTF-8, compared byte for byte.
///
/// Vocabulary keys may be canonically equivalent (`é` composed and decomposed are two tokens), so
/// they are never compared as Swift strings: `String ==` would make one of the two vanish.
public struct JSONString: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The UTF-8 bytes with all escapes resolved.
    public let bytes: [UInt8]

    /// Wraps bytes that are known to be valid UTF-8.
    init(validated bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Takes the UTF-8 of a string.
    public init(_ string: String) {
        bytes = Array(string.utf8)
    }

    /// Takes the UTF-8 of a literal.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The text as a Swift string (whose `==` is canonical equivalence: compare `bytes` instead).
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The text.
    public var description: String { string }
}
