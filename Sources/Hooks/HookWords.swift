/// Splits the text spelling into statements of words.
///
/// Words are separated by blanks; blanks inside brackets, parentheses and quotes, and after a
/// comma, do not separate, so `L3N1, 5, 9` is one word. A statement ends at a line end or `;`.
/// `#` at the start of a word begins a comment that ends with the line.
struct HookWords {
    struct Statement: Equatable {
        var words: [String]
        /// Line on which the statement begins, counted from 1.
        var line: Int
    }

    private(set) var statements: [Statement] = []
    private var words: [String] = []
    private var word: [UInt8] = []
    private var openers: [UInt8] = []
    private var isQuoted = false
    private var line = 1
    private var statementLine = 1

    /// - Throws: `HookError.syntax` for brackets or quotes that do not pair, `.overLimit`.
    static func split(_ text: String) throws(HookError) -> [Statement] {
        guard text.utf8.count <= HookLimits.planByteCount else {
            throw .overLimit(
                what: "hook text in bytes", count: text.utf8.count,
                limit: HookLimits.planByteCount)
        }
        var splitter = HookWords()
        var isComment = false
        var isEscaped = false
        for byte in text.utf8 {
            if isComment, byte != 0x0A { continue }
            isComment = false
            if splitter.isQuoted {
                splitter.word.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    splitter.isQuoted = false
                }
                if byte == 0x0A { splitter.line += 1 }
            } else if byte == UInt8(ascii: "#"), splitter.word.isEmpty {
                isComment = true
            } else {
                try splitter.take(byte)
            }
        }
        try splitter.finish()
        return splitter.statements
    }

    private mutating func take(_ byte: UInt8) throws(HookError) {
        switch byte {
        case 0x0A, UInt8(ascii: ";"):
            if openers.isEmpty, byte != 0x0A || word.last != UInt8(ascii: ",") { endStatement() }
            if byte == 0x0A { line += 1 }
        case 0x20, 0x09, 0x0D:
            if openers.isEmpty, word.last != UInt8(ascii: ",") { endWord() }
        default:
            if words.isEmpty, word.isEmpty { statementLine = line }
            word.append(byte)
            try balance(byte)
        }
    }

    /// Keeps the stack of open brackets.
    private mutating func balance(_ byte: UInt8) throws(HookError) {
        switch byte {
        case UInt8(ascii: "\""): isQuoted = true
        case UInt8(ascii: "["), UInt8(ascii: "("): openers.append(byte)
        case UInt8(ascii: "]"), UInt8(ascii: ")"):
            let opener = byte == UInt8(ascii: "]") ? UInt8(ascii: "[") : UInt8(ascii: "(")
            guard openers.popLast() == opener else {
                throw unpaired("no opening bracket before this closing one")
            }
        default: break
        }
    }

    private mutating func endWord() {
        guard !word.isEmpty else { return }
        words.append(String(decoding: word, as: UTF8.self))
        word = []
    }

    private mutating func endStatement() {
        endWord()
        if !words.isEmpty { statements.append(Statement(words: words, line: statementLine)) }
        words = []
    }

    private mutating func finish() throws(HookError) {
        guard openers.isEmpty else { throw unpaired("a closing bracket") }
        guard !isQuoted else { throw unpaired("a closing quote") }
        endStatement()
    }

    private func unpaired(_ expected: String) -> HookError {
        .within(
            "line \(line)",
            .syntax(found: String(decoding: word, as: UTF8.self), expected: expected))
    }
}
