// The steps that a specification is made of: plain data, each with the name that files give it.

/// One step that changes a text before it is cut into pieces.
enum NormalizerStep: Equatable, Sendable {
    /// Puts a literal before a text that is not empty.
    case prepend([UInt8])
    /// Replaces every occurrence of a literal.
    case replace(pattern: [UInt8], content: [UInt8])
    /// One of Unicode's normalization forms.
    case normalize(UnicodeForm)
    /// Removes spaces at both ends and keeps one of several in a row.
    case collapseSpaces
}

/// Unicode's normalization forms.
enum UnicodeForm: UInt8, Equatable, Sendable {
    case nfc = 0
    case nfd = 1
    case nfkc = 2
    case nfkd = 3
}

/// The regular expressions by which published pre-tokenizers cut texts.
///
/// Three have a scanner of their own (`SplitPattern.swift`), the others are run by
/// `SplitExpression`. The numbers stand in serialized specifications.
enum SplitPattern: UInt8, Equatable, Sendable, CaseIterable {
    case gpt2 = 0
    case llama3 = 1
    case qwen2 = 2
    /// Qwen 3.5: marks belong to words.
    case qwen35 = 3
    /// GPT-4o and Llama 4: words by case, contractions with the word before.
    case gpt4o = 4
    /// Mistral's later vocabularies: words by case, single digits.
    case tekken = 5
    /// Single digits, and possessive runs.
    case bailing = 6
    case seedCoder = 7
    /// Words up to punctuation.
    case bloom = 8
    /// Runs of punctuation and of signs.
    case falconPunctuation = 9
    /// Three ASCII digits at a time.
    case threeDigits = 10
    case lineEnd = 11
    case anyNumber = 12
    case numberRun = 13
    case upToThreeNumbers = 14
    case deepseekLetters = 15
    case deepseekSigns = 16
    case trailingSpace = 17
    case deepseekIdeographs = 18
    case letterWord = 19
    case punctuationWord = 20
    case deepseek3Ideographs = 21
    case deepseek3Words = 22
    /// Runs of punctuation and of fewer signs.
    case plainPunctuation = 23
}

/// When a metaspace is put before a text.
enum PrependScheme: UInt8, Equatable, Sendable {
    case always = 0
    case never = 1
    /// Only at the very start of the whole text.
    case first = 2
}

/// One step that cuts a text into pieces; merges never cross from one piece into the next.
enum PreTokenizerStep: Equatable, Sendable {
    /// Each match of the pattern is a piece.
    case split(SplitPattern)
    /// Numeric characters are pieces of their own: each one, or each run of them.
    case digits(individually: Bool)
    /// Spaces become `replacement`; with `splits`, each begins a new piece.
    case metaspace(replacement: [UInt8], scheme: PrependScheme, splits: Bool)
    /// Bytes are spelled in the byte alphabet, after an optional split by GPT-2's pattern.
    case byteLevel(addsPrefixSpace: Bool, splits: Bool)
}

/// One step from a token's spelling to the text it stands for.
enum DecoderStep: Equatable, Sendable {
    /// The token is spelled in the byte alphabet; one that is not stands for itself.
    case byteLevel
    /// Replaces every occurrence of a literal in each token.
    case replace(pattern: [UInt8], content: [UInt8])
    /// A token `<0x0A>` stands for that byte.
    case byteFallback
    /// Removes up to so many occurrences of a literal from each token's ends.
    case stripToken(content: [UInt8], start: Int, stop: Int)
    /// `replacement` becomes a space, except that in the first token it vanishes if so asked.
    case metaspace(replacement: [UInt8], dropsInFirst: Bool)
    /// Removes up to so many occurrences of a literal from the ends of the whole text.
    case stripText(content: [UInt8], start: Int, stop: Int)
    /// Puts a literal between any two tokens.
    case join(separator: [UInt8])
}

/// How a token behaves.
enum TokenKind: UInt8, Equatable, Sendable {
    /// There is no token with this id.
    case absent = 0
    case normal = 1
    /// Stands for what the vocabulary cannot spell.
    case unknown = 2
    /// Steers the model and is no text: beginning of text, end of turn.
    case control = 3
    /// Always one token wherever it is written.
    case userDefined = 4
    case unused = 5
    /// One byte.
    case byte = 6

    /// Whether decoding leaves the token out unless asked to show special tokens.
    var isSpecial: Bool { self == .control || self == .unknown }

    /// Whether merging may produce the token from text.
    var isText: Bool { self == .normal || self == .userDefined || self == .unused }
}

/// A token that is recognised in a text before anything else happens to it.
struct AddedToken: Equatable, Sendable {
    var id: Int32
    /// Left out by `skipSpecial`, and recognised in text only with `parseSpecial`.
    var isSpecial = false
    /// Swallows white space before it.
    var stripsLeft = false
    /// Swallows white space after it.
    var stripsRight = false
    /// Recognised only where no word character touches it.
    var isSingleWord = false
    /// Looked for in the normalized text, by its normalized spelling.
    var isNormalized = false
    /// Whether merging may also look it up.
    var isInModel = true
}

/// One merge rule: two tokens that stand side by side become one.
struct MergeRule: Equatable, Sendable {
    var left: UInt32
    var right: UInt32
    var result: UInt32
}

/// How to choose which pair of neighbours to merge next.
enum MergeScheme: Equatable, Sendable {
    /// Rules in order of preference.
    case ranked([MergeRule])
    /// Any two neighbours that together spell a token; the highest score first.
    case scored([Float])
    /// No merging: the likeliest of all ways to spell a text.
    case unigram([Float])
}
