extension TokenizerSpecification {
    /// Reads a vocabulary as GGUF files describe it.
    ///
    /// What a file leaves out follows the conventions of the format: "llama" adds a beginning of
    /// text and a space before the text, "t5" the space alone; "gpt2" adds neither, except that the
    /// pre-tokenizers of Llama 3 and Tekken imply a beginning of text. A file without a
    /// pre-tokenizer's name means "default", as in llama.cpp. Some names compose canonically first,
    /// as the models' own tokenizers do (`GGUFPreTokenizer`).
    ///
    /// - Throws: `TokenizerError` if the model or pre-tokenizer is not supported, or anything in
    ///   the tables contradicts the rest.
    public init(_ vocabulary: GGUFVocabulary) throws(TokenizerError) {
        self.init()
        try Self.check(
            vocabulary.tokens.count, "tokenizer.ggml.tokens", TokenizerLimits.vocabularyCount)
        guard !vocabulary.tokens.isEmpty else { throw .emptyVocabulary }
        var byteCount = 0
        for token in vocabulary.tokens {
            byteCount += token.count
            try Self.check(
                byteCount, "the size of all tokens", TokenizerLimits.vocabularyByteCount)
            try Self.check(token.count, "the longest token", TokenizerLimits.tokenByteCount)
        }
        names = vocabulary.tokens
        try readKinds(vocabulary)
        try readSpecialIDs(vocabulary)
        readAddedTokens()
        decodesAddedTokensLiterally = true
        switch vocabulary.model {
        case "llama": try readSentencePiece(vocabulary, isUnigram: false)
        case "t5": try readSentencePiece(vocabulary, isUnigram: true)
        case "gpt2": try readByteLevel(vocabulary)
        default:
            throw .unsupported(
                component: "tokenizer.ggml.model", name: vocabulary.model,
                supported:
                    "llama (SentencePiece BPE), t5 (SentencePiece unigram), gpt2 (byte-level BPE)")
        }
        try validate()
    }

    private mutating func readKinds(_ vocabulary: GGUFVocabulary) throws(TokenizerError) {
        guard let types = vocabulary.types else {
            kinds = (0..<names.count).map { id in
                ByteToken.byte(names[id]) != nil && vocabulary.model != "gpt2" ? .byte : .normal
            }
            let special = [vocabulary.bosID, vocabulary.eosID, vocabulary.padID]
            for case let id? in special where kinds.indices.contains(id) { kinds[id] = .control }
            if let id = vocabulary.unknownID, kinds.indices.contains(id) { kinds[id] = .unknown }
            return
        }
        guard types.count == names.count else {
            throw .countMismatch(
                field: "tokenizer.ggml.token_type", count: types.count, expected: names.count)
        }
        kinds.reserveCapacity(types.count)
        for (id, type) in types.enumerated() {
            guard (1...6).contains(type), let kind = TokenKind(rawValue: UInt8(type)) else {
                throw .badValue(
                    field: "tokenizer.ggml.token_type",
                    reason: "token \(id) has the type \(type); expected 1 to 6")
            }
            if kind == .byte, ByteToken.byte(names[id]) == nil {
                throw .badByteToken(id: id, spelling: names.text(id))
            }
            kinds.append(kind)
        }
    }

    private mutating func readSpecialIDs(_ vocabulary: GGUFVocabulary) throws(TokenizerError) {
        bosID = try specialID(vocabulary.bosID, "bos")
        unknownID = try specialID(vocabulary.unknownID, "unknown")
        _ = try specialID(vocabulary.padID, "padding")
        let eosID = try specialID(vocabulary.eosID, "eos")
        readEndTokens(named: eosID)
        let addsBOS = vocabulary.addsBOS ?? Self.impliesBOS(vocabulary)
        if addsBOS {
            guard let bosID else {
                // Only a file that asks for the token in so many words contradicts itself.
                guard vocabulary.addsBOS == true else { return }
                throw .missingField(
                    "tokenizer.ggml.bos_token_id", expected: "an id, since add_bos_token is true")
            }
            prefix = [bosID]
        }
        if vocabulary.addsEOS ?? false {
            guard let eosID else {
                throw .missingField(
                    "tokenizer.ggml.eos_token_id", expected: "an id, since add_eos_token is true")
            }
            suffix = [eosID]
        }
    }

