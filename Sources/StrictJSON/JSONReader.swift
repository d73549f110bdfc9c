/// A strict JSON reader over bytes (RFC 8259): no recursion beyond the depth limit, no leniency.
struct JSONReader {
    let bytes: [UInt8]
    private let limits: JSONLimits
    var position = 0
    private var valueCount = 0

    /// Prepares to read one text.
    init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// Reads the text's single value.
    ///
    /// - Throws: `JSONError` if the text is too large, not UTF-8, or no strict JSON.
    mutating func readDocument() throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.maximumByteCount else {
            throw JSONError(
                .tooLarge(byteCount: bytes.count, limit: limits.maximumByteCount), at: 0)
        }
        if let offset = UTF8Check.firstInvalidOffset(in: bytes) {
            throw JSONError(.invalidUTF8, at: offset)
        }
        position = 0
        valueCount = 0
        skipWhiteSpace()
        let value = try readValue(depth: 0)
        skipWhiteSpace()
        guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
        return value
    }

    private mutating func readValue(depth: Int) throws(JSONError) -> JSONValue {
        valueCount += 1
        guard valueCount <= limits.maximumValueCount else {
            throw JSONError(.tooManyValues(limit: limits.maximumValueCount), at: position)
        }
        switch try peek(expecting: "a value") {
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "["): return try readArray(depth: depth + 1)
        case UInt8(ascii: "{"): return try readObject(depth: depth + 1)
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(try readNumber())
        case UInt8(ascii: "N"), UInt8(ascii: "I"): throw JSONError(.badNumber, at: position)
        case let byte: throw JSONError(.unexpectedByte(byte, expected: "a value"), at: position)
        }
    }

    private mutating func readWord(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        let start = position
        for expected in word.description.utf8 {
            guard position < bytes.count, bytes[position] == expected else {
                throw JSONError(.unexpectedByte(bytes[start], expected: "a value"), at: start)
            }
            position += 1
        }
        return value
    }

    private mutating func readArray(depth: Int) throws(JSONError) -> JSONValue {
        try open(depth: depth)
        var elements: [JSONValue] = []
        if try close(with: UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try readValue(depth: depth))
            skipWhiteSpace()
            if try close(with: UInt8(ascii: "]")) { return .array(elements) }
            try expect(UInt8(ascii: ","), "',' or ']'")
            skipWhiteSpace()
        }
    }

    private mutating func readObject(depth: Int) throws(JSONError) -> JSONValue {
        try open(depth: depth)
        var members: [JSONObject.Member] = []
        var keyOffsets: [Int] = []
        if try !close(with: UInt8(ascii: "}")) {
            repeat {
                if !members.isEmpty {
                    try expect(UInt8(ascii: ","), "',' or '}'")
                    skipWhiteSpace()
                }
                keyOffsets.append(position)
                members.append(try readMember(depth: depth))
                skipWhiteSpace()
            } while try !close(with: UInt8(ascii: "}"))
        }
        do throws(JSONObject.DuplicateKey) {
            return .object(try JSONObject(checking: members))
        } catch {
            let key = members[error.index].key.string
            throw JSONError(.duplicateKey(key), at: keyOffsets[error.index])
        }
    }

    private mutating func readMember(depth: Int) throws(JSONError) -> JSONObject.Member {
        let byte = try peek(expecting: "a key")
        guard byte == UInt8(ascii: "\"") else {
            throw JSONError(.unexpectedByte(byte, expected: "a key in quotes"), at: position)
        }
        let key = try readString()
        skipWhiteSpace()
        try expect(UInt8(ascii: ":"), "':'")
        skipWhiteSpace()
        return JSONObject.Member(key, try readValue(depth: depth))
    }

    private mutating func open(depth: Int) throws(JSONError) {
        guard depth <= limits.maximumDepth else {
            throw JSONError(.tooDeep(limit: limits.maximumDepth), at: position)
        }
        position += 1
        skipWhiteSpace()
    }

    private mutating func close(with byte: UInt8) throws(JSONError) -> Bool {
        guard try peek(expecting: "'\(Character(Unicode.Scalar(byte)))'") == byte else {
            return false
        }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ expected: String) throws(JSONError) {
        let found = try peek(expecting: expected)
        guard found == byte else {
            throw JSONError(.unexpectedByte(found, expected: expected), at: position)
        }
        position += 1
    }

    func peek(expecting expected: @autoclosure () -> String) throws(JSONError) -> UInt8 {
        guard position < bytes.count else {
            throw JSONError(.unexpectedEnd(expected: expected()), at: position)
        }
        return bytes[position]
    }

    private mutating func skipWhiteSpace() {
        while position < bytes.count, Self.isWhiteSpace(bytes[position]) {
            position += 1
        }
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
