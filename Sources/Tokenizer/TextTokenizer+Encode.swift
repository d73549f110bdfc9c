internal import StrictJSON

extension TextTokenizer {
    /// The tokens of a text.
    ///
    /// - Parameters:
    ///   - text: At most `TokenizerLimits.textByteCount` bytes of UTF-8.
    ///   - addSpecial: Whether to put the tokens before and after that the model asks for.
    ///   - parseSpecial: Whether special tokens written in the text become their ids; if not, they
    ///     are text like any other. Added tokens that are not special are always recognised.
    /// - Returns: The ids. A character that the vocabulary cannot spell becomes the unknown token,
    ///   or nothing if the model has none.
    public func encode(
        _ text: String, addSpecial: Bool = true, parseSpecial: Bool = true
    ) -> [Int32] {
        let bytes = Array(text.utf8)
        precondition(bytes.count <= TokenizerLimits.textByteCount, "the text is too long")
        return encode(valid: bytes, addSpecial: addSpecial, parseSpecial: parseSpecial)
    }

    /// The tokens of a text given as bytes.
    ///
    /// - Throws: `TokenizerError.invalidUTF8` with the offset, or `.limitExceeded`.
    public func encode(
        bytes: [UInt8], addSpecial: Bool, parseSpecial: Bool
    ) throws(TokenizerError) -> [Int32] {
        try TokenizerSpecification.check(
            bytes.count, "the length of the text", TokenizerLimits.textByteCount)
        if let offset = UTF8Check.firstInvalidOffset(in: bytes) {
            throw .invalidUTF8(offset: offset)
        }
        return encode(valid: bytes, addSpecial: addSpecial, parseSpecial: parseSpecial)
    }

    private func encode(valid text: [UInt8], addSpecial: Bool, parseSpecial: Bool) -> [Int32] {
        var encoder = TextEncoder(tables)
        encoder.ids.reserveCapacity(text.count / 3)
        if addSpecial { encoder.ids += tables.specification.prefix }
        encoder.encode(sectionsOf: text, isAtStart: true, parseSpecial: parseSpecial)
        if addSpecial { encoder.ids += tables.specification.suffix }
        return encoder.ids
    }
}

/// One encoding in progress: the ids so far, and storage reused from piece to piece.
struct TextEncoder {
    /// The ids so far.
    var ids: [Int32] = []

    private let tables: TokenizerTables
    private var queue = MergeQueue()
    private var spelling: [UInt8] = []
    /// Unknown characters not yet written, as an end in bytes; nil for none.
    private var pendingUnknown: Range<Int>?

    init(_ tables: TokenizerTables) {
        self.tables = tables
    }

    /// Encodes a text: added tokens, and what lies between them.
    mutating func encode(sectionsOf text: [UInt8], isAtStart: Bool, parseSpecial: Bool) {
        for section in tables.rawMatcher.sections(of: text, parseSpecial: parseSpecial) {
            if let token = section.token {
                ids.append(token)
            } else {
                encode(
                    Array(text[section.range]),
                    isAtStart: isAtStart && section.range.lowerBound == 0,
                    parseSpecial: parseSpecial)
            }
        }
    }

    /// Encodes a stretch of text between added tokens that are not normalized.
    mutating func encode(_ text: [UInt8], isAtStart: Bool, parseSpecial: Bool) {
        let normalized = tables.specification.normalizer.reduce(text) { $1.apply(to: $0) }
        guard !tables.normalizedMatcher.isEmpty else {
            encode(pieces: normalized, isAtStart: isAtStart)
            return
        }
        let sections = tables.normalizedMatcher.sections(
            of: normalized, parseSpecial: parseSpecial)
        for section in sections {
            if let token = section.token {
                ids.append(token)
            } else {
                encode(
                    pieces: Array(normalized[section.range]),
                    isAtStart: isAtStart && section.range.lowerBound == 0)
            }
        }
    }

    private mutating func encode(pieces text: [UInt8], isAtStart: Bool) {
        if let boundary = tables.wordBoundary {
            var start = 0
            while start < text.count {
                let end = boundary.endOfWord(in: text, from: start)
                encode(piece: text, start..<end)
                start = end
            }
            return
        }
        var list = PieceList(text)
        for step in tables.specification.preTokenizer {
            list.apply(step, isAtStart: isAtStart)
        }
        var start = 0
        for end in list.ends {
            if list.isByteLevel {
                spell(list.text, start..<end)
                encode(piece: spelling, 0..<spelling.count)
            } else {
                encode(piece: list.text, start..<end)
            }
            start = end
        }
    }

