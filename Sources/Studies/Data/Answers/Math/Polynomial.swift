/// A product of powers of named quantities and one square root; what a coefficient multiplies.
struct Monomial: Hashable, Comparable {
    /// Exponents by name; none is 0.
    var powers: [String: Int] = [:]
    /// The number under the square root: free of squares, 1 for none.
    var radicand: Int128 = 1

    static let one = Monomial()

    static func named(_ name: String) -> Monomial { Monomial(powers: [name: 1]) }

    /// The same for equal monomials and different for others.
    var spelling: String {
        let names = powers.sorted { $0.key < $1.key }.map { "\($0.key)^\($0.value)" }
        return ([radicand == 1 ? "" : "√\(radicand)"] + names).joined(separator: "·")
    }

    static func < (one: Monomial, other: Monomial) -> Bool { one.spelling < other.spelling }
}

/// A sum of monomials with exact coefficients.
struct Polynomial: Hashable {
    /// No coefficient is 0.
    private(set) var terms: [Monomial: Rational] = [:]

    static let zero = Polynomial()
    static let one = Polynomial(.one)

    init() {}

    init(_ value: Rational) {
        if value != .zero { terms[.one] = value }
    }

    init(_ monomial: Monomial, times coefficient: Rational = .one) {
        if coefficient != .zero { terms[monomial] = coefficient }
    }

    /// The value if there is no quantity and no root in it.
    var rational: Rational? {
        if terms.isEmpty { return .zero }
        return terms.count == 1 ? terms[.one] : nil
    }

    var isZero: Bool { terms.isEmpty }

    /// Equal polynomials have equal spellings.
    var spelling: String {
        terms.sorted { $0.key < $1.key }.map { "\($0.value)(\($0.key.spelling))" }
            .joined(separator: "+")
    }

    /// The polynomial over the coefficient of its first term, so that multiples are equal.
    var monic: Polynomial? {
        guard let first = terms.min(by: { $0.key < $1.key }) else { return self }
        return first.value.inverse.flatMap { self * Polynomial($0) }
    }

    static func + (one: Polynomial, other: Polynomial) -> Polynomial? {
        var sum = one
        for (monomial, coefficient) in other.terms {
            guard sum.add(coefficient, monomial) else { return nil }
        }
        return sum
    }

    static func * (one: Polynomial, other: Polynomial) -> Polynomial? {
        var product = Polynomial()
        for (left, leftCoefficient) in one.terms {
            for (right, rightCoefficient) in other.terms {
                guard let (monomial, factor) = multiply(left, right),
                    let coefficient = leftCoefficient * rightCoefficient,
                    let scaled = coefficient * factor, product.add(scaled, monomial)
                else { return nil }
            }
        }
        return product
    }

    private mutating func add(_ coefficient: Rational, _ monomial: Monomial) -> Bool {
        guard let sum = (terms[monomial] ?? .zero) + coefficient else { return false }
        terms[monomial] = sum == .zero ? nil : sum
        return terms.count <= DataLimits.termCount
    }

    /// A product of monomials, and the number that its roots and powers of i leave.
    private static func multiply(_ one: Monomial, _ other: Monomial) -> (Monomial, Rational)? {
        var powers = one.powers
        for (name, exponent) in other.powers {
            let sum = (powers[name] ?? 0) + exponent
            guard sum.magnitude <= DataLimits.exponent else { return nil }
            powers[name] = sum == 0 ? nil : sum
        }
        // Both are free of squares, so that only what they share leaves the root.
        let shared = Rational.greatestCommonDivisor(one.radicand, other.radicand)
        let (inside, isOver) = (one.radicand / shared)
            .multipliedReportingOverflow(by: other.radicand / shared)
        guard !isOver else { return nil }
        var factor = Rational(shared)
        if let power = powers["i"], power < 0 || power > 1 {
            // i² = −1, so that only i itself stays.
            let reduced = (power % 4 + 4) % 4
            powers["i"] = reduced % 2 == 0 ? nil : 1
            if reduced >= 2 { factor = Rational(-shared) }
        }
        return (Monomial(powers: powers, radicand: inside), factor)
    }
}

/// Integer roots.
enum Roots {
    /// Divisors tried: with them, numbers up to their square are reduced in full.
    private static let largestDivisor: Int128 = 10_000

    /// `value` = outside^degree · inside, with an inside free of such powers; nil if unknown.
    static func reduce(_ value: Int128, degree: Int) -> (outside: Int128, inside: Int128)? {
        guard value > 0 else { return value == 0 ? (0, 1) : nil }
        var (outside, inside, rest): (Int128, Int128, Int128) = (1, 1, value)
        var divisor: Int128 = 2
        while divisor <= rest / divisor, divisor <= largestDivisor {
            var count = 0
            while rest % divisor == 0 {
                rest /= divisor
                count += 1
            }
            for _ in 0..<(count / degree) { outside *= divisor }
            for _ in 0..<(count % degree) { inside *= divisor }
            divisor += 1
        }
        // What is left has no divisor up to the bound: it is prime below the bound's square.
        guard rest <= largestDivisor * largestDivisor else { return nil }
        return (outside, inside * rest)
    }
}
