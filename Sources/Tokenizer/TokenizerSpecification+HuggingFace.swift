internal import StrictJSON

extension TokenizerSpecification {
    /// Reads a Hugging Face `tokenizer.json` and, if there is one, `tokenizer_config.json`.
    ///
    /// The fields `truncation` and `padding` are not part of a text's tokens and are not read; nor
    /// is `clean_up_tokenization_spaces`, which changes decoded text beyond recognition of its
    /// tokens.
    ///
    /// - Throws: `TokenizerError` if a file is no strict JSON, a component is not supported (with
    ///   its name and what is), or the vocabulary contradicts itself.
    public init(
        tokenizerJSON: [UInt8], configurationJSON: [UInt8]?
    ) throws(TokenizerError) {
        self.init()
        let root = try FieldReader(parsing: tokenizerJSON, file: "tokenizer.json")
        let model = try root.object("model")
        try readModelSettings(model)
        let entries = try VocabularyEntries(model: model, root: root)
        names = entries.names
        kinds = entries.kinds
        addedTokens = entries.addedTokens
        if let scores = entries.scores {
            // A token that the model itself does not know is found as an added token alone.
            merges = .unigram(
                scores + [Float](repeating: 0, count: max(0, names.count - scores.count)))
            try readUnknownID(model)
        } else {
            try readMerges(model, entries.modelIndex)
            try readUnknownToken(model, entries.modelIndex)
        }
        try readComponents(root)
        let configuration = try configurationJSON.map { bytes throws(TokenizerError) in
            try FieldReader(parsing: bytes, file: "tokenizer_config.json")
        }
        try readConfiguration(configuration)
        try validate()
    }

    private mutating func readModelSettings(_ model: FieldReader) throws(TokenizerError) {
        let type = try model.optionalString("type") ?? "BPE"
        guard type == "BPE" || type == "Unigram" else {
            throw .unsupported(
                component: "\(model.path).type", name: type, supported: "BPE, Unigram")
        }
        for field in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let affix = try model.optionalString(field), !affix.isEmpty {
                throw .unsupported(
                    component: "\(model.path).\(field)", name: affix, supported: "none")
            }
        }
        if let dropout = model.value("dropout"), dropout.doubleValue != 0 {
            throw .unsupported(
                component: "\(model.path).dropout", name: "\(dropout.doubleValue ?? .nan)",
                supported: "none (encoding must be deterministic)")
        }
        fusesUnknown = try model.optionalBool("fuse_unk") ?? (type == "Unigram")
        fallsBackToBytes = try model.optionalBool("byte_fallback") ?? false
        ignoresMerges = try model.optionalBool("ignore_merges") ?? false
    }

    private mutating func readMerges(
        _ model: FieldReader, _ index: PieceIndex
    ) throws(TokenizerError) {
        let list = try model.array("merges")
        var resolver = MergeResolver(index, count: list.count)
        for (position, merge) in list.enumerated() {
            if let line = merge.stringValue {
                try resolver.add(line: line.bytes[...])
            } else if let pair = merge.arrayValue, pair.count == 2,
                let left = pair[0].stringValue, let right = pair[1].stringValue
            {
                try resolver.add(left.bytes, right.bytes)
            } else {
                throw .wrongType(
                    field: "\(model.path).merges[\(position)]", found: merge.kind,
                    expected: "\"left right\" or [\"left\", \"right\"]")
            }
        }
        merges = .ranked(resolver.rules)
    }

    private mutating func readUnknownToken(
        _ model: FieldReader, _ index: PieceIndex
    ) throws(TokenizerError) {
        guard let name = try model.optionalString("unk_token") else { return }
        guard let id = index.find(Array(name.utf8)) else {
            throw .badValue(
                field: "\(model.path).unk_token", reason: "\"\(name)\" is not in the vocabulary")
        }
        unknownID = id
    }

    /// Reads the id of a unigram model's unknown token.
    private mutating func readUnknownID(_ model: FieldReader) throws(TokenizerError) {
        guard model.value("unk_id") != nil else { return }
        let id = try model.integer("unk_id")
        guard id >= 0, id < names.count else {
            throw .idOutOfRange(
                what: model.path("unk_id"), id: Int(id), vocabularyCount: names.count)
        }
        unknownID = Int32(id)
    }

    mutating func readConfiguration(
        _ configuration: FieldReader?
    ) throws(TokenizerError) {
        let bos = try configuration.flatMap { file throws(TokenizerError) in
            try tokenID("bos_token", in: file)
        }
        let eos = try configuration.flatMap { file throws(TokenizerError) in
            try tokenID("eos_token", in: file)
        }
        bosID = bos ?? prefix.first
        readEndTokens(named: eos ?? suffix.last)
        guard let configuration else { return }
        chatTemplate = try Self.template(configuration)
        if let adds = try configuration.optionalBool("add_bos_token") {
            let bosID = bosID
            prefix.removeAll { $0 == bosID }
            if adds {
                guard let bosID else { throw Self.missing("bos_token", "add_bos_token") }
                prefix.insert(bosID, at: 0)
            }
        }
        if let adds = try configuration.optionalBool("add_eos_token") {
            let eosID = eos ?? suffix.last
            suffix.removeAll { $0 == eosID }
            if adds {
                guard let eosID else { throw Self.missing("eos_token", "add_eos_token") }
                suffix.append(eosID)
            }
        }
    }

    /// The template of a configuration: one text, or the one named "default" of several.
    private static func template(
        _ configuration: FieldReader
    ) throws(TokenizerError) -> ChatTemplate? {
        guard let value = configuration.value("chat_template") else { return nil }
        if let text = value.stringValue { return ChatTemplate(text: text.bytes) }
        for entry in try configuration.objects("chat_template")
        where try entry.string("name") == "default" {
            return ChatTemplate(text: try entry.bytes("template"))
        }
        return nil
    }

    private static func missing(_ field: String, _ reason: String) -> TokenizerError {
        .missingField(
            "tokenizer_config.json: \(field)", expected: "a token, since \(reason) is true")
    }

    /// The id of a token that a configuration names, as a string or as `{"content": …}`.
    private func tokenID(
        _ field: String, in configuration: FieldReader
    ) throws(TokenizerError) -> Int32? {
        guard let value = configuration.value(field) else { return nil }
        guard let name = value.stringValue ?? value["content"]?.stringValue else {
            throw .wrongType(
                field: configuration.path(field), found: value.kind,
                expected: "a token's text, or an object with \"content\"")
        }
        for token in addedTokens where names[Int(token.id)].elementsEqual(name.bytes) {
            return token.id
        }
        for id in 0..<names.count where names[id].elementsEqual(name.bytes) {
            return Int32(id)
        }
        throw .badValue(
            field: configuration.path(field), reason: "\"\(name)\" is not in the vocabulary")
    }
}
