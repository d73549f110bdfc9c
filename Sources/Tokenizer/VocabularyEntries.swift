internal import StrictJSON

/// The tokens of a `tokenizer.json`: the model's vocabulary and the added tokens, by id.
struct VocabularyEntries {
    private(set) var names = PieceTable()
    private(set) var kinds: [TokenKind] = []
    private(set) var addedTokens: [AddedToken] = []

    /// The score of each of a unigram model's own tokens; nil for other models.
    private(set) var scores: [Float]?

    /// The tokens that the model itself knows; merges may name no others.
    private(set) var modelIndex = PieceIndex(PieceTable())

    /// Reads `model.vocab` and `added_tokens`.
    init(model: FieldReader, root: FieldReader) throws(TokenizerError) {
        let added = root.value("added_tokens") == nil ? [] : try root.objects("added_tokens")
        var spellings: [[UInt8]?] = []
        if try model.optionalString("type") == "Unigram" {
            scores = try Self.readScored(model, into: &spellings)
        } else {
            try Self.readNumbered(model, into: &spellings)
        }
        let inModel = spellings.map { $0 != nil }
        for entry in added {
            let id = try entry.integer("id")
            try Self.place(try entry.bytes("content"), at: id, in: &spellings)
            var token = try Self.addedToken(entry, id: Int32(id))
            token.isInModel = Int(id) < inModel.count && inModel[Int(id)]
            addedTokens.append(token)
        }
        for spelling in spellings {
            names.append(spelling ?? [])
            kinds.append(spelling == nil ? .absent : .normal)
        }
        modelIndex = PieceIndex(names) { $0 < inModel.count && inModel[$0] }
        try checkAddedTokens()
        try readByteTokens(model)
    }

    /// Reads a vocabulary of tokens and ids.
    private static func readNumbered(
        _ model: FieldReader, into spellings: inout [[UInt8]?]
    ) throws(TokenizerError) {
        for member in try model.members("vocab") {
            guard let id = member.value.integerValue else {
                throw .wrongType(
                    field: "\(model.path).vocab \"\(member.key)\"", found: member.value.kind,
                    expected: "an id")
            }
            try place(member.key.bytes, at: id, in: &spellings)
        }
    }

    /// Reads a unigram model's vocabulary of tokens and scores, in order of their ids.
    private static func readScored(
        _ model: FieldReader, into spellings: inout [[UInt8]?]
    ) throws(TokenizerError) -> [Float] {
        var scores: [Float] = []
        for (id, value) in try model.array("vocab").enumerated() {
            guard let pair = value.arrayValue, pair.count == 2, let text = pair[0].stringValue,
                let score = pair[1].doubleValue
            else {
                throw .wrongType(
                    field: "\(model.path).vocab[\(id)]", found: value.kind,
                    expected: "[\"token\", score]")
            }
            try place(text.bytes, at: Int64(id), in: &spellings)
            scores.append(Float(score))
        }
        return scores
    }

    private static func place(
        _ spelling: [UInt8], at id: Int64, in spellings: inout [[UInt8]?]
    ) throws(TokenizerError) {
        guard id >= 0, id < TokenizerLimits.vocabularyCount else {
            throw .limitExceeded(
                what: "the id of token \"\(String(decoding: spelling.prefix(64), as: UTF8.self))\"",
                value: Int(id), limit: TokenizerLimits.vocabularyCount - 1)
        }
        try TokenizerSpecification.check(
            spelling.count, "the length of token \(id)", TokenizerLimits.tokenByteCount)
        let index = Int(id)
        if index >= spellings.count {
            spellings.append(contentsOf: repeatElement(nil, count: index + 1 - spellings.count))
        }
        if let existing = spellings[index], existing != spelling {
            throw .duplicateID(
                id: index, first: String(decoding: existing, as: UTF8.self),
                second: String(decoding: spelling, as: UTF8.self))
        }
        spellings[index] = spelling
    }

    /// What an entry says of a token; whether the model knows it too is for the caller to say.
    static func addedToken(
        _ entry: FieldReader, id: Int32
    ) throws(TokenizerError) -> AddedToken {
        var token = AddedToken(id: id)
        token.isSpecial = try entry.optionalBool("special") ?? false
        token.stripsLeft = try entry.optionalBool("lstrip") ?? false
        token.stripsRight = try entry.optionalBool("rstrip") ?? false
        token.isSingleWord = try entry.optionalBool("single_word") ?? false
        token.isNormalized = try entry.optionalBool("normalized") ?? !token.isSpecial
        return token
    }

    /// Marks the added tokens and refuses one that the model knows under another id.
    private mutating func checkAddedTokens() throws(TokenizerError) {
        for token in addedTokens {
            let id = Int(token.id)
            kinds[id] = token.isSpecial ? .control : .userDefined
            if let known = modelIndex.find(Array(names[id])), known != token.id {
                throw .badValue(
                    field: "added token \"\(names.text(id))\"",
                    reason: "its id is \(id), but the model's vocabulary says \(known)")
            }
        }
    }

    private mutating func readByteTokens(_ model: FieldReader) throws(TokenizerError) {
        guard try model.optionalBool("byte_fallback") ?? false else { return }
        for id in 0..<names.count where ByteToken.isShapedLikeOne(names[id]) {
            guard ByteToken.byte(names[id]) != nil else {
                throw .badByteToken(id: id, spelling: names.text(id))
            }
            kinds[id] = .byte
        }
    }
}
