// Little-endian reads and writes on plain arrays. Callers check bounds first; an index out of range
// traps, which is what a broken invariant deserves.

extension RandomAccessCollection where Element == UInt8, Index == Int {
    func littleEndianUInt16(at index: Int) -> UInt16 {
        UInt16(self[index]) | UInt16(self[index + 1]) << 8
    }

    func littleEndianUInt32(at index: Int) -> UInt32 {
        UInt32(littleEndianUInt16(at: index)) | UInt32(littleEndianUInt16(at: index + 2)) << 16
    }

    func littleEndianUInt64(at index: Int) -> UInt64 {
        UInt64(littleEndianUInt32(at: index)) | UInt64(littleEndianUInt32(at: index + 4)) << 32
    }
}

extension [UInt8] {
    mutating func appendLittleEndian<Integer: FixedWidthInteger>(_ value: Integer) {
        var rest = value
        for _ in 0..<(Integer.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}

/// Decodes UTF-8 strictly: a byte sequence that is not UTF-8 gives nil, never a replacement.
func strictUTF8(_ bytes: ArraySlice<UInt8>) -> String? {
    String(validating: bytes, as: UTF8.self)
}