    /// Spells bytes in the byte alphabet.
    private mutating func spell(_ text: [UInt8], _ range: Range<Int>) {
        spelling.removeAll(keepingCapacity: true)
        let spellings = ByteAlphabet.spellings
        for index in range {
            let byte = text[index]
            if (0x21...0x7E).contains(byte) {
                spelling.append(byte)
            } else {
                spelling += spellings[Int(byte)]
            }
        }
    }

    private mutating func encode(piece text: [UInt8], _ range: Range<Int>) {
        if tables.specification.ignoresMerges, let id = tables.index.find(text, range) {
            ids.append(id)
            return
        }
        if case .unigram(let model) = tables.merges {
            append(model.parts(of: text, range), text)
            return
        }
        queue.reset()
        appendSymbols(text, range)
        switch tables.merges {
        case .unigram: break
        case .ranked(let rules):
            queue.mergeAll(by: rules, in: text)
            queue.forEach { ids.append($0.id) }
        case .scored(let rules):
            queue.mergeAll(by: rules, in: text)
            appendScored(text)
        }
    }

    /// One symbol for each character, or for each of its bytes.
    private mutating func appendSymbols(_ text: [UInt8], _ range: Range<Int>) {
        let isScored =
            switch tables.merges {
            case .scored: true
            case .ranked, .unigram: false
            }
        var position = range.lowerBound
        while position < range.upperBound {
            let (scalar, byteCount) = UTF8Check.scalar(in: text, at: position)
            let character = position..<position + byteCount
            position = character.upperBound
            if let id = token(of: scalar, text, character) {
                flushUnknown()
                queue.append(id: id, start: character.lowerBound, byteCount: byteCount)
            } else if isScored {
                // A character without a token may still be part of a longer one.
                queue.append(id: -1, start: character.lowerBound, byteCount: byteCount)
            } else {
                appendFallback(text, character)
            }
        }
        flushUnknown()
    }

    private func token(
        of scalar: Unicode.Scalar, _ text: [UInt8], _ range: Range<Int>
    ) -> Int32? {
        guard scalar.value >= tables.commonScalars.count else {
            let id = tables.commonScalars[Int(scalar.value)]
            return id < 0 ? nil : id
        }
        return tables.index.find(text, range)
    }

    /// Appends a character that is no token: as byte tokens, else as unknown, else not at all.
    private mutating func appendFallback(_ text: [UInt8], _ range: Range<Int>) {
        if canSpellBytes(text, range) {
            flushUnknown()
            for index in range {
                queue.append(
                    id: tables.byteTokens[Int(text[index])], start: index, byteCount: 1)
            }
            return
        }
        guard tables.specification.unknownID != nil else { return }
        if tables.specification.fusesUnknown, let pending = pendingUnknown {
            pendingUnknown = pending.lowerBound..<range.upperBound
        } else {
            flushUnknown()
            pendingUnknown = range
        }
    }

    private mutating func flushUnknown() {
        guard let pending = pendingUnknown, let id = tables.specification.unknownID else { return }
        queue.append(id: id, start: pending.lowerBound, byteCount: pending.count)
        pendingUnknown = nil
    }

    private func canSpellBytes(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        !tables.byteTokens.isEmpty
            && range.allSatisfy { tables.byteTokens[Int(text[$0])] >= 0 }
    }

    /// Writes the parts of a unigram model's way: bytes of what is unknown, else one unknown token
    /// for each stretch of it.
    private mutating func append(_ parts: [UnigramModel.Part], _ text: [UInt8]) {
        var followsUnknown = false
        for part in parts {
            if part.id >= 0 {
                ids.append(part.id)
            } else if canSpellBytes(text, part.range) {
                for index in part.range { ids.append(tables.byteTokens[Int(text[index])]) }
            } else if let unknown = tables.specification.unknownID, !followsUnknown {
                ids.append(unknown)
                followsUnknown = tables.specification.fusesUnknown
                continue
            } else {
                continue
            }
            followsUnknown = false
        }
    }

    /// Writes what scored merging left; characters that found no partner fall back to bytes.
    private mutating func appendScored(_ text: [UInt8]) {
        queue.forEach { symbol in
            let start = Int(symbol.start)
            let range = start..<start + Int(symbol.byteCount)
            if symbol.id >= 0 {
                ids.append(symbol.id)
            } else if canSpellBytes(text, range) {
                for index in range { ids.append(tables.byteTokens[Int(text[index])]) }
            } else if let unknown = tables.specification.unknownID {
                ids.append(unknown)
            }
        }
    }
}
