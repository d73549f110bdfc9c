/// A polynomial over another: the exact value of an expression.
///
/// Two are equal if the cross products are, so that nothing has to be cancelled.
struct Quotient {
    let numerator: Polynomial
    let denominator: Polynomial

    init(_ numerator: Polynomial, over denominator: Polynomial = .one) {
        self.numerator = numerator
        self.denominator = denominator
    }

    static func named(_ name: String) -> Quotient { Quotient(Polynomial(.named(name))) }

    var rational: Rational? {
        guard let above = numerator.rational, let below = denominator.rational else { return nil }
        return above / below
    }

    var integer: Int? {
        rational.flatMap { $0.isInteger ? Int(exactly: $0.numerator) : nil }
    }

    /// Names the value within another one, such as the argument of a function.
    var spelling: String {
        if let rational { return rational.description }
        return "(\(numerator.spelling))/(\(denominator.spelling))"
    }

    static func areEqual(_ one: Quotient, _ other: Quotient) -> Bool {
        guard let left = one.numerator * other.denominator,
            let right = other.numerator * one.denominator
        else { return false }
        return left == right
    }

    static func + (one: Quotient, other: Quotient) -> Quotient? {
        guard let left = one.numerator * other.denominator,
            let right = other.numerator * one.denominator, let sum = left + right,
            let below = one.denominator * other.denominator
        else { return nil }
        return Quotient(sum, over: below)
    }

    static func * (one: Quotient, other: Quotient) -> Quotient? {
        guard let above = one.numerator * other.numerator,
            let below = one.denominator * other.denominator
        else { return nil }
        return Quotient(above, over: below)
    }

    static func / (one: Quotient, other: Quotient) -> Quotient? {
        guard !other.numerator.isZero else { return nil }
        return one * Quotient(other.denominator, over: other.numerator)
    }

    var negated: Quotient? {
        (numerator * Polynomial(Rational(-1))).map { Quotient($0, over: denominator) }
    }

    func power(_ exponent: Quotient) -> Quotient? {
        guard let whole = exponent.integer else {
            if let half = exponent.rational, half.denominator <= 16,
                let base = power(Quotient(Polynomial(Rational(half.numerator))))
            {
                return base.root(Int(half.denominator))
            }
            return .named("\(spelling)^\(exponent.spelling)")
        }
        guard whole.magnitude <= DataLimits.exponent else {
            return .named("\(spelling)^\(whole)")
        }
        var result: Quotient? = Quotient(.one)
        for _ in 0..<whole.magnitude { result = result.flatMap { $0 * self } }
        guard whole < 0, let positive = result else { return result }
        return Quotient(.one) / positive
    }

    /// A root; exact for fractions, named where it cannot be reduced.
    func root(_ degree: Int) -> Quotient? {
        guard let value = rational, (2...16).contains(degree) else {
            return .named("root\(degree)(\(spelling))")
        }
        if value == .zero { return self }
        if value.numerator < 0 { return negativeRoot(degree) }
        // ⁿ√(p/q) = ⁿ√(p·qⁿ⁻¹) / q.
        guard let power = Rational(value.denominator).power(degree - 1),
            let inside = Rational(value.numerator) * power,
            let reduced = Roots.reduce(inside.numerator, degree: degree),
            let factor = Rational(reduced.outside, over: value.denominator)
        else { return .named("root\(degree)(\(spelling))") }
        if degree == 2 {
            return Quotient(Polynomial(Monomial(radicand: reduced.inside), times: factor))
        }
        let rest = reduced.inside == 1 ? Monomial.one : .named("root\(degree)(\(reduced.inside))")
        return Quotient(Polynomial(rest, times: factor))
    }

    private func negativeRoot(_ degree: Int) -> Quotient? {
        guard let positive = negated?.root(degree) else { return nil }
        if !degree.isMultiple(of: 2) { return positive.negated }
        return degree == 2 ? positive * .named("i") : .named("root\(degree)(\(spelling))")
    }
}