    private static func impliesBOS(_ vocabulary: GGUFVocabulary) -> Bool {
        if vocabulary.model == "llama" { return true }
        guard vocabulary.model == "gpt2" else { return false }
        return GGUFPreTokenizer(named: vocabulary.preTokenizer ?? "default")?.impliesBOS ?? false
    }

    private func specialID(_ id: Int?, _ name: String) throws(TokenizerError) -> Int32? {
        guard let id else { return nil }
        guard (0..<names.count).contains(id) else {
            throw .idOutOfRange(
                what: "tokenizer.ggml.\(name)_token_id", id: id, vocabularyCount: names.count)
        }
        return Int32(id)
    }

    private mutating func readAddedTokens() {
        for (id, kind) in kinds.enumerated() where kind.isSpecial || kind == .userDefined {
            addedTokens.append(
                AddedToken(
                    id: Int32(id), isSpecial: kind.isSpecial, isInModel: !kind.isSpecial))
        }
    }

    /// Collects the ids that end a text: the one the file names, then special tokens that are
    /// known to.
    mutating func readEndTokens(named eosID: Int32?) {
        eosIDs = eosID.map { [$0] } ?? []
        for (id, kind) in kinds.enumerated()
        where kind == .control && Int32(id) != eosID
            && KnownEndTokens.names.contains(Array(names[id]))
        {
            eosIDs.append(Int32(id))
        }
    }

    private mutating func readSentencePiece(
        _ vocabulary: GGUFVocabulary, isUnigram: Bool
    ) throws(TokenizerError) {
        guard vocabulary.characterMapByteCount == 0 else {
            throw .unsupported(
                component: "tokenizer.ggml.precompiled_charsmap",
                name: "\(vocabulary.characterMapByteCount) bytes",
                supported: "none (text that is not normalized)")
        }
        guard let scores = vocabulary.scores else {
            throw .missingField("tokenizer.ggml.scores", expected: "one score per token")
        }
        guard scores.count == names.count else {
            throw .countMismatch(
                field: "tokenizer.ggml.scores", count: scores.count, expected: names.count)
        }
        merges = isUnigram ? .unigram(scores) : .scored(scores)
        // A unigram vocabulary has byte tokens only where it was trained with them.
        fallsBackToBytes = !isUnigram || kinds.contains(.byte)
        fusesUnknown = isUnigram
        let metaspace = Array("▁".utf8)
        let space = [UInt8(ascii: " ")]
        if vocabulary.removesExtraWhitespace ?? false { normalizer.append(.collapseSpaces) }
        decoder = [.replace(pattern: metaspace, content: space), .byteFallback]
        if vocabulary.addsSpacePrefix ?? true {
            normalizer.append(.prepend(metaspace))
            decoder.append(.stripText(content: space, start: 1, stop: 0))
        }
        normalizer.append(.replace(pattern: space, content: metaspace))
    }

    private mutating func readByteLevel(_ vocabulary: GGUFVocabulary) throws(TokenizerError) {
        guard let lines = vocabulary.merges else {
            throw .missingField(
                "tokenizer.ggml.merges", expected: "merge rules of the form \"left right\"")
        }
        let name = vocabulary.preTokenizer ?? "default"
        guard let known = GGUFPreTokenizer(named: name) else {
            throw .unsupported(
                component: "tokenizer.ggml.pre", name: name,
                supported: GGUFPreTokenizer.names.joined(separator: ", "))
        }
        var resolver = MergeResolver(PieceIndex(names), count: lines.count)
        for line in lines { try resolver.add(line: line) }
        merges = .ranked(resolver.rules)
        ignoresMerges = known.ignoresMerges
        normalizer = known.composes ? [.normalize(.nfc)] : []
        if vocabulary.addsSpacePrefix ?? false { normalizer.append(.prepend([UInt8(ascii: " ")])) }
        preTokenizer = known.patterns.map { .split($0) }
        preTokenizer.append(.byteLevel(addsPrefixSpace: false, splits: false))
        decoder = [.byteLevel]
    }
}
