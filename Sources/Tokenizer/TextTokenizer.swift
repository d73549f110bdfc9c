internal import StrictJSON

/// Turns text into token ids and back, as one specification says.
///
/// A value type over immutable shared tables: copies are cheap, and all uses may run at once.
public struct TextTokenizer: Sendable {
    /// One more than the largest token id.
    public let vocabularyCount: Int

    /// The token that begins a text, if the model has one.
    public let bosID: Int32?

    /// The tokens that end a text or a turn; the model's own first.
    public let eosIDs: [Int32]

    let tables: TokenizerTables

    /// Builds the lookup tables.
    ///
    /// - Throws: `TokenizerError` if the specification contradicts itself.
    public init(_ specification: TokenizerSpecification) throws(TokenizerError) {
        try specification.validate()
        vocabularyCount = specification.vocabularyCount
        bosID = specification.bosID
        eosIDs = specification.eosIDs
        tables = TokenizerTables(specification)
    }

    /// The bytes that a token stands for in a text; none for an id without token.
    ///
    /// A token at the start of a text may lose a space that is shown here (see `decode`).
    public func piece(_ id: Int32) -> [UInt8] {
        contains(id) ? Array(tables.pieces[Int(id)]) : []
    }

    /// The vocabulary's spelling of a token, such as "▁the", "<0x0A>" or "Ġthe".
    public func name(_ id: Int32) -> String {
        contains(id) ? tables.specification.names.text(Int(id)) : ""
    }

    /// Whether the token steers the model and is no text; also true of the unknown token.
    public func isSpecial(_ id: Int32) -> Bool {
        contains(id) && tables.isSpecial[Int(id)]
    }

    func contains(_ id: Int32) -> Bool { id >= 0 && Int(id) < vocabularyCount }
}

/// Everything that `TextTokenizer` looks up; built once, never changed.
final class TokenizerTables: Sendable {
    let specification: TokenizerSpecification

    /// The spelling of each token to its id, for those that text can become.
    let index: PieceIndex
    let merges: Merges

    /// Added tokens looked for before and after normalization.
    let rawMatcher: AddedTokenMatcher
    let normalizedMatcher: AddedTokenMatcher

    /// Where texts are cut that no pre-tokenizer cuts, if they can be.
    let wordBoundary: WordBoundary?

    /// The added tokens by their spelling.
    let addedIDs: [[UInt8]: Int32]

    /// The token of each byte, or -1; empty without byte fallback.
    let byteTokens: [Int32]

    /// The token of each scalar below 0x180, or -1: ASCII and the whole byte alphabet.
    let commonScalars: [Int32]

    /// The bytes that each token stands for.
    let pieces: PieceTable
    let isSpecial: [Bool]
    let assembly: TextAssembly

    /// The rules of the model's merge scheme.
    enum Merges: Sendable {
        case ranked(RankedRules)
        case scored(ScoredRules)
        case unigram(UnigramModel)
    }

    init(_ specification: TokenizerSpecification) {
        self.specification = specification
        let isInText = Self.tokensOfText(specification)
        let index = PieceIndex(specification.names) { isInText[$0] }
        self.index = index
        switch specification.merges {
        case .ranked(let rules): merges = .ranked(RankedRules(rules))
        case .scored(let scores): merges = .scored(ScoredRules(scores, index))
        case .unigram(let scores):
            merges = .unigram(UnigramModel(scores, specification.names) { isInText[$0] })
        }
        (rawMatcher, normalizedMatcher) = Self.matchers(specification)
        wordBoundary = WordBoundary(specification, index, isInText)
        addedIDs = Dictionary(
            specification.addedTokens.map { (Array(specification.names[Int($0.id)]), $0.id) },
            uniquingKeysWith: { first, _ in first })
        byteTokens = Self.byteTokens(specification)
        commonScalars = (UInt32(0)..<0x180).map { value in
            var spelling: [UInt8] = []
            if let scalar = Unicode.Scalar(value) { spelling.append(utf8Of: scalar) }
            return index.find(spelling) ?? -1
        }
        let isSpecial = Self.specialTokens(specification)
        self.isSpecial = isSpecial
        let assembly = TextAssembly(specification)
        self.assembly = assembly
        var pieces = PieceTable()
        for id in 0..<specification.names.count {
            pieces.append(assembly.piece(specification.names[id], id: id))
        }
        self.pieces = pieces
    }

    /// Which tokens merging may look up by their spelling.
    private static func tokensOfText(_ specification: TokenizerSpecification) -> [Bool] {
        var isInText = specification.kinds.map(\.isText)
        for token in specification.addedTokens where token.isSpecial || !token.isInModel {
            isInText[Int(token.id)] = false
        }
        return isInText
    }

    private static func specialTokens(_ specification: TokenizerSpecification) -> [Bool] {
        var isSpecial = specification.kinds.map(\.isSpecial)
        for token in specification.addedTokens { isSpecial[Int(token.id)] = token.isSpecial }
        return isSpecial
    }

    private static func matchers(
        _ specification: TokenizerSpecification
    ) -> (raw: AddedTokenMatcher, normalized: AddedTokenMatcher) {
        var raw = AddedTokenMatcher()
        var normalized = AddedTokenMatcher()
        for token in specification.addedTokens {
            let spelling = Array(specification.names[Int(token.id)])
            if token.isNormalized {
                let text = specification.normalizer.reduce(spelling) { $1.apply(to: $0) }
                normalized.add(token, spelling: text)
            } else {
                raw.add(token, spelling: spelling)
            }
        }
        return (raw, normalized)
    }

    private static func byteTokens(_ specification: TokenizerSpecification) -> [Int32] {
        guard specification.fallsBackToBytes else { return [] }
        let index = PieceIndex(specification.names) { specification.kinds[$0] == .byte }
        return (UInt8(0)...0xFF).map { byte in
            index.find(ByteToken.spelling(byte)) ?? -1
        }
    }
}
