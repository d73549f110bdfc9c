/// Names that answers use, and what each means.
enum MathWords {
    /// Layout, without meaning.
    static let ignored: Set<String> = [
        "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "quad",
        "qquad", "displaystyle", "textstyle", "limits", "circ", "boxed",
    ]

    /// Commands whose argument is words.
    static let texts: Set<String> = [
        "text", "textbf", "textit", "textrm", "mathrm", "mbox", "mathbf", "operatorname",
        "textnormal",
    ]

    /// Words between the elements of a list.
    static let joiners: Set<String> = ["and", "or", ", and", ", or", "and/or"]

    static let functions: Set<String> = [
        "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "log", "ln", "exp",
    ]

    static let constructs: Set<String> = ["frac", "sqrt", "binom", "overline", "mathbb", "mathcal"]

    static let greek: Set<String> = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
        "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi",
        "omega", "Gamma", "Delta", "Theta", "Lambda", "Pi", "Sigma", "Phi", "Psi", "Omega",
        "varepsilon", "varphi", "infty", "emptyset", "ell",
    ]

    static let commands: [String: MathToken] = [
        "dfrac": .command("frac"), "tfrac": .command("frac"), "cfrac": .command("frac"),
        "dbinom": .command("binom"), "tbinom": .command("binom"),
        "times": .symbol("*"), "cdot": .symbol("*"), "ast": .symbol("*"), "div": .symbol("/"),
        "le": .relation("≤"), "leq": .relation("≤"), "leqslant": .relation("≤"),
        "ge": .relation("≥"), "geq": .relation("≥"), "geqslant": .relation("≥"),
        "lt": .relation("<"), "gt": .relation(">"), "ne": .relation("≠"), "neq": .relation("≠"),
        "in": .relation("∈"), "cup": .union, "pm": .plusMinus, "mp": .plusMinus,
        "lbrace": .setBrace(isOpening: true), "rbrace": .setBrace(isOpening: false),
        "lvert": .symbol("|"), "rvert": .symbol("|"), "vert": .symbol("|"),
        "langle": .symbol("("), "rangle": .symbol(")"), "prime": .symbol("'"),
        "varnothing": .letter("emptyset"), "lparen": .symbol("("), "rparen": .symbol(")"),
    ]

    /// Units that are written without `\text`.
    private static let units: Set<String> = [
        "cm", "mm", "km", "ft", "inch", "inches", "foot", "feet", "mile", "miles", "meter",
        "meters", "metre", "metres", "unit", "units", "sq", "square", "cubic", "degree", "degrees",
        "dollar", "dollars", "cent", "cents", "minute", "minutes", "hour", "hours", "second",
        "seconds", "day", "days", "week", "weeks", "month", "months", "year", "years", "percent",
        "mph", "kg", "lb", "lbs", "oz",
    ]

    /// What a run of Latin letters means as a whole; nil where each letter is a variable.
    static func plain(_ word: String) -> MathToken? {
        let lower = word.lowercased()
        if joiners.contains(lower) { return .symbol(",") }
        if functions.contains(word) || word == "sqrt" { return .command(word) }
        if lower == "pi" { return .letter("pi") }
        if lower == "infinity" || lower == "inf" { return .letter("infty") }
        // Products of four or more variables are not written as one word; names are.
        return units.contains(lower) || word.count > 3 ? .text(word) : nil
    }
}
