/// Reads the fields of a protobuf message one after the other.
///
/// Only what SentencePiece's models are made of: varints, 32- and 64-bit values and byte strings.
/// Lengths are checked against the bytes at hand before anything is taken; groups, which no such
/// model has, are refused, so that nothing can be nested.
struct ProtobufReader {
    /// The value of one field.
    enum Value {
        case varint(UInt64)
        case fixed32(UInt32)
        case fixed64(UInt64)
        case bytes(Range<Int>)
    }

    private let bytes: [UInt8]
    private let end: Int
    private var position: Int

    /// Starts with the first field in `range`.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field, or nil at the end.
    mutating func next() throws(TokenizerError) -> (number: UInt64, value: Value)? {
        guard position < end else { return nil }
        let start = position
        let tag = try readVarint("a field's number")
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else {
            throw error(start, "field \(tag >> 3); expected 1 to \((1 << 29) - 1)")
        }
        switch tag & 7 {
        case 0: return (tag >> 3, .varint(try readVarint("field \(tag >> 3)")))
        case 1: return (tag >> 3, .fixed64(try readFixed(8)))
        case 2: return (tag >> 3, .bytes(try readBytes(of: tag >> 3)))
        case 5: return (tag >> 3, .fixed32(UInt32(truncatingIfNeeded: try readFixed(4))))
        case let type:
            throw error(
                start, "field \(tag >> 3) has the wire type \(type); expected 0, 1, 2 or 5")
        }
    }

    private mutating func readVarint(_ what: String) throws(TokenizerError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw error(start, "\(what) is cut off") }
            let byte = UInt64(bytes[position])
            position += 1
            guard shift < 63 || byte <= 1 else { break }
            value |= (byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw error(start, "\(what) is longer than 64 bits")
    }

    private mutating func readFixed(_ byteCount: Int) throws(TokenizerError) -> UInt64 {
        guard end - position >= byteCount else {
            throw error(position, "\(byteCount) bytes expected, \(end - position) left")
        }
        defer { position += byteCount }
        return bytes[position..<position + byteCount].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func readBytes(of field: UInt64) throws(TokenizerError) -> Range<Int> {
        let start = position
        let count = try readVarint("the length of field \(field)")
        guard count <= UInt64(end - position) else {
            throw error(start, "field \(field) has \(count) bytes, but \(end - position) are left")
        }
        defer { position += Int(count) }
        return position..<position + Int(count)
    }

    private func error(_ offset: Int, _ reason: String) -> TokenizerError {
        .badValue(field: "tokenizer.model, byte \(offset)", reason: reason)
    }
}
