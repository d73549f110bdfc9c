extension JSONReader {
    /// Reads a string whose opening quote is the current byte.
    mutating func readString() throws(JSONError) -> JSONString {
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\""),
            bytes[position] != UInt8(ascii: "\\"), bytes[position] >= 0x20
        {
            position += 1
        }
        var text = Array(bytes[start..<position])
        while true {
            let byte = try peek(expecting: "the closing '\"'")
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return JSONString(validated: text)
            case UInt8(ascii: "\\"):
                try readEscape(into: &text)
            case 0..<0x20:
                throw JSONError(.controlCharacterInString(byte), at: position)
            default:
                text.append(byte)
                position += 1
            }
        }
    }

    private mutating func readEscape(into text: inout [UInt8]) throws(JSONError) {
        let start = position
        position += 1
        let byte = try peek(expecting: "an escape")
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(utf8Of: try readUnicodeEscape(from: start))
        default: throw JSONError(.badEscape, at: start)
        }
    }

    private mutating func readUnicodeEscape(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try readHexDigits(escapeAt: start)
        guard (0xD800..<0xE000).contains(first) else {
            guard let scalar = Unicode.Scalar(first) else {
                throw JSONError(.loneSurrogate, at: start)
            }
            return scalar
        }
        guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw JSONError(.loneSurrogate, at: start) }
        position += 2
        let second = try readHexDigits(escapeAt: start)
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw JSONError(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func readHexDigits(escapeAt start: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek(expecting: "four hex digits")
            guard let digit = Hexadecimal.value(byte) else {
                throw JSONError(.badEscape, at: start)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
