internal import StrictJSON

extension TextTokenizer {
    /// The text of tokens.
    ///
    /// - Parameters:
    ///   - ids: Tokens in order.
    ///   - skipSpecial: Whether to leave out special tokens (beginning of text and the like).
    /// - Returns: The text; bytes that are not UTF-8 are shown as U+FFFD, one for each maximal
    ///   ill-formed part (where the reference gives up the whole run of byte tokens, this keeps
    ///   the characters in it that are whole).
    /// - Throws: `TokenizerError.idOutOfRange` if there is no such id.
    public func decode(
        _ ids: [Int32], skipSpecial: Bool = true
    ) throws(TokenizerError) -> String {
        var assembler = TextAssembler(tables, skipsSpecial: skipSpecial)
        for id in ids {
            guard contains(id) else {
                throw .idOutOfRange(
                    what: "a token id", id: Int(id), vocabularyCount: vocabularyCount)
            }
            assembler.append(id)
        }
        return assembler.finish()
    }

    /// Decodes tokens one at a time, as they are generated.
    ///
    /// All texts returned, together, are what `decode` returns for all tokens at once. A character
    /// of which only some bytes have come is held back until it is complete.
    public struct StreamDecoder: Sendable {
        private let tokenizer: TextTokenizer
        private var assembler: TextAssembler

        /// Starts a stream; special tokens are left out.
        ///
        /// - Parameters:
        ///   - tokenizer: The tokenizer.
        ///   - prompt: What the stream continues: its text is not returned, but a space that only
        ///     the start of a text loses is kept then. Without it the stream is a text of its own.
        public init(_ tokenizer: TextTokenizer, after prompt: [Int32]?) {
            self.tokenizer = tokenizer
            assembler = TextAssembler(tokenizer.tables, skipsSpecial: true)
            for id in prompt ?? [] { _ = append(id) }
        }

        /// The text that the token completes; empty for an id without token.
        public mutating func append(_ id: Int32) -> String {
            guard tokenizer.contains(id) else { return "" }
            assembler.append(id)
            return assembler.takeSettledText()
        }

        /// What was held back; incomplete characters are shown as U+FFFD.
        public mutating func finish() -> String { assembler.finish() }
    }
}

/// Joins the bytes of tokens, and says how much of the text can no longer change.
struct TextAssembler: Sendable {
    private let tables: TokenizerTables
    private let skipsSpecial: Bool
    private var pending: [UInt8] = []
    private var isFirstToken = true
    /// Strips of the start still to be done; the first of them is under way.
    private var startStrips: [TextAssembly.Strip]

    init(_ tables: TokenizerTables, skipsSpecial: Bool) {
        self.tables = tables
        self.skipsSpecial = skipsSpecial
        startStrips = tables.assembly.startStrips.reversed()
    }

    /// Adds a token, which must be in the vocabulary.
    mutating func append(_ id: Int32) {
        if skipsSpecial, tables.isSpecial[Int(id)] { return }
        let assembly = tables.assembly
        if !isFirstToken { pending += assembly.separator }
        if isFirstToken, assembly.droppedInFirst != nil {
            let name = tables.specification.names[Int(id)]
            pending += assembly.piece(name, id: Int(id), isFirst: true)
        } else {
            pending += tables.pieces[Int(id)]
        }
        isFirstToken = false
        stripStart()
    }

    /// Takes the text that later tokens cannot change.
    mutating func takeSettledText() -> String {
        guard startStrips.isEmpty else { return "" }
        let kept = max(
            UTF8Check.incompleteSuffixLength(pending[...]), strippableSuffixLength)
        let settled = pending.count - kept
        defer { pending.removeFirst(settled) }
        return String(decoding: pending[..<settled], as: UTF8.self)
    }

    /// Takes the rest of the text.
    mutating func finish() -> String {
        var rest = pending[...]
        for strip in tables.assembly.endStrips {
            rest = rest.stripped(strip.content, start: 0, stop: strip.count)
        }
        pending = []
        return String(decoding: rest, as: UTF8.self)
    }

    /// Removes what the start of the text is to lose, as far as the bytes at hand decide it.
    private mutating func stripStart() {
        while let strip = startStrips.last {
            if strip.count > 0, pending.starts(with: strip.content) {
                pending.removeFirst(strip.content.count)
                startStrips[startStrips.count - 1].count -= 1
            } else if strip.count > 0, strip.content.starts(with: pending) {
                return  // Not enough bytes yet to tell.
            } else {
                startStrips.removeLast()
            }
        }
    }

    /// How many bytes at the end a strip of the end might still remove.
    private var strippableSuffixLength: Int {
        var rest = pending[...]
        for strip in tables.assembly.endStrips.reversed() {
            rest = rest.dropLast(min(rest.count, strip.content.count * strip.count))
        }
        // The cut may not lie within a character.
        while let last = rest.last, rest.count < pending.count, last >= 0x80 { rest.removeLast() }
        return pending.count - rest.count
    }
}
