/// Reads a file's structures front to back; every read is checked against the bytes left.
struct ByteCursor {
    /// The file read.
    let bytes: FileBytes

    /// Where the next read starts.
    private(set) var position: Int

    /// How many bytes are left.
    var remaining: Int { bytes.count - position }

    /// Starts at the beginning of a file, or at a place in it.
    init(_ bytes: FileBytes, at position: Int = 0) {
        precondition((0...bytes.count).contains(position), "position outside the file")
        self.bytes = bytes
        self.position = position
    }

    /// Reads one little-endian integer.
    mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type, _ field: @autoclosure () -> String
    ) throws(ModelFileError) -> Value {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw truncated(field(), needed: "\(size)") }
        defer { position += size }
        return bytes.load(type, at: position)
    }

    /// Steps over `count` bytes and returns where they lie.
    mutating func skip(
        _ count: some BinaryInteger, _ field: @autoclosure () -> String
    ) throws(ModelFileError) -> Range<Int> {
        guard let size = CheckedSize(count)?.value, size <= remaining else {
            throw truncated(field(), needed: "\(count)")
        }
        defer { position += size }
        return position..<position + size
    }

    /// Steps over a string with a 64-bit length and returns where its bytes lie.
    mutating func skipString(
        _ field: @autoclosure () -> String
    ) throws(ModelFileError) -> Range<Int> {
        let length = try read(UInt64.self, "length of \(field())")
        return try skip(length, field())
    }

    /// Reads a name: UTF-8 without a zero byte, not empty, at most `limit` bytes.
    mutating func readName(
        limit: Int, _ field: @autoclosure () -> String
    ) throws(ModelFileError) -> String {
        let length = try read(UInt64.self, "length of \(field())")
        guard length >= 1, length <= limit else {
            throw bytes.malformed(
                field(), "its length is \(length) bytes", accepted: "1 to \(limit) bytes")
        }
        let raw = bytes.copy(try skip(length, field()))
        guard !raw.contains(0), let name = String(validating: raw, as: UTF8.self) else {
            throw bytes.malformed(
                field(), "it is not UTF-8 text or holds a zero byte", accepted: "UTF-8 text")
        }
        return name
    }

    private func truncated(_ field: String, needed: String) -> ModelFileError {
        bytes.malformed(
            field, "the file ends: \(needed) bytes needed at offset \(position), \(remaining) left",
            accepted: "a complete file")
    }
}
