internal import StrictJSON

/// The alphabet of byte-level vocabularies: one printable character for each of the 256 bytes.
///
/// Bytes that are printable in Latin-1 stand for themselves; the other 68 are given the characters
/// from U+0100 on, in order. (The mapping that GPT-2 introduced.)
enum ByteAlphabet {
    /// The scalar value that spells each byte.
    static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (UInt32(0)...0xFF).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                return byte
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// The UTF-8 of the character that spells each byte: one or two bytes.
    static let spellings: [[UInt8]] = scalars.map { value in
        var bytes: [UInt8] = []
        if let scalar = Unicode.Scalar(value) { bytes.append(utf8Of: scalar) }
        return bytes
    }

    /// The byte that each scalar value spells; nil marks those that spell none.
    private static let bytes: [UInt8?] = {
        var bytes = [UInt8?](repeating: nil, count: 0x144)
        for (byte, scalar) in scalars.enumerated() {
            bytes[Int(scalar)] = UInt8(byte)
        }
        return bytes
    }()

    /// The bytes that a token spells, or nil if a character is not of the alphabet.
    static func bytes(spelledBy token: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(token.count)
        for scalar in String(decoding: token, as: UTF8.self).unicodeScalars {
            guard scalar.value < bytes.count, let byte = bytes[Int(scalar.value)] else {
                return nil
            }
            result.append(byte)
        }
        return result
    }
}

/// Tokens of the form `<0x0A>`, which stand for one byte.
enum ByteToken {
    /// The spelling of a byte's token.
    static func spelling(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            + Array(">".utf8)
    }

    /// The byte a token stands for, or nil if it is no byte token.
    static func byte(_ token: ArraySlice<UInt8>) -> UInt8? {
        guard isShapedLikeOne(token), let high = Hexadecimal.value(token[token.startIndex + 3]),
            let low = Hexadecimal.value(token[token.startIndex + 4])
        else { return nil }
        return high << 4 | low
    }

    /// Whether a token is six bytes long, begins with `<0x` and ends with `>`.
    static func isShapedLikeOne(_ token: ArraySlice<UInt8>) -> Bool {
        token.count == 6 && token.starts(with: Array("<0x".utf8))
            && token.last == UInt8(ascii: ">")
    }
}
