/// A JSON number as it was written; the reader of the field decides what number it is.
///
/// A spelling can be read as a 64-bit integer without loss, or rounded once to the width of its
/// place: `Float(number.spelling)` differs from `Float(number.double)` where rounding twice does.
/// Two numbers are equal if they are spelled equally: `1`, `1.0` and `1e0` are three.
public struct JSONNumber: Hashable, Sendable {
    /// The number as RFC 8259 spells it; as a `Double` it is finite.
    public let spelling: String

    /// Wraps what is known to follow the grammar.
    init(validated spelling: String) {
        self.spelling = spelling
    }

    /// Takes an integer.
    public init(_ value: some BinaryInteger) {
        spelling = "\(value)"
    }

    /// Takes a spelling.
    ///
    /// - Returns: nil unless it is a JSON number that is finite as a `Double`.
    public init?(spelling: String) {
        var reader = JSONReader(Array(spelling.utf8), limits: Self.limits(of: spelling))
        guard let number = try? reader.readDocument().numberValue, number.spelling == spelling
        else { return nil }
        self = number
    }

    private static func limits(of spelling: String) -> JSONLimits {
        JSONLimits(
            maximumByteCount: spelling.utf8.count, maximumDepth: 0, maximumValueCount: 1)
    }
}

extension JSONNumber {
    /// Whether it is written without fraction and exponent.
    public var isIntegral: Bool {
        spelling.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// The number, if it is integral and fits.
    public var int64: Int64? { Int64(spelling) }

    /// The number, if it is integral and fits.
    public var uint64: UInt64? { UInt64(spelling) }

    /// The nearest 64-bit floating-point number; finite.
    public var double: Double { Double(spelling) ?? .nan }
}
