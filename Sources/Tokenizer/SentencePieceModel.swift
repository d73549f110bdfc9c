internal import StrictJSON

/// A `tokenizer.model` of SentencePiece: the vocabulary and how it was trained.
///
/// The fields and their numbers are those of SentencePiece's `sentencepiece_model.proto`.
struct SentencePieceModel {
    private(set) var tokens = PieceTable()
    private(set) var scores: [Float] = []
    private(set) var types: [Int32] = []
    private var isUnigram = true
    private var unknownID: Int64 = 0
    private var bosID: Int64 = 1
    private var eosID: Int64 = 2
    private var padID: Int64 = -1
    private var addsSpacePrefix = true
    private var removesExtraWhitespace = true
    private var characterMapByteCount = 0

    /// Reads a file.
    ///
    /// - Throws: `TokenizerError` for a damaged message, and for settings that are not served.
    init(_ bytes: [UInt8]) throws(TokenizerError) {
        guard !Self.isTiktoken(bytes) else {
            throw .unsupported(
                component: "tokenizer.model", name: "a tiktoken file",
                supported: "a SentencePiece model; or tokenizer.json beside it")
        }
        var reader = ProtobufReader(bytes, 0..<bytes.count)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .bytes(let range)): try readPiece(bytes, range)
            case (2, .bytes(let range)): try readTraining(bytes, range)
            case (3, .bytes(let range)): try readNormalizer(bytes, range)
            case (1...3, _):
                throw .badValue(
                    field: "tokenizer.model", reason: "field \(number) is no message")
            default: break  // The self-test data, the denormalizer, and what later versions add.
            }
        }
    }

    /// Whether the first line is what tiktoken writes: base64, a space, a rank.
    private static func isTiktoken(_ bytes: [UInt8]) -> Bool {
        let line = bytes.prefix(TokenizerLimits.tokenByteCount).prefix { $0 != 0x0A }
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return false }
        return parts[1].allSatisfy { (0x30...0x39).contains($0) }
            && parts[0].allSatisfy { byte in
                let scalar = Unicode.Scalar(byte)
                return scalar.isASCII && scalar.properties.isAlphabetic
                    || (0x30...0x39).contains(byte) || "+/=".unicodeScalars.contains(scalar)
            }
    }

    private mutating func readPiece(
        _ bytes: [UInt8], _ range: Range<Int>
    ) throws(TokenizerError) {
        let id = tokens.count
        try TokenizerSpecification.check(
            id + 1, "the vocabulary size", TokenizerLimits.vocabularyCount)
        var piece: [UInt8] = []
        var score: Float = 0
        var type: Int32 = 1
        var reader = ProtobufReader(bytes, range)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .bytes(let range)):
                try TokenizerSpecification.check(
                    range.count, "the length of token \(id)", TokenizerLimits.tokenByteCount)
                piece = Array(bytes[range])
            case (2, .fixed32(let bits)): score = Float(bitPattern: bits)
            case (3, .varint(let value)): type = Int32(clamping: value)
            case (1...3, _):
                throw .badValue(
                    field: "tokenizer.model",
                    reason: "field \(number) of token \(id) has another type than in the format")
            default: break
            }
        }
        tokens.append(piece)
        scores.append(score)
        types.append(type)
    }

    private mutating func readTraining(
        _ bytes: [UInt8], _ range: Range<Int>
    ) throws(TokenizerError) {
        var reader = ProtobufReader(bytes, range)
        while let (number, value) = try reader.next() {
            guard case .varint(let value) = value else { continue }
            switch number {
            case 3: isUnigram = try Self.isUnigram(value)
            case 24 where value != 0:
                throw .unsupported(
                    component: "tokenizer.model", name: "treat_whitespace_as_suffix",
                    supported: "white space before words")
            case 40: unknownID = Int64(Int32(truncatingIfNeeded: value))
            case 41: bosID = Int64(Int32(truncatingIfNeeded: value))
            case 42: eosID = Int64(Int32(truncatingIfNeeded: value))
            case 43: padID = Int64(Int32(truncatingIfNeeded: value))
            default: break
            }
        }
    }

    private static func isUnigram(_ type: UInt64) throws(TokenizerError) -> Bool {
        guard type == 1 || type == 2 else {
            throw .unsupported(
                component: "tokenizer.model: model_type", name: "\(type)",
                supported: "1 (unigram), 2 (BPE)")
        }
        return type == 1
    }

    private mutating func readNormalizer(
        _ bytes: [UInt8], _ range: Range<Int>
    ) throws(TokenizerError) {
        var reader = ProtobufReader(bytes, range)
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (2, .bytes(let range)): characterMapByteCount = range.count
            case (3, .varint(let value)): addsSpacePrefix = value != 0
            case (4, .varint(let value)): removesExtraWhitespace = value != 0
            case (5, .varint(0)):
                throw .unsupported(
                    component: "tokenizer.model: escape_whitespaces", name: "false",
                    supported: "true")
            default: break
            }
        }
    }

    /// The same vocabulary in the form that GGUF files have.
    var vocabulary: GGUFVocabulary {
        func id(_ value: Int64) -> Int? { value < 0 ? nil : Int(value) }
        let isNamed = { (id: Int64) in tokens.indices.contains(Int(id)) }
        return GGUFVocabulary(
            model: isUnigram ? "t5" : "llama", tokens: tokens, scores: scores, types: types,
            bosID: isNamed(bosID) ? id(bosID) : nil, eosID: isNamed(eosID) ? id(eosID) : nil,
            unknownID: id(unknownID), padID: id(padID), addsSpacePrefix: addsSpacePrefix,
            removesExtraWhitespace: removesExtraWhitespace,
            characterMapByteCount: characterMapByteCount)
    }
}

