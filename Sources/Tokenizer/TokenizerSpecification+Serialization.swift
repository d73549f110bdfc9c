internal import StrictJSON

// The serialized form: magic, version, then every field in order; integers are little-endian.

extension TokenizerSpecification {
    private static let magic = Array("NTOK".utf8)
    private static let version: UInt32 = 2

    /// A compact binary form from which an engine process rebuilds the tokenizer quickly.
    ///
    /// Equal specifications have equal forms; the form carries a version, and another version is
    /// refused.
    public func serialized() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(bytes: Self.magic)
        writer.write(Self.version)
        writer.write(list: names.ends)
        writer.write(bytes: names.bytes)
        writer.write(blob: kinds.map(\.rawValue))
        write(merges, to: &writer)
        writer.write(unknownID)
        writer.write(fusesUnknown)
        writer.write(fallsBackToBytes)
        writer.write(ignoresMerges)
        writer.write(decodesAddedTokensLiterally)
        writer.write(UInt32(addedTokens.count))
        for token in addedTokens {
            writer.write(UInt32(bitPattern: token.id))
            writer.write(token.flags)
        }
        writer.write(UInt32(normalizer.count))
        for step in normalizer { step.write(to: &writer) }
        writer.write(UInt32(preTokenizer.count))
        for step in preTokenizer { step.write(to: &writer) }
        writer.write(UInt32(decoder.count))
        for step in decoder { step.write(to: &writer) }
        writer.write(list: prefix.map { UInt32(bitPattern: $0) })
        writer.write(list: suffix.map { UInt32(bitPattern: $0) })
        writer.write(bosID)
        writer.write(list: eosIDs.map { UInt32(bitPattern: $0) })
        writer.write(blob: Array((chatTemplate?.digest ?? "").utf8))
        return writer.bytes
    }

    private func write(_ merges: MergeScheme, to writer: inout ByteWriter) {
        switch merges {
        case .ranked(let rules):
            writer.write(UInt8(0))
            writer.write(UInt32(rules.count))
            writer.reserve(rules.count * 12)
            for rule in rules {
                writer.write(rule.left)
                writer.write(rule.right)
                writer.write(rule.result)
            }
        case .scored(let scores):
            writer.write(UInt8(1))
            writer.write(list: scores.map(\.bitPattern))
        case .unigram(let scores):
            writer.write(UInt8(2))
            writer.write(list: scores.map(\.bitPattern))
        }
    }

    /// Reads a serialized specification.
    ///
    /// - Throws: `TokenizerError.badSerializedForm` with the offset if the bytes are cut off,
    ///   damaged or of another version; other cases if what they say contradicts itself.
    public init(serialized bytes: [UInt8]) throws(TokenizerError) {
        self.init()
        var reader = ByteReader(bytes)
        guard try reader.readBytes(count: 4) == Self.magic else {
            throw .badSerializedForm(offset: 0, reason: "it does not begin with NTOK")
        }
        let version = try reader.readUInt32()
        guard version == Self.version else {
            throw .badSerializedForm(
                offset: 4, reason: "version \(version) is not supported; expected \(Self.version)")
        }
        try readVocabulary(&reader)
        merges = try Self.readMerges(&reader)
        unknownID = try reader.readOptionalID()
        fusesUnknown = try reader.readBool()
        fallsBackToBytes = try reader.readBool()
        ignoresMerges = try reader.readBool()
        decodesAddedTokensLiterally = try reader.readBool()
        for _ in 0..<(try reader.readCount(elementByteCount: 5)) {
            let id = Int32(bitPattern: try reader.readUInt32())
            addedTokens.append(try AddedToken(id: id, flags: try reader.readUInt8(), reader))
        }
        try readSteps(&reader)
        prefix = try reader.readIDs()
        suffix = try reader.readIDs()
        bosID = try reader.readOptionalID()
        eosIDs = try reader.readIDs()
        chatTemplate = try Self.readTemplate(&reader)
        guard reader.isAtEnd else { throw reader.error("bytes follow the end") }
        try validate()
    }

    private static func readTemplate(
        _ reader: inout ByteReader
    ) throws(TokenizerError) -> ChatTemplate? {
        let digest = try reader.readBlob()
        guard !digest.isEmpty else { return nil }
        guard digest.count == 64, digest.allSatisfy({ Hexadecimal.value($0) != nil }) else {
            throw reader.error("a chat template's digest is not 64 hexadecimal digits")
        }
        return ChatTemplate(digest: String(decoding: digest, as: UTF8.self))
    }

    private mutating func readVocabulary(_ reader: inout ByteReader) throws(TokenizerError) {
        let ends = try reader.readList()
        let bytes = try reader.readBytes(count: Int(ends.last ?? 0))
        guard let table = PieceTable(bytes: bytes, ends: ends) else {
            throw reader.error("token ends are not in order")
        }
        names = table
        let rawKinds = try reader.readBlob()
        kinds.reserveCapacity(rawKinds.count)
        for raw in rawKinds {
            guard let kind = TokenKind(rawValue: raw) else {
                throw reader.error("there is no token type \(raw)")
            }
            kinds.append(kind)
        }
    }

    private static func readMerges(
        _ reader: inout ByteReader
    ) throws(TokenizerError) -> MergeScheme {
        switch try reader.readUInt8() {
        case 0:
            let count = try reader.readCount(elementByteCount: 12)
            var rules: [MergeRule] = []
            rules.reserveCapacity(count)
            for _ in 0..<count {
                let left = try reader.readUInt32()
                let right = try reader.readUInt32()
                rules.append(MergeRule(left: left, right: right, result: try reader.readUInt32()))
            }
            return .ranked(rules)
        case 1:
            return .scored(try reader.readList().map(Float.init(bitPattern:)))
        case 2:
            return .unigram(try reader.readList().map(Float.init(bitPattern:)))
        case let other:
            throw reader.error("there is no merge scheme \(other)")
        }
    }

    private mutating func readSteps(_ reader: inout ByteReader) throws(TokenizerError) {
        for _ in 0..<(try reader.readCount(elementByteCount: 1)) {
            normalizer.append(try NormalizerStep(from: &reader))
        }
        for _ in 0..<(try reader.readCount(elementByteCount: 1)) {
            preTokenizer.append(try PreTokenizerStep(from: &reader))
        }
        for _ in 0..<(try reader.readCount(elementByteCount: 1)) {
            decoder.append(try DecoderStep(from: &reader))
        }
    }
}

extension AddedToken {
    /// The properties as bits, in the order of declaration.
    fileprivate var flags: UInt8 {
        let bits = [isSpecial, stripsLeft, stripsRight, isSingleWord, isNormalized, isInModel]
        return bits.enumerated().reduce(0) { $0 | ($1.element ? 1 << UInt8($1.offset) : 0) }
    }

    fileprivate init(id: Int32, flags: UInt8, _ reader: ByteReader) throws(TokenizerError) {
        guard flags < 1 << 6 else { throw reader.error("added token with unknown flags") }
        self.init(
            id: id, isSpecial: flags & 1 != 0, stripsLeft: flags & 2 != 0,
            stripsRight: flags & 4 != 0, isSingleWord: flags & 8 != 0,
            isNormalized: flags & 16 != 0, isInModel: flags & 32 != 0)
    }
}
