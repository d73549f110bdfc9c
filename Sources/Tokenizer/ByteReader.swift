/// Writes integers, lists and byte strings, little-endian.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func reserve(_ byteCount: Int) {
        bytes.reserveCapacity(bytes.count + byteCount)
    }

    mutating func write(_ value: UInt8) {
        bytes.append(value)
    }

    mutating func write(_ value: Bool) {
        bytes.append(value ? 1 : 0)
    }

    mutating func write(_ value: UInt32) {
        bytes.append(UInt8(truncatingIfNeeded: value))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
    }

    /// Writes an id, or -1 for none.
    mutating func write(_ id: Int32?) {
        write(UInt32(bitPattern: id ?? -1))
    }

    /// Writes bytes without their count.
    mutating func write(bytes: [UInt8]) {
        self.bytes.append(contentsOf: bytes)
    }

    /// Writes bytes after their count.
    mutating func write(blob: [UInt8]) {
        write(UInt32(blob.count))
        bytes.append(contentsOf: blob)
    }

    /// Writes numbers after their count.
    mutating func write(list: [UInt32]) {
        write(UInt32(list.count))
        reserve(list.count * 4)
        for value in list { write(value) }
    }
}

/// Reads what `ByteWriter` wrote; every count is checked against the bytes left before it is used.
struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// An error at the current position.
    func error(_ reason: String) -> TokenizerError {
        .badSerializedForm(offset: position, reason: reason)
    }

    private func require(_ byteCount: Int) throws(TokenizerError) {
        guard byteCount <= bytes.count - position else {
            throw error("\(byteCount) bytes expected, \(bytes.count - position) left")
        }
    }

    mutating func readUInt8() throws(TokenizerError) -> UInt8 {
        try require(1)
        position += 1
        return bytes[position - 1]
    }

    mutating func readBool() throws(TokenizerError) -> Bool {
        let value = try readUInt8()
        guard value <= 1 else { throw error("a truth value must be 0 or 1") }
        return value == 1
    }

    mutating func readUInt32() throws(TokenizerError) -> UInt32 {
        try require(4)
        defer { position += 4 }
        return UInt32(bytes[position]) | UInt32(bytes[position + 1]) << 8
            | UInt32(bytes[position + 2]) << 16 | UInt32(bytes[position + 3]) << 24
    }

    /// Reads an id; -1 is none.
    mutating func readOptionalID() throws(TokenizerError) -> Int32? {
        let id = Int32(bitPattern: try readUInt32())
        return id == -1 ? nil : id
    }

    /// Reads a count of elements that must still fit into the bytes left.
    mutating func readCount(elementByteCount: Int) throws(TokenizerError) -> Int {
        let count = Int(try readUInt32())
        try require(count * elementByteCount)
        return count
    }

    mutating func readBytes(count: Int) throws(TokenizerError) -> [UInt8] {
        try require(count)
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func readBlob() throws(TokenizerError) -> [UInt8] {
        let count = try readCount(elementByteCount: 1)
        return try readBytes(count: count)
    }

    mutating func readList() throws(TokenizerError) -> [UInt32] {
        let count = try readCount(elementByteCount: 4)
        var list: [UInt32] = []
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(try readUInt32()) }
        return list
    }

    mutating func readIDs() throws(TokenizerError) -> [Int32] {
        try readList().map { Int32(bitPattern: $0) }
    }

    mutating func readLiteral() throws(TokenizerError) -> [UInt8] {
        let literal = try readBlob()
        try TokenizerSpecification.check(
            literal.count, "the length of a literal", TokenizerLimits.literalByteCount)
        return literal
    }

    mutating func readNonEmptyLiteral() throws(TokenizerError) -> [UInt8] {
        let literal = try readLiteral()
        guard !literal.isEmpty else { throw error("there is nothing to strip") }
        return literal
    }

    mutating func readStripCount() throws(TokenizerError) -> Int {
        let count = Int(try readUInt32())
        try TokenizerSpecification.check(
            count, "a count to strip", TokenizerLimits.literalByteCount)
        return count
    }
}
