/// Reads one expression, exactly.
///
/// Sums of products of powers; a number before a fraction of numbers is a mixed number, factors
/// that stand side by side are multiplied. Nil is answered where anything is not understood.
struct ExpressionParser {
    private var tokens: [MathToken]
    private var position = 0
    private var depth = 0

    static func value(of tokens: some Collection<MathToken>) -> Quotient? {
        var parser = ExpressionParser(tokens: Array(tokens))
        guard !parser.tokens.isEmpty, let value = parser.sum(),
            parser.position == parser.tokens.count
        else { return nil }
        return value
    }

    private init(tokens: [MathToken]) { self.tokens = tokens }

    private var next: MathToken? { position < tokens.count ? tokens[position] : nil }

    private mutating func take(_ token: MathToken) -> Bool {
        guard next == token else { return false }
        position += 1
        return true
    }

    private mutating func sum() -> Quotient? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= DataLimits.answerDepth else { return nil }
        guard var total = signedProduct() else { return nil }
        while next == .symbol("+") || next == .symbol("-") {
            guard let term = signedProduct(), let sum = total + term else { return nil }
            total = sum
        }
        return total
    }

    private mutating func signedProduct() -> Quotient? {
        var isNegative = false
        while true {
            if take(.symbol("-")) {
                isNegative.toggle()
            } else if !take(.symbol("+")) {
                break
            }
        }
        let value = product()
        return isNegative ? value?.negated : value
    }

    private mutating func product() -> Quotient? {
        guard var value = mixedNumber() ?? power() else { return nil }
        while let token = next {
            switch token {
            case .symbol("*"), .symbol("/"):
                position += 1
                guard let factor = signedPower(),
                    let result = token == .symbol("*") ? value * factor : value / factor
                else { return nil }
                value = result
            case .number: return nil
            case .letter, .command, .symbol("("), .symbol("{"), .symbol("["):
                guard let factor = power(), let result = value * factor else { return nil }
                value = result
            default: return value
            }
        }
        return value
    }

    /// A factor after an operator may have a sign of its own: `2 \cdot -3`.
    private mutating func signedPower() -> Quotient? {
        take(.symbol("-")) ? power()?.negated : power()
    }

    /// `3\frac{1}{2}` or `3 1/2`.
    private mutating func mixedNumber() -> Quotient? {
        guard case .number(let text)? = next, let whole = Rational(decimal: text),
            whole.isInteger
        else { return nil }
        let start = position
        position += 1
        if let fraction = fractionOfNumbers(), let sum = whole + fraction {
            return Quotient(Polynomial(sum))
        }
        position = start
        return nil
    }

    private mutating func fractionOfNumbers() -> Rational? {
        if take(.command("frac")) {
            guard let above = argument()?.rational, let below = argument()?.rational else {
                return nil
            }
            return above / below
        }
        guard case .number(let above)? = next, position + 2 < tokens.count,
            tokens[position + 1] == .symbol("/"), case .number(let below) = tokens[position + 2],
            let one = Rational(decimal: above), let other = Rational(decimal: below)
        else { return nil }
        position += 3
        return one / other
    }

    private mutating func power() -> Quotient? {
        guard var value = atom() else { return nil }
        while let token = next {
            if token == .symbol("^") {
                position += 1
                guard let exponent = exponent(), let result = value.power(exponent) else {
                    return nil
                }
                value = result
            } else if token == .symbol("!"), let result = factorial(of: value) {
                position += 1
                value = result
            } else {
                break
            }
        }
        return value
    }

    private mutating func exponent() -> Quotient? {
        if next == .symbol("{") { return atom() }
        return signedPower()
    }

    private mutating func atom() -> Quotient? {
        guard let token = next else { return nil }
        switch token {
        case .number(let text):
            position += 1
            return number(text)
        case .letter(let name):
            position += 1
            return variable(name)
        case .command(let name):
            position += 1
            return construct(name)
        case .symbol("("): return enclosed(by: ")")
        case .symbol("["): return enclosed(by: "]")
        case .symbol("{"): return enclosed(by: "}")
        case .symbol("|"):
            guard let value = enclosed(by: "|") else { return nil }
            guard let rational = value.rational else { return .named("|\(value.spelling)|") }
            return rational.numerator < 0 ? value.negated : value
        default: return nil
        }
    }

    private mutating func enclosed(by close: Character) -> Quotient? {
        position += 1
        guard let value = sum(), take(.symbol(close)) else { return nil }
        return value
    }

    /// A number; with a base, `21_3`, it is a name, and with `\overline` it goes on forever.
    private mutating func number(_ text: String) -> Quotient? {
        if take(.symbol("_")) {
            guard let base = argument() else { return nil }
            return .named("\(text)_\(base.spelling)")
        }
        guard let value = Rational(decimal: text) else { return nil }
        guard text.contains("."), next == .command("overline") else {
            return Quotient(Polynomial(value))
        }
        position += 1
        guard take(.symbol("{")), case .number(let period)? = next else { return nil }
        position += 1
        let places = text.split(separator: ".", omittingEmptySubsequences: false)[1].count
        // 0.1\overline{6}: 16 and 6 over 90 are what the digits repeat.
        guard take(.symbol("}")), let digits = Rational(decimal: period),
            let nines = Rational(10).power(period.count).flatMap({ $0 + Rational(-1) }),
            let scale = Rational(10).power(places), let below = nines * scale,
            let rest = digits / below, let sum = value + rest
        else { return nil }
        return Quotient(Polynomial(sum))
    }

    private mutating func variable(_ name: String) -> Quotient? {
        var name = name
        if take(.symbol("_")) {
            guard let index = argument() else { return nil }
            name += "_\(index.spelling)"
        }
        while take(.symbol("'")) { name += "'" }
        return .named(name)
    }

    private mutating func construct(_ name: String) -> Quotient? {
        switch name {
        case "frac":
            guard let above = argument(), let below = argument() else { return nil }
            return above / below
        case "sqrt":
            var degree = 2
            if next == .symbol("[") {
                guard let index = enclosed(by: "]")?.integer else { return nil }
                degree = index
            }
            return argument()?.root(degree)
        case "binom":
            guard let above = argument(), let below = argument() else { return nil }
            return binomial(above, below)
        case "overline", "mathbb", "mathcal":
            return argument().map { .named("\(name)(\($0.spelling))") }
        default: return function(name)
        }
    }

    /// `\sin x`, `\log_2 8`: a name for the function of its argument.
    private mutating func function(_ name: String) -> Quotient? {
        var name = name
        if take(.symbol("_")) {
            guard let base = argument() else { return nil }
            name += "_\(base.spelling)"
        }
        var exponent: Quotient?
        if take(.symbol("^")) {
            exponent = self.exponent()
            guard exponent != nil else { return nil }
        }
        guard let argument = functionArgument() else { return nil }
        let value = Quotient.named("\(name)(\(argument.spelling))")
        return exponent.map { value.power($0) } ?? value
    }

    /// Factors up to the next sign or function: `\sin 2x`.
    private mutating func functionArgument() -> Quotient? {
        if next == .symbol("(") || next == .symbol("{") { return atom() }
        guard var value = power() else { return nil }
        while case .letter? = next {
            guard let factor = power(), let result = value * factor else { return nil }
            value = result
        }
        return value
    }

    /// What a command takes: a group in braces, or one sign, of a number one digit.
    private mutating func argument() -> Quotient? {
        guard case .number(let text)? = next, text.count > 1 else { return atom() }
        tokens[position] = .number(String(text.dropFirst()))
        return Rational(decimal: text.prefix(1)).map { Quotient(Polynomial($0)) }
    }

    private func factorial(of value: Quotient) -> Quotient? {
        guard let count = value.integer, (0...33).contains(count) else {
            return .named("\(value.spelling)!")
        }
        return Quotient(Polynomial(Rational((1...Int128(max(count, 1))).reduce(1, *))))
    }

    private func binomial(_ above: Quotient, _ below: Quotient) -> Quotient? {
        guard let count = above.integer, let chosen = below.integer, (0...60).contains(count),
            (0...count).contains(chosen)
        else { return .named("binom(\(above.spelling),\(below.spelling))") }
        // Each partial product is a binomial coefficient, so that divisions leave nothing.
        let value = (0..<Int128(chosen)).reduce(Int128(1)) { $0 * (Int128(count) - $1) / ($1 + 1) }
        return Quotient(Polynomial(Rational(value)))
    }
}
