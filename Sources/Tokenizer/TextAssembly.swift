/// How the bytes of tokens are put together to a text.
///
/// Decoder steps are of two kinds: those that act on each token, which are applied once when the
/// tables are built, and those that act on the text as a whole, which are gathered here.
struct TextAssembly: Sendable {
    private let tokenSteps: [DecoderStep]
    private let addedTokens: Set<Int>

    /// What to remove from the start of the text, one after the other.
    let startStrips: [Strip]

    /// What to remove from the end of the text.
    let endStrips: [Strip]

    /// What to put between two tokens.
    let separator: [UInt8]

    /// The literal that vanishes from the first token, if any.
    let droppedInFirst: [UInt8]?

    /// Up to `count` occurrences of a literal.
    struct Strip: Sendable {
        var content: [UInt8]
        var count: Int
    }

    init(_ specification: TokenizerSpecification) {
        var tokenSteps: [DecoderStep] = []
        var startStrips: [Strip] = []
        var endStrips: [Strip] = []
        var separator: [UInt8] = []
        var dropped: [UInt8]?
        for step in specification.decoder {
            switch step {
            case .stripText(let content, let start, let stop):
                if start > 0 { startStrips.append(Strip(content: content, count: start)) }
                if stop > 0 { endStrips.append(Strip(content: content, count: stop)) }
            case .join(let text):
                separator = text
            case .metaspace(let replacement, let dropsInFirst):
                if dropsInFirst { dropped = replacement }
                tokenSteps.append(step)
            case .byteLevel, .replace, .byteFallback, .stripToken:
                tokenSteps.append(step)
            }
        }
        self.tokenSteps = tokenSteps
        self.startStrips = startStrips
        self.endStrips = endStrips
        self.separator = separator
        droppedInFirst = dropped
        let isLiteral = specification.decodesAddedTokensLiterally
        addedTokens = isLiteral ? Set(specification.addedTokens.map { Int($0.id) }) : []
    }

    /// The bytes that a token stands for.
    func piece(_ name: ArraySlice<UInt8>, id: Int, isFirst: Bool = false) -> [UInt8] {
        var piece = Array(name)
        guard !addedTokens.contains(id) else { return piece }
        for step in tokenSteps {
            switch step {
            case .byteLevel:
                piece = ByteAlphabet.bytes(spelledBy: piece[...]) ?? piece
            case .replace(let pattern, let content):
                piece = piece.replacingAll(pattern, with: content)
            case .byteFallback:
                // Only the token's own text can be a byte token, and a byte is final.
                if let byte = ByteToken.byte(piece[...]) { return [byte] }
            case .stripToken(let content, let start, let stop):
                piece = Array(piece[...].stripped(content, start: start, stop: stop))
            case .metaspace(let replacement, let dropsInFirst):
                let content = isFirst && dropsInFirst ? [] : [UInt8(ascii: " ")]
                piece = piece.replacingAll(replacement, with: content)
            case .stripText, .join:
                break
            }
        }
        return piece
    }
}

extension ArraySlice<UInt8> {
    /// Without up to `start` occurrences of a literal at the start and `stop` at the end.
    func stripped(_ content: [UInt8], start: Int, stop: Int) -> ArraySlice<UInt8> {
        var rest = self
        for _ in 0..<start where rest.starts(with: content) {
            rest = rest.dropFirst(content.count)
        }
        for _ in 0..<stop where rest.suffix(content.count).elementsEqual(content) {
            rest = rest.dropLast(content.count)
        }
        return rest
    }
}
