/// An exact fraction in lowest terms; the denominator is positive.
///
/// Arithmetic answers nil where a result does not fit 128 bits, never a rounded one.
package struct Rational: Sendable, Hashable {
    package let numerator: Int128
    package let denominator: Int128

    package static let zero = Rational(0)
    package static let one = Rational(1)

    package init(_ integer: Int128) {
        numerator = integer
        denominator = 1
    }

    /// A fraction, or nil if the denominator is 0 or the terms do not fit.
    package init?(_ numerator: Int128, over denominator: Int128) {
        guard denominator != 0, numerator != .min, denominator != .min else { return nil }
        let divisor = Self.greatestCommonDivisor(numerator, denominator)
        let sign: Int128 = denominator < 0 ? -1 : 1
        self.numerator = sign * numerator / divisor
        self.denominator = sign * denominator / divisor
    }

    /// Reads `-12`, `3.50`, `.5`, `1e3`; no separators, no blanks.
    package init?(decimal text: some StringProtocol) {
        var rest = Substring(text)
        var exponent = 0
        if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
            guard let value = Int(rest[rest.index(after: mark)...]), value.magnitude <= 36 else {
                return nil
            }
            exponent = value
            rest = rest[..<mark]
        }
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, rest.utf8.contains(where: { (0x30...0x39).contains($0) }),
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard let digits = Int128(String(parts[0] + fraction)) else { return nil }
        exponent -= fraction.utf8.count
        guard let scale = Self.power(of: 10, exponent.magnitude) else { return nil }
        let signed = isNegative ? -digits : digits
        guard exponent < 0 else {
            let (value, isOver) = signed.multipliedReportingOverflow(by: scale)
            guard !isOver else { return nil }
            self.init(value)
            return
        }
        self.init(signed, over: scale)
    }

    package var isInteger: Bool { denominator == 1 }

    package var double: Double { Double(numerator) / Double(denominator) }

    /// Of two numbers of which none is `Int128.min`; 1 for two zeros.
    static func greatestCommonDivisor(_ one: Int128, _ other: Int128) -> Int128 {
        var (one, other) = (one.magnitude, other.magnitude)
        while other != 0 { (one, other) = (other, one % other) }
        return Int128(max(one, 1))
    }

    private static func power(of base: Int128, _ exponent: UInt) -> Int128? {
        var result: Int128 = 1
        for _ in 0..<exponent {
            let (next, isOver) = result.multipliedReportingOverflow(by: base)
            guard !isOver else { return nil }
            result = next
        }
        return result
    }
}

extension Rational {
    package static func + (one: Rational, other: Rational) -> Rational? {
        guard let left = product(one.numerator, other.denominator),
            let right = product(other.numerator, one.denominator),
            let below = product(one.denominator, other.denominator)
        else { return nil }
        let (sum, isOver) = left.addingReportingOverflow(right)
        return isOver ? nil : Rational(sum, over: below)
    }

    package static func * (one: Rational, other: Rational) -> Rational? {
        guard let above = product(one.numerator, other.numerator),
            let below = product(one.denominator, other.denominator)
        else { return nil }
        return Rational(above, over: below)
    }

    package static func / (one: Rational, other: Rational) -> Rational? {
        other.inverse.flatMap { one * $0 }
    }

    package static prefix func - (value: Rational) -> Rational? {
        Rational(-value.numerator, over: value.denominator)
    }

    /// 1 over the value; nil for 0.
    package var inverse: Rational? { Rational(denominator, over: numerator) }

    /// A whole power, of either sign.
    package func power(_ exponent: Int) -> Rational? {
        guard exponent.magnitude <= DataLimits.exponent else { return nil }
        var result: Rational? = .one
        for _ in 0..<exponent.magnitude { result = result.flatMap { $0 * self } }
        return exponent < 0 ? result?.inverse : result
    }

    private static func product(_ one: Int128, _ other: Int128) -> Int128? {
        let (value, isOver) = one.multipliedReportingOverflow(by: other)
        return isOver ? nil : value
    }
}

extension Rational: CustomStringConvertible {
    /// `-3`, `2.5`, or `1/3` where no finite decimal is exact.
    package var description: String {
        guard denominator != 1 else { return "\(numerator)" }
        var scale: Int128 = 1
        for places in 1...30 {
            scale *= 10
            guard scale % denominator == 0 else { continue }
            let (value, isOver) = numerator.multipliedReportingOverflow(by: scale / denominator)
            guard !isOver else { break }
            let digits = String(value.magnitude)
            let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
            return (value < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
        }
        return "\(numerator)/\(denominator)"
    }
}
