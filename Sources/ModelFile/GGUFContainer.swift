/// A GGUF file (versions 2 and 3, little-endian), read as far as its tables: metadata and tensors.
///
/// Opening checks everything that can be checked without the tensor data; `requireData()` checks
/// that the data is there too. `open` reads a split model from any of its parts.
struct GGUFContainer: Sendable {
    /// The file.
    let bytes: FileBytes

    /// The format's version.
    let version: UInt32

    /// Tensor data starts at multiples of this many bytes.
    let alignment: Int

    /// The metadata by key.
    let values: [String: GGUFValue]

    /// The tensor table in the file's order; of a split model, the tables of all parts.
    var tensors: [GGUFTensor]

    /// Where the tensors' data lies: this file, and the other parts of a split model.
    var parts: [GGUFPart]

    /// Where the tables end.
    let tableEnd: Int

    /// Where tensor data starts: the tables' end, aligned.
    let dataStart: Int

    /// How many bytes of tensor data the table asks for, with padding after the last tensor.
    let dataByteCount: Int

    /// The four bytes every file starts with.
    static let magic = Array("GGUF".utf8)

    /// Reads and checks the tables.
    ///
    /// - Throws: `malformed` or `unsupported`, naming the field.
    init(_ bytes: FileBytes) throws(ModelFileError) {
        var cursor = ByteCursor(bytes)
        let header = try GGUFHeader(&cursor)
        let values = try Self.readValues(&cursor, count: header.keyValueCount)
        let alignment = try Self.alignment(from: values, in: bytes)
        let tensors = try Self.readTensors(
            &cursor, count: header.tensorCount, alignment: alignment)
        let extent = try Self.checkedExtent(of: tensors, alignment: alignment, in: bytes)
        guard let dataStart = CheckedSize(cursor.position)?.roundedUp(toMultipleOf: alignment),
            dataStart.adding(extent) != nil
        else {
            throw bytes.malformed(
                "tensor table", "the end of the data is out of range", accepted: "a smaller file")
        }
        self.bytes = bytes
        self.version = header.version
        self.alignment = alignment
        self.values = values
        self.tensors = tensors
        self.tableEnd = cursor.position
        self.dataStart = dataStart.value
        self.dataByteCount = extent
        parts = [
            GGUFPart(
                bytes: bytes, dataStart: dataStart.value, dataByteCount: extent,
                alignment: alignment)
        ]
    }

    /// Checks that every part holds the data that its tensor table promises.
    ///
    /// - Throws: `malformed` naming the first tensor that reaches past the end.
    func requireData() throws(ModelFileError) {
        for (index, part) in parts.enumerated() {
            try part.requireData(of: tensors.lazy.filter { $0.part == index })
        }
    }

    /// The file that a tensor's data lies in, and where it starts there.
    func place(of tensor: GGUFTensor) -> (bytes: FileBytes, start: Int) {
        let part = parts[tensor.part]
        // The tables were checked: an offset that is out of range was refused.
        return (part.bytes, part.dataStart + tensor.offset)
    }
}

/// One line of the tensor table.
struct GGUFTensor: Sendable {
    /// The tensor's name.
    let name: String

    /// The dimensions in the file's order: columns first.
    let dimensions: [Int]

    /// How the numbers are stored.
    let type: GGMLType

    /// Where the data lies, from the start of the data.
    let offset: Int

    /// How many bytes the data has.
    let byteCount: Int

    /// Which part of a split model the data lies in, from 0.
    var part = 0

    /// How many numbers the tensor has; checked to fit when the table was read.
    var elementCount: Int { dimensions.reduce(1, *) }
}

/// The fixed start of a GGUF file.
struct GGUFHeader {
    let version: UInt32
    let tensorCount: Int
    let keyValueCount: Int

    /// The least bytes a key-value pair takes: key length, one byte of key, type, one of value.
    private static let leastKeyValueByteCount = 14

    /// The least bytes a tensor takes: name length, one byte, count, one dimension, type, offset.
    private static let leastTensorByteCount = 33

    init(_ cursor: inout ByteCursor) throws(ModelFileError) {
        let bytes = cursor.bytes
        let magic = bytes.copy(try cursor.skip(4, "magic"))
        guard magic == GGUFContainer.magic else {
            throw bytes.malformed("magic", "the file does not start with GGUF", accepted: "GGUF")
        }
        version = try cursor.read(UInt32.self, "version")
        guard version == 2 || version == 3 else {
            let swapped = version.byteSwapped == 2 || version.byteSwapped == 3
            throw bytes.unsupported(
                "version", swapped ? "a big-endian file" : "version \(version)",
                accepted: "versions 2 and 3, little-endian")
        }
        let tensors = try cursor.read(UInt64.self, "tensor count")
        let pairs = try cursor.read(UInt64.self, "key-value count")
        keyValueCount = try Self.checked(
            pairs, "key-value count", limit: Limits.keyValueCount,
            leastByteCount: Self.leastKeyValueByteCount, cursor)
        tensorCount = try Self.checked(
            tensors, "tensor count", limit: Limits.tensorCount,
            leastByteCount: Self.leastTensorByteCount, cursor)
    }

    /// A count that the rest of the file can hold, each item taking at least so many bytes.
    private static func checked(
        _ count: UInt64, _ field: String, limit: Int, leastByteCount: Int, _ cursor: ByteCursor
    ) throws(ModelFileError) -> Int {
        let room = min(limit, cursor.remaining / leastByteCount)
        guard let value = CheckedSize(count)?.value, value <= room else {
            throw cursor.bytes.malformed(
                field, "it is \(count), more than the file has room for",
                accepted: "at most \(room) here")
        }
        return value
    }
}
