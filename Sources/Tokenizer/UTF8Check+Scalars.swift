internal import StrictJSON

extension UTF8Check {
    /// The scalar that begins at an offset of valid UTF-8, and its length in bytes.
    static func scalar(in text: [UInt8], at offset: Int) -> (Unicode.Scalar, byteCount: Int) {
        let first = text[offset]
        let byteCount = sequenceLength(first)
        guard byteCount > 1, offset + byteCount <= text.count else {
            return (Unicode.Scalar(first), 1)
        }
        var value = UInt32(first) & (0x7F >> UInt32(byteCount))
        for index in offset + 1..<offset + byteCount {
            value = value << 6 | UInt32(text[index] & 0x3F)
        }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", byteCount)
    }

    /// How long the sequence is that begins with this byte; 1 for ASCII and for a stray byte.
    static func sequenceLength(_ first: UInt8) -> Int {
        switch first {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }

    /// The length of the sequence at the very end that is valid so far but not complete: 0 to 3.
    static func incompleteSuffixLength(_ bytes: ArraySlice<UInt8>) -> Int {
        for length in 1...3 where length <= bytes.count {
            let first = bytes[bytes.endIndex - length]
            if first & 0xC0 == 0x80 { continue }
            guard sequenceLength(first) > length else { return 0 }
            if length == 1 { return 1 }
            let second = bytes[bytes.endIndex - length + 1]
            return isSecond(second, after: first) ? length : 0
        }
        return 0
    }

    /// Whether a continuation byte may follow a lead byte (no overlong forms, no surrogates).
    private static func isSecond(_ byte: UInt8, after first: UInt8) -> Bool {
        switch first {
        case 0xE0: (0xA0...0xBF).contains(byte)
        case 0xED: (0x80...0x9F).contains(byte)
        case 0xF0: (0x90...0xBF).contains(byte)
        case 0xF4: (0x80...0x8F).contains(byte)
        default: (0x80...0xBF).contains(byte)
        }
    }
}
