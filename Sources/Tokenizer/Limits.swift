internal import StrictJSON

/// What a tokenizer may ask for.
public enum TokenizerLimits {
    /// Bounds for tokenizer.json and tokenizer_config.json.
    ///
    /// The largest in use have about 40 MB, two million values and a dozen levels; this is room
    /// for several times that.
    static let json = JSONLimits(
        maximumByteCount: 256 << 20, maximumDepth: 128, maximumValueCount: 16 << 20)

    /// One more than the largest token id.
    ///
    /// The largest vocabularies in use have 262,144 tokens; a
    /// file that skips to id 2³¹ must not make us allocate a table of that length.
    public static let vocabularyCount = 1 << 22

    /// Merge rules; the most in use are about 515,000.
    public static let mergeCount = 1 << 23

    /// Bytes of one token.
    ///
    /// The longest in use have a few hundred; merging costs at most this much
    /// per symbol, so the limit also keeps merging linear in the text.
    public static let tokenByteCount = 4096

    /// Bytes of all tokens together, so that offsets fit 32 bits.
    public static let vocabularyByteCount = 1 << 28

    /// Bytes of all tokens of a unigram model together; its trie has a node for each.
    ///
    /// The largest in use, of 250,000 tokens, have about three million.
    public static let unigramByteCount = 1 << 24

    /// Bytes of one token of a unigram model: finding tokens costs so much per character at most.
    ///
    /// Training makes none of more than 16 characters unless told otherwise.
    public static let unigramTokenByteCount = 512

    /// Bytes of all added tokens together; the trie that finds them has a node for each.
    public static let addedTokenByteCount = 1 << 22

    /// Steps of one normalizer, pre-tokenizer or decoder; the longest in use have five.
    public static let componentCount = 64

    /// Tokens put before or after a text by the model's rules; one is usual.
    public static let templateTokenCount = 64

    /// Bytes of one text to encode, so that positions fit 32 bits with room for replacements.
    public static let textByteCount = 1 << 28

    /// Bytes that all prepending steps together may put before each stretch of text.
    public static let prependedByteCount = 64

    /// How many times longer replacements may make a text; a metaspace for a space makes it three.
    public static let replacementGrowth = 64

    /// Bytes of a literal in a component, for example what a normalizer puts in place of a space.
    public static let literalByteCount = 256
}
