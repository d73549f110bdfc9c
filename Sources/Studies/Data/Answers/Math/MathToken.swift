/// One sign of an answer in LaTeX or in plain text.
enum MathToken: Hashable {
    /// Digits, with a decimal point or without.
    case number(String)
    /// A variable or constant: a Latin letter, or a Greek one by name.
    case letter(String)
    /// A command with arguments, by name: `frac`, `sqrt`, `sin`.
    case command(String)
    /// One of `+ - * / ^ _ ( ) [ ] { } | ! ' , ; : &`.
    case symbol(Character)
    /// An opening or closing brace of a set, `\{` and `\}`.
    case setBrace(isOpening: Bool)
    /// `=`, `<`, `≤`, `>`, `≥`, `≠`, `∈`.
    case relation(Character)
    /// Words.
    case text(String)
    /// A new row of a matrix.
    case row
    case begin(String)
    case end(String)
    /// `∪` of intervals.
    case union
    /// `±` and `∓`.
    case plusMinus
}

/// Takes an answer apart into signs.
struct MathLexer {
    private let characters: [Character]
    private var position = 0
    private var tokens: [MathToken] = []

    /// The signs of a text, or nil where one is unknown.
    static func tokens(of text: String) -> [MathToken]? {
        guard text.utf8.count <= DataLimits.answerByteCount else { return nil }
        var lexer = MathLexer(Array(cleaned(text)))
        while lexer.position < lexer.characters.count {
            guard lexer.step() else { return nil }
        }
        return lexer.tokens
    }

    private init(_ characters: [Character]) { self.characters = characters }

    /// Removes what has no meaning: dollar signs, separators within numbers, a final full stop.
    private static func cleaned(_ text: String) -> String {
        var text = text.trimmed
        for (old, new) in [
            (",\\!", ""), ("{,}", ""), ("\\!", ""), ("\\$", ""), ("$", ""), ("\\%", ""),
            ("%", ""), ("^{\\circ}", ""), ("^\\circ", ""), ("°", ""), ("\\degree", ""),
            ("\\\\", "\u{1}"), ("\\(", ""), ("\\)", ""),
        ] { text = text.replacing(old, with: new) }
        while let last = text.last, ".,;".contains(last) || last.isWhitespace { text.removeLast() }
        return text
    }

    private mutating func step() -> Bool {
        let character = characters[position]
        if character.isWhitespace || character == "~" {
            position += 1
        } else if character.isDigit || character == "." {
            return number()
        } else if character == "\\" {
            return command()
        } else if character.isLetter {
            letters()
        } else {
            position += 1
            guard let token = Self.symbols[character] else { return false }
            tokens.append(token)
        }
        return true
    }

    private mutating func number() -> Bool {
        var text = digits()
        // Within brackets a comma separates elements.
        if (1...3).contains(text.count), !isInBrackets {
            while isGroupNext {
                position += 1
                text += digits()
            }
        }
        if position < characters.count, characters[position] == "." {
            position += 1
            text += "." + digits()
        }
        guard text != "." else { return false }
        tokens.append(.number(text))
        return true
    }

    /// Whether a comma, three digits and no fourth come next.
    private var isGroupNext: Bool {
        position < characters.count && characters[position] == ","
            && characters[(position + 1)...].prefix(while: \.isDigit).count == 3
    }

    private var isInBrackets: Bool {
        let depth = tokens.reduce(0) { depth, token in
            switch token {
            case .symbol("("), .symbol("["), .setBrace(isOpening: true): depth + 1
            case .symbol(")"), .symbol("]"), .setBrace(isOpening: false): depth - 1
            default: depth
            }
        }
        return depth > 0
    }

    private mutating func digits() -> String {
        let start = position
        while position < characters.count, characters[position].isDigit { position += 1 }
        return String(characters[start..<position])
    }

    private mutating func letters() {
        let start = position
        while position < characters.count, characters[position].isLetter { position += 1 }
        let word = String(characters[start..<position])
        if let token = MathWords.plain(word) {
            tokens.append(token)
        } else {
            tokens += word.map { .letter($0 == "π" ? "pi" : String($0)) }
        }
    }

    private mutating func command() -> Bool {
        position += 1
        guard position < characters.count else { return false }
        guard characters[position].isLetter else {
            let sign = characters[position]
            position += 1
            switch sign {
            case "{": tokens.append(.setBrace(isOpening: true))
            case "}": tokens.append(.setBrace(isOpening: false))
            case "|": tokens.append(.symbol("|"))
            case ",", ";", ":", ">", " ", "[", "]": break
            default: return false
            }
            return true
        }
        let start = position
        while position < characters.count, characters[position].isASCIILetter { position += 1 }
        return named(String(characters[start..<position]))
    }

    private mutating func named(_ name: String) -> Bool {
        if MathWords.ignored.contains(name) { return true }
        if MathWords.texts.contains(name) {
            guard let text = group() else { return false }
            tokens.append(MathWords.joiners.contains(text.trimmed) ? .symbol(",") : .text(text))
        } else if name == "begin" || name == "end" {
            guard let text = group() else { return false }
            tokens.append(name == "begin" ? .begin(text) : .end(text))
        } else if let token = MathWords.commands[name] {
            tokens.append(token)
        } else if MathWords.functions.contains(name) || MathWords.constructs.contains(name) {
            tokens.append(.command(name))
        } else {
            guard MathWords.greek.contains(name) else { return false }
            tokens.append(.letter(name))
        }
        return true
    }

    /// What stands in the braces that come next.
    private mutating func group() -> String? {
        while position < characters.count, characters[position] == " " { position += 1 }
        guard position < characters.count, characters[position] == "{" else { return nil }
        var depth = 0
        let start = position + 1
        while position < characters.count {
            if characters[position] == "{" { depth += 1 }
            if characters[position] == "}" { depth -= 1 }
            position += 1
            if depth == 0 { return String(characters[start..<(position - 1)]) }
        }
        return nil
    }

    private static let symbols: [Character: MathToken] = {
        var table: [Character: MathToken] = [:]
        for character in "+-*/^_()[]{}|!',;:&" { table[character] = .symbol(character) }
        for character in "=<>≤≥≠∈" { table[character] = .relation(character) }
        table["−"] = .symbol("-")
        table["–"] = .symbol("-")
        table["×"] = .symbol("*")
        table["·"] = .symbol("*")
        table["÷"] = .symbol("/")
        table["√"] = .command("sqrt")
        table["∞"] = .letter("infty")
        table["∅"] = .letter("emptyset")
        table["∪"] = .union
        table["±"] = .plusMinus
        table["\u{1}"] = .row
        return table
    }()
}

extension Character {
    fileprivate var isDigit: Bool { isASCII && isNumber }
    fileprivate var isASCIILetter: Bool { isASCII && isLetter }
}
