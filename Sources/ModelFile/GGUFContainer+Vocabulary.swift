internal import Tokenizer

extension GGUFContainer {
    /// Where the token list stands.
    static let tokensKey = "tokenizer.ggml.tokens"

    /// The keys of ids that end a text: end of sequence, of a turn, of a message.
    private static let endKeys = ["eos", "eot", "eom"].map { "tokenizer.ggml.\($0)_token_id" }

    /// The tokenizer that the file carries, or nil if it carries none.
    ///
    /// - Throws: `malformed` if lists disagree in length or the tokenizer refuses them.
    func tokenizer() throws(ModelFileError) -> TokenizerSpecification? {
        guard let vocabulary = try vocabulary() else { return nil }
        let template = try string("tokenizer.chat_template")
        do {
            var tokenizer = try TokenizerSpecification(vocabulary)
            tokenizer.chatTemplate = template.map { ChatTemplate(text: Array($0.utf8)) }
            return tokenizer
        } catch {
            throw bytes.malformed("tokenizer", "\(error)", accepted: "a tokenizer that is served")
        }
    }

    /// The vocabulary as the file states it, checked for lengths and id ranges.
    func vocabulary() throws(ModelFileError) -> GGUFVocabulary? {
        let prefix = "tokenizer.ggml."
        guard let tokens = try strings(Self.tokensKey, limit: Limits.vocabularyCount) else {
            return nil
        }
        guard let model = try string(prefix + "model") else { throw missing(prefix + "model") }
        let count = tokens.count
        let scores = try floats(prefix + "scores", limit: Limits.vocabularyCount)
        let types = try integers(prefix + "token_type", limit: Limits.vocabularyCount)
        try requireCount(prefix + "scores", scores?.count, count)
        try requireCount(prefix + "token_type", types?.count, count)
        if scores?.contains(where: \.isNaN) == true {
            throw bytes.malformed(prefix + "scores", "one is NaN", accepted: "numbers")
        }
        func id(_ name: String) throws(ModelFileError) -> Int? {
            try tokenID("\(prefix)\(name)_token_id", vocabularyCount: count)
        }
        // Ids that are not used are checked all the same: a bad one tells of a bad file.
        for name in ["seperator", "separator", "cls", "mask"] { _ = try id(name) }
        return GGUFVocabulary(
            model: model, preTokenizer: try string(prefix + "pre"), tokens: tokens,
            scores: scores, types: types,
            merges: try strings(prefix + "merges", limit: Limits.mergeCount),
            bosID: try id("bos"), eosID: try id("eos"), unknownID: try id("unknown"),
            padID: try id("padding"), addsBOS: try bool(prefix + "add_bos_token"),
            addsEOS: try bool(prefix + "add_eos_token"),
            addsSpacePrefix: try bool(prefix + "add_space_prefix"),
            removesExtraWhitespace: try bool(prefix + "remove_extra_whitespaces"),
            characterMapByteCount: characterMapByteCount)
    }

    /// The ids after which generation stops.
    func endOfSequenceIDs(vocabularyCount: Int) throws(ModelFileError) -> [Int32] {
        var ids: [Int32] = []
        for key in Self.endKeys {
            guard let id = try tokenID(key, vocabularyCount: vocabularyCount) else { continue }
            let narrow = Int32(id)
            if !ids.contains(narrow) { ids.append(narrow) }
        }
        return ids
    }

    /// The size of the map by which text would be normalized; its content is not read.
    private var characterMapByteCount: Int {
        guard case .array(let map)? = values["tokenizer.ggml.precompiled_charsmap"] else {
            return 0
        }
        return map.range.count
    }

    private func requireCount(
        _ key: String, _ count: Int?, _ tokenCount: Int
    ) throws(ModelFileError) {
        guard let count, count != tokenCount else { return }
        throw bytes.malformed(
            key, "it has \(count) entries for \(tokenCount) tokens",
            accepted: "one entry per token")
    }
}
