internal import StrictJSON

extension TokenizerSpecification {
    /// Reads `vocab.json` and `merges.txt`, as GPT-2's and Qwen's directories have them.
    ///
    /// The result is what Hugging Face's `tokenizers` would write into a `tokenizer.json`. Added
    /// tokens are those of `added_tokens_decoder`, else of `added_tokens.json`, and those of the
    /// vocabulary that the configuration, or the class, names as special.
    ///
    /// - Throws: `TokenizerError` if a file is no strict JSON, the class is none whose rules are
    ///   known, or the vocabulary contradicts itself.
    public init(_ files: ByteLevelFiles) throws(TokenizerError) {
        self.init()
        let vocabulary = try FieldReader(parsing: files.vocabulary, file: "vocab.json")
        let file = "tokenizer_config.json"
        let settings = try files.configuration.map { bytes throws(TokenizerError) in
            try FieldReader(parsing: bytes, file: file)
        }
        let kind = try ByteLevelClass(
            named: try settings?.optionalString("tokenizer_class"), modelType: files.modelType)
        var tokens = try AddedTokenList(settings, file: files.addedTokens)
        let configuration = try FieldReader(
            .object(Self.completed(settings?.object, kind, vocabulary, tokens)), path: file)
        try tokens.addSpecial(of: configuration, vocabulary)
        let entries = try VocabularyEntries(
            model: FieldReader(.object(["vocab": .object(vocabulary.object)]), path: "vocab.json"),
            root: FieldReader(.object(["added_tokens": tokens.value]), path: file))
        names = entries.names
        kinds = entries.kinds
        addedTokens = entries.addedTokens
        try readMerges(files.merges, entries.modelIndex)
        let addsSpace = try configuration.optionalBool("add_prefix_space") ?? false
        if kind.composes { normalizer = [.normalize(.nfc)] }
        preTokenizer = kind.preTokenizer(addsPrefixSpace: addsSpace)
        decoder = [.byteLevel]
        try readConfiguration(configuration)
        try validate()
    }

    /// The configuration with the tokens that its class has by itself, where the vocabulary has
    /// them.
    private static func completed(
        _ settings: JSONObject?, _ kind: ByteLevelClass, _ vocabulary: FieldReader,
        _ tokens: AddedTokenList
    ) -> JSONObject {
        let members = settings?.members ?? []
        let missing = kind.defaults.filter { field, token in
            !members.contains { $0.key == JSONString(field) }
                && (vocabulary.value(token) != nil || tokens.contains(token))
        }
        return JSONObject(
            members + missing.map { JSONObject.Member(JSONString($0), .text($1)) })
    }

    /// Reads rules, one a line; the first line may state a version.
    private mutating func readMerges(
        _ bytes: [UInt8], _ index: PieceIndex
    ) throws(TokenizerError) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var resolver = MergeResolver(index, count: lines.count)
        for (number, line) in lines.enumerated() {
            let rule = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if rule.isEmpty || number == 0 && rule.starts(with: "#version".utf8) { continue }
            try resolver.add(line: rule)
        }
        merges = .ranked(resolver.rules)
    }
}

/// Added tokens in the making, as `tokenizer.json` lists them.
private struct AddedTokenList {
    private var entries: [(content: JSONString, members: [JSONObject.Member])] = []
    private var places: [JSONString: Int] = [:]

    /// Those of `added_tokens_decoder`, else of `added_tokens.json`.
    init(_ settings: FieldReader?, file bytes: [UInt8]?) throws(TokenizerError) {
        if let settings, settings.value("added_tokens_decoder") != nil {
            try readDecoder(settings)
        } else if let bytes {
            let file = try FieldReader(parsing: bytes, file: "added_tokens.json")
            for member in file.object.members {
                add(member.key, [.init("id", member.value), .init("special", .bool(false))])
            }
        }
    }

    /// The list.
    var value: JSONValue {
        .array(
            entries.map { content, members in
                .object(JSONObject([.init("content", .string(content))] + members))
            })
    }

    func contains(_ token: String) -> Bool { places[JSONString(token)] != nil }

    /// Adds tokens of the vocabulary that a configuration names as special, and makes those
    /// special that are in the list without saying what they are.
    mutating func addSpecial(
        of configuration: FieldReader, _ vocabulary: FieldReader
    ) throws(TokenizerError) {
        var named = ["bos_token", "eos_token", "unk_token", "pad_token"]
            .compactMap(configuration.value)
        if configuration.value("additional_special_tokens") != nil {
            named += try configuration.array("additional_special_tokens")
        }
        for token in named.compactMap({ $0.stringValue ?? $0["content"]?.stringValue }) {
            if let index = places[token] {
                entries[index].members.removeAll { $0.key == "special" }
                entries[index].members.append(.init("special", .bool(true)))
            } else if let id = vocabulary.object[token] {
                add(token, [.init("id", id), .init("special", .bool(true))])
            }
        }
    }

    /// Reads an object of ids and what their tokens are.
    private mutating func readDecoder(_ settings: FieldReader) throws(TokenizerError) {
        for member in try settings.members("added_tokens_decoder") {
            let path = settings.path("added_tokens_decoder")
            guard let id = Int64(member.key.string) else {
                throw .badValue(field: path, reason: "\"\(member.key)\" is no id")
            }
            let entry = try FieldReader(member.value, path: "\(path).\(id)")
            let content = JSONString(try entry.string("content"))
            let rest = entry.object.members.filter { $0.key != "id" && $0.key != "content" }
            add(content, [.init("id", .integer(id))] + rest)
        }
    }

    private mutating func add(_ content: JSONString, _ members: [JSONObject.Member]) {
        if places[content] == nil { places[content] = entries.count }
        entries.append((content, members))
    }
}
