internal import Crypto
internal import StrictJSON

/// Everything that decides how a text is tokenized, as plain data.
///
/// It is read from a GGUF file's metadata or from Hugging Face's files, checked once, and then
/// travels in its serialized form: an engine process builds its `TextTokenizer` from that.
/// Two specifications with the same `digest` tokenize every text the same way.
public struct TokenizerSpecification: Sendable, Equatable {
    /// The spelling of each token; empty where there is no token with an id.
    var names = PieceTable()
    /// The kind of each token.
    var kinds: [TokenKind] = []
    /// How merging proceeds.
    var merges: MergeScheme = .ranked([])
    /// The token for what cannot be spelled.
    var unknownID: Int32?
    /// Whether neighbouring unknown characters become one unknown token.
    var fusesUnknown = false
    /// Whether characters without a token are spelled by byte tokens.
    var fallsBackToBytes = false
    /// Whether a piece that is a token as a whole is not merged up from its characters.
    var ignoresMerges = false
    /// Tokens recognised in the text itself.
    var addedTokens: [AddedToken] = []
    /// Whether decoder steps leave added tokens alone.
    var decodesAddedTokensLiterally = false
    var normalizer: [NormalizerStep] = []
    var preTokenizer: [PreTokenizerStep] = []
    var decoder: [DecoderStep] = []
    /// Ids put before a text.
    var prefix: [Int32] = []
    /// Ids put after a text.
    var suffix: [Int32] = []
    var bosID: Int32?
    /// Ids that end a text; the model's own first.
    var eosIDs: [Int32] = []

    /// The chat template that came with the tokenizer, if one did.
    ///
    /// It changes no text's tokens, but it travels with the rest and is part of the digest.
    public var chatTemplate: ChatTemplate?

    init() {}

    /// One more than the largest token id.
    public var vocabularyCount: Int { names.count }

    /// SHA-256 of the serialized form, in hex.
    ///
    /// Computed on each call (tens of milliseconds for a
    /// large vocabulary): keep it.
    public var digest: String {
        Hexadecimal.text(SHA256.hash(data: serialized()))
    }
}

extension TokenizerSpecification {
    /// Checks what holds for every specification, wherever it came from.
    func validate() throws(TokenizerError) {
        guard vocabularyCount > 0 else { throw .emptyVocabulary }
        try Self.check(vocabularyCount, "the vocabulary size", TokenizerLimits.vocabularyCount)
        try Self.check(
            names.bytes.count, "the size of all tokens", TokenizerLimits.vocabularyByteCount)
        try Self.check(names.longest, "the longest token", TokenizerLimits.tokenByteCount)
        guard kinds.count == vocabularyCount else {
            throw .countMismatch(
                field: "token types", count: kinds.count, expected: vocabularyCount)
        }
        try validateMerges()
        try validateIDs()
        let steps = max(normalizer.count, preTokenizer.count, decoder.count)
        try Self.check(steps, "the number of steps", TokenizerLimits.componentCount)
        let template = max(prefix.count, suffix.count)
        try Self.check(
            template, "the number of template tokens", TokenizerLimits.templateTokenCount)
        try validateGrowth()
    }

    /// Bounds how much replacements, one after the other, can lengthen a text.
    private func validateGrowth() throws(TokenizerError) {
        var growth = 1
        var prepended = 0
        for step in normalizer {
            if case .replace(let pattern, let content) = step {
                try Self.multiply(&growth, from: pattern, to: content)
            } else if case .prepend(let content) = step {
                prepended += content.count
            }
        }
        try Self.check(
            prepended, "the length of what is prepended", TokenizerLimits.prependedByteCount)
        for case .metaspace(let replacement, _, _) in preTokenizer {
            try Self.multiply(&growth, from: [UInt8(ascii: " ")], to: replacement)
        }
        for case .byteLevel in preTokenizer.dropLast() {
            throw .badValue(field: "pre-tokenizer", reason: "ByteLevel must be the last step")
        }
        growth = 1
        for case .replace(let pattern, let content) in decoder {
            try Self.multiply(&growth, from: pattern, to: content)
        }
    }

    private static func multiply(
        _ growth: inout Int, from pattern: [UInt8], to content: [UInt8]
    ) throws(TokenizerError) {
        guard !pattern.isEmpty else {
            throw .badValue(field: "Replace", reason: "the pattern is empty")
        }
        growth *= max(1, (content.count + pattern.count - 1) / pattern.count)
        try check(growth, "the growth of a text by replacements", TokenizerLimits.replacementGrowth)
    }

    private func validateMerges() throws(TokenizerError) {
        switch merges {
        case .ranked(let rules):
            try Self.check(rules.count, "the number of merges", TokenizerLimits.mergeCount)
            let count = UInt32(vocabularyCount)
            for (index, rule) in rules.enumerated()
            where max(rule.left, rule.right, rule.result) >= count {
                throw .badMerge(index: index, text: "", reason: "an id is out of range")
            }
        case .scored(let scores), .unigram(let scores):
            guard scores.count == vocabularyCount else {
                throw .countMismatch(
                    field: "token scores", count: scores.count, expected: vocabularyCount)
            }
            if let id = scores.firstIndex(where: \.isNaN) {
                throw .badValue(
                    field: "token scores", reason: "the score of token \(id) is not a number")
            }
            try validateUnigram(scores)
        }
    }

    /// Bounds the trie of a unigram vocabulary, and the work for each character.
    private func validateUnigram(_ scores: [Float]) throws(TokenizerError) {
        guard case .unigram = merges else { return }
        if let id = scores.firstIndex(where: { !$0.isFinite }) {
            throw .badValue(
                field: "token scores", reason: "the score of token \(id) is not finite")
        }
        try Self.check(
            names.bytes.count, "the size of all tokens of a unigram model",
            TokenizerLimits.unigramByteCount)
        try Self.check(
            names.longest, "the longest token of a unigram model",
            TokenizerLimits.unigramTokenByteCount)
    }

    private func validateIDs() throws(TokenizerError) {
        try check(unknownID.map { [$0] } ?? [], "the unknown token's id")
        try check(bosID.map { [$0] } ?? [], "the beginning-of-text token's id")
        try check(eosIDs, "an end-of-text token's id")
        try check(prefix + suffix, "a template token's id")
        try check(addedTokens.map(\.id), "an added token's id")
        let byteCount = addedTokens.reduce(0) { $0 + names.range(Int($1.id)).count }
        try Self.check(
            byteCount, "the size of all added tokens", TokenizerLimits.addedTokenByteCount)
    }

    private func check(_ ids: [Int32], _ what: String) throws(TokenizerError) {
        for id in ids where id < 0 || Int(id) >= vocabularyCount {
            throw .idOutOfRange(what: what, id: Int(id), vocabularyCount: vocabularyCount)
        }
    }

    /// Refuses a value above its limit.
    static func check(_ value: Int, _ what: String, _ limit: Int) throws(TokenizerError) {
        guard value <= limit else {
            throw .limitExceeded(what: what, value: value, limit: limit)
        }
    }
}

/// Names that end a text or a turn in published vocabularies.
enum KnownEndTokens {
    /// A control token so named ends generation even where a file names another one only.
    static let names: Set<[UInt8]> = Set(
        [
            "</s>", "<|endoftext|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "<|im_end|>",
            "<|end|>", "<end_of_turn>", "<EOT>", "<|eot|>",
        ].map { Array($0.utf8) })
}
