extension NormalizerStep {
    func write(to writer: inout ByteWriter) {
        switch self {
        case .prepend(let content):
            writer.write(UInt8(0))
            writer.write(blob: content)
        case .replace(let pattern, let content):
            writer.write(UInt8(1))
            writer.write(blob: pattern)
            writer.write(blob: content)
        case .normalize(let form):
            writer.write(UInt8(2))
            writer.write(form.rawValue)
        case .collapseSpaces:
            writer.write(UInt8(3))
        }
    }

    init(from reader: inout ByteReader) throws(TokenizerError) {
        switch try reader.readUInt8() {
        case 0: self = .prepend(try reader.readLiteral())
        case 1:
            let pattern = try reader.readLiteral()
            self = .replace(pattern: pattern, content: try reader.readLiteral())
        case 2:
            guard let form = UnicodeForm(rawValue: try reader.readUInt8()) else {
                throw reader.error("there is no such normalization form")
            }
            self = .normalize(form)
        case 3: self = .collapseSpaces
        case let other: throw reader.error("there is no normalizer step \(other)")
        }
    }
}

extension PreTokenizerStep {
    func write(to writer: inout ByteWriter) {
        switch self {
        case .split(let pattern):
            writer.write(UInt8(0))
            writer.write(pattern.rawValue)
        case .digits(let individually):
            writer.write(UInt8(1))
            writer.write(individually)
        case .metaspace(let replacement, let scheme, let splits):
            writer.write(UInt8(2))
            writer.write(blob: replacement)
            writer.write(scheme.rawValue)
            writer.write(splits)
        case .byteLevel(let addsPrefixSpace, let splits):
            writer.write(UInt8(3))
            writer.write(addsPrefixSpace)
            writer.write(splits)
        }
    }

    init(from reader: inout ByteReader) throws(TokenizerError) {
        switch try reader.readUInt8() {
        case 0:
            guard let pattern = SplitPattern(rawValue: try reader.readUInt8()) else {
                throw reader.error("there is no such split pattern")
            }
            self = .split(pattern)
        case 1: self = .digits(individually: try reader.readBool())
        case 2:
            let replacement = try reader.readLiteral()
            guard let scheme = PrependScheme(rawValue: try reader.readUInt8()) else {
                throw reader.error("there is no such prepend scheme")
            }
            self = .metaspace(
                replacement: replacement, scheme: scheme, splits: try reader.readBool())
        case 3:
            let spaced = try reader.readBool()
            self = .byteLevel(addsPrefixSpace: spaced, splits: try reader.readBool())
        case let other: throw reader.error("there is no pre-tokenizer step \(other)")
        }
    }
}

extension DecoderStep {
    func write(to writer: inout ByteWriter) {
        switch self {
        case .byteLevel:
            writer.write(UInt8(0))
        case .replace(let pattern, let content):
            writer.write(UInt8(1))
            writer.write(blob: pattern)
            writer.write(blob: content)
        case .byteFallback:
            writer.write(UInt8(2))
        case .stripToken(let content, let start, let stop):
            writer.write(UInt8(3))
            writer.write(blob: content)
            writer.write(UInt32(start))
            writer.write(UInt32(stop))
        case .metaspace(let replacement, let dropsInFirst):
            writer.write(UInt8(4))
            writer.write(blob: replacement)
            writer.write(dropsInFirst)
        case .stripText(let content, let start, let stop):
            writer.write(UInt8(5))
            writer.write(blob: content)
            writer.write(UInt32(start))
            writer.write(UInt32(stop))
        case .join(let separator):
            writer.write(UInt8(6))
            writer.write(blob: separator)
        }
    }

    init(from reader: inout ByteReader) throws(TokenizerError) {
        switch try reader.readUInt8() {
        case 0: self = .byteLevel
        case 1:
            let pattern = try reader.readLiteral()
            self = .replace(pattern: pattern, content: try reader.readLiteral())
        case 2: self = .byteFallback
        case 3:
            let content = try reader.readNonEmptyLiteral()
            let start = try reader.readStripCount()
            self = .stripToken(content: content, start: start, stop: try reader.readStripCount())
        case 4:
            let replacement = try reader.readLiteral()
            self = .metaspace(replacement: replacement, dropsInFirst: try reader.readBool())
        case 5:
            let content = try reader.readNonEmptyLiteral()
            let start = try reader.readStripCount()
            self = .stripText(content: content, start: start, stop: try reader.readStripCount())
        case 6: self = .join(separator: try reader.readLiteral())
        case let other: throw reader.error("there is no decoder step \(other)")
        }
    }
}