extension TokenizerSpecification {
    /// Reads a SentencePiece `tokenizer.model` and, if there is one, `tokenizer_config.json`.
    ///
    /// A BPE model puts a beginning of text before a text, as Llama's do, unless the configuration
    /// says otherwise; a unigram model does not. Tokens that the configuration adds
    /// (`added_tokens_decoder`) are read too.
    ///
    /// - Throws: `TokenizerError` if the file is damaged or asks for what is not served.
    public init(
        sentencePieceModel bytes: [UInt8], configurationJSON: [UInt8]?
    ) throws(TokenizerError) {
        let model = try SentencePieceModel(bytes)
        try self.init(model.vocabulary)
        guard let configurationJSON else { return }
        let configuration = try FieldReader(
            parsing: configurationJSON, file: "tokenizer_config.json")
        try readAddedTokens(configuration)
        try readConfiguration(configuration)
        try validate()
    }

    /// Reads `added_tokens_decoder`: new tokens, and what the vocabulary's own are to be.
    private mutating func readAddedTokens(
        _ configuration: FieldReader
    ) throws(TokenizerError) {
        guard let list = try configuration.optionalObject("added_tokens_decoder") else { return }
        for member in try configuration.members("added_tokens_decoder") {
            let entry = try list.object(member.key.string)
            guard let id = Int(member.key.string), (0...names.count).contains(id) else {
                throw .badValue(
                    field: list.path,
                    reason: "\"\(member.key.string)\" is neither the id of a token nor the next "
                        + "one, \(names.count)")
            }
            let content = try entry.bytes("content")
            if id == names.count {
                try append(content)
            } else if !names[id].elementsEqual(content) {
                throw .duplicateID(
                    id: id, first: names.text(id),
                    second: String(decoding: content, as: UTF8.self))
            }
            try addToken(entry, id)
        }
    }

    private mutating func append(_ name: [UInt8]) throws(TokenizerError) {
        try Self.check(
            names.count + 1, "the vocabulary size", TokenizerLimits.vocabularyCount)
        try Self.check(
            name.count, "the length of token \(names.count)", TokenizerLimits.tokenByteCount)
        names.append(name)
        kinds.append(.userDefined)
        switch merges {
        case .scored(let scores): merges = .scored(scores + [0])
        case .unigram(let scores): merges = .unigram(scores + [0])
        case .ranked: break
        }
    }

    private mutating func addToken(_ entry: FieldReader, _ id: Int) throws(TokenizerError) {
        var token = try VocabularyEntries.addedToken(entry, id: Int32(id))
        token.isInModel = kinds[id].isText && kinds[id] != .userDefined
        // What stands for the unknown, and bytes, stay what they are.
        if kinds[id] != .unknown && kinds[id] != .byte {
            kinds[id] = token.isSpecial ? .control : .userDefined
        }
        addedTokens.removeAll { $0.id == token.id }
        addedTokens.append(token)
    }
}
