import Foundation

/// Puts little-endian integers together.
struct ByteWriter {
    private(set) var data = Data()

    mutating func write(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }

    mutating func write(_ bytes: some Sequence<UInt8>) { data.append(contentsOf: bytes) }
}

/// Takes little-endian integers apart; every read checks that the bytes are there.
struct ByteScanner {
    private let bytes: [UInt8]
    private var position = 0
    private let what: String

    init(_ data: Data, what: String) {
        bytes = Array(data)
        self.what = what
    }

    var remaining: Int { bytes.count - position }

    var damaged: StudyError {
        StudyError("STORE_VALUE", "the store's \(what) is damaged")
    }

    mutating func read<Value: FixedWidthInteger>(_ type: Value.Type) throws(StudyError) -> Value {
        let count = Value.bitWidth / 8
        guard remaining >= count else { throw damaged }
        var value: Value = 0
        for offset in 0..<count {
            value |= Value(truncatingIfNeeded: bytes[position + offset]) << Value(8 * offset)
        }
        position += count
        return value
    }

    /// A 64-bit count of at most `limit`.
    mutating func count(limit: Int) throws(StudyError) -> Int {
        let value = try read(UInt64.self)
        guard value <= UInt64(limit) else { throw damaged }
        return Int(value)
    }

    mutating func read(count: Int) throws(StudyError) -> [UInt8] {
        guard count >= 0, remaining >= count else { throw damaged }
        defer { position += count }
        return Array(bytes[position..<(position + count)])
    }
}
