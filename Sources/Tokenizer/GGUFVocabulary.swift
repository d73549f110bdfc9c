/// What a GGUF file says about its tokenizer, as read from its `tokenizer.ggml.*` metadata.
public struct GGUFVocabulary: Sendable {
    /// `tokenizer.ggml.model`: "llama" (SentencePiece BPE), "t5" (unigram) or "gpt2"
    /// (byte-level BPE).
    public var model: String
    /// `tokenizer.ggml.pre`: the name of the pre-tokenizer, for byte-level models.
    public var preTokenizer: String?
    /// `tokenizer.ggml.tokens`: the vocabulary spelling of every token.
    public var tokens: PieceTable
    /// `tokenizer.ggml.scores`: one score per token; needed by "llama".
    public var scores: [Float]?
    /// `tokenizer.ggml.token_type`, one per token: 1 normal, 2 unknown, 3 control, 4 user defined,
    /// 5 unused, 6 byte.
    public var types: [Int32]?
    /// `tokenizer.ggml.merges`: "left right" in order of preference; needed by "gpt2".
    public var merges: PieceTable?
    /// `tokenizer.ggml.bos_token_id`; the file's 0xFFFFFFFF is nil here, as in the other ids.
    public var bosID: Int?
    /// `tokenizer.ggml.eos_token_id`.
    public var eosID: Int?
    /// `tokenizer.ggml.unknown_token_id`.
    public var unknownID: Int?
    /// `tokenizer.ggml.padding_token_id`.
    public var padID: Int?
    /// `tokenizer.ggml.add_bos_token`; nil leaves it to the model family.
    public var addsBOS: Bool?
    /// `tokenizer.ggml.add_eos_token`; nil means no.
    public var addsEOS: Bool?
    /// `tokenizer.ggml.add_space_prefix`; nil means yes for "llama", no for "gpt2".
    public var addsSpacePrefix: Bool?
    /// `tokenizer.ggml.remove_extra_whitespaces`; nil means no.
    public var removesExtraWhitespace: Bool?
    /// The size of `tokenizer.ggml.precompiled_charsmap`, which is refused unless it is empty.
    public var characterMapByteCount: Int

    /// Creates a vocabulary; what is not given is what a file leaves out.
    public init(
        model: String, preTokenizer: String? = nil, tokens: PieceTable, scores: [Float]? = nil,
        types: [Int32]? = nil, merges: PieceTable? = nil, bosID: Int? = nil, eosID: Int? = nil,
        unknownID: Int? = nil, padID: Int? = nil, addsBOS: Bool? = nil, addsEOS: Bool? = nil,
        addsSpacePrefix: Bool? = nil, removesExtraWhitespace: Bool? = nil,
        characterMapByteCount: Int = 0
    ) {
        self.model = model
        self.preTokenizer = preTokenizer
        self.tokens = tokens
        self.scores = scores
        self.types = types
        self.merges = merges
        self.bosID = bosID
        self.eosID = eosID
        self.unknownID = unknownID
        self.padID = padID
        self.addsBOS = addsBOS
        self.addsEOS = addsEOS
        self.addsSpacePrefix = addsSpacePrefix
        self.removesExtraWhitespace = removesExtraWhitespace
        self.characterMapByteCount = characterMapByteCount
    }
}
