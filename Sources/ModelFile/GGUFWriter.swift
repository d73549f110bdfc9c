/// Writes a GGUF file (version 3, little-endian): tables first, then tensor data as it comes.
///
/// Whoever writes says first which tensors there will be, then appends their bytes in that order,
/// so that no more of the file is ever in memory than one appended piece. The file gets its name
/// when it is complete.
public struct GGUFWriter: ~Copyable {
    /// One tensor to be written.
    public struct Tensor: Sendable, Equatable {
        /// The name in the table, of at most 63 bytes.
        public let name: String

        /// The shape as (rows, columns); a vector has one dimension.
        public let shape: [Int]

        /// How the numbers are stored.
        public let encoding: TensorEncoding

        /// Describes a tensor; the writer checks the name and the shape.
        public init(name: String, shape: [Int], encoding: TensorEncoding) {
            self.name = name
            self.shape = shape
            self.encoding = encoding
        }
    }

    private let path: String
    private var file: AtomicFile
    /// Data bytes of each tensor, without padding.
    private let byteCounts: [Int]
    private var current = 0
    private var written = 0

    /// Writes the tables to a temporary file beside `path`.
    ///
    /// - Parameters:
    ///   - path: Where the file will be once it is complete; what is there now is replaced.
    ///   - metadata: Keys and values in order; each key once.
    ///   - tensors: What `append` will be given the bytes of.
    /// - Throws: `unwritable`; `malformed` for a name, key or shape that no reader would take.
    public init(
        replacing path: String, metadata: [(key: String, value: GGUFMetadata)],
        tensors: [Tensor]
    ) throws(ModelFileError) {
        var table = GGUFBytes()
        table.append(GGUFContainer.magic)
        table.append(UInt32(3))
        table.append(UInt64(tensors.count))
        table.append(UInt64(metadata.count))
        try Self.requireUnique(metadata.map(\.key), "key", path)
        try Self.requireUnique(tensors.map(\.name), "tensor", path)
        for (key, value) in metadata {
            table.append(string: Array(key.utf8))
            table.append(value)
        }
        let byteCounts = try table.append(tensors, path: path)
        table.pad(to: GGUFContainer.standardAlignment)
        let file = try Self.open(path, startingWith: table.bytes)
        self.init(path: path, file: file, byteCounts: byteCounts)
    }

    /// Writes the next bytes of the current tensor; the next tensor follows when it is whole.
    ///
    /// - Throws: `unwritable`; `malformed` for bytes past the end of the current tensor.
    public mutating func append(_ bytes: [UInt8]) throws(ModelFileError) {
        let left = current < byteCounts.count ? byteCounts[current] - written : 0
        guard bytes.count <= left else {
            throw Self.fault(
                path, "data of tensor \(current)", "\(bytes.count) bytes for \(left) left",
                accepted: "as many bytes as the tensor has")
        }
        try file.append(bytes)
        written += bytes.count
        guard written == byteCounts[current] else { return }
        let padding = (-written) & (GGUFContainer.standardAlignment - 1)
        try file.append([UInt8](repeating: 0, count: padding))
        current += 1
        written = 0
    }

    /// Gives the file its name, now that all data is there.
    ///
    /// - Throws: `unwritable`; `malformed` if a tensor is not whole.
    public consuming func commit() throws(ModelFileError) {
        guard current == byteCounts.count else {
            throw Self.fault(
                path, "data of tensor \(current)", "it is not whole",
                accepted: "the bytes of all \(byteCounts.count) tensors")
        }
        try file.commit()
    }

    private init(path: String, file: consuming AtomicFile, byteCounts: [Int]) {
        self.path = path
        self.file = file
        self.byteCounts = byteCounts
    }

    private static func open(
        _ path: String, startingWith bytes: [UInt8]
    ) throws(ModelFileError) -> AtomicFile {
        var file = try AtomicFile(replacing: path)
        try file.append(bytes)
        return file
    }

    private static func requireUnique(
        _ names: [String], _ what: String, _ path: String
    ) throws(ModelFileError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw fault(path, "\(what) \(quoted(name))", "it occurs twice", accepted: "once")
        }
    }

    fileprivate static func fault(
        _ path: String, _ field: String, _ reason: String, accepted: String
    ) -> ModelFileError {
        .malformed(.init(file: path, field: field, reason: reason, accepted: accepted))
    }
}

/// The tables of a GGUF file in the making.
private struct GGUFBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ more: [UInt8]) { bytes += more }

    mutating func append(_ number: some FixedWidthInteger) {
        for index in 0..<number.bitWidth / 8 {
            bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index)))
        }
    }

    mutating func append(string: [UInt8]) {
        append(UInt64(string.count))
        bytes += string
    }

    mutating func append(_ value: GGUFMetadata) {
        switch value {
        case .uint32(let number):
            appendType(.uint32)
            append(number)
        case .float32(let number):
            appendType(.float32)
            append(number.bitPattern)
        case .bool(let flag):
            appendType(.bool)
            bytes.append(flag ? 1 : 0)
        case .text(let text):
            appendType(.string)
            append(string: Array(text.utf8))
        case .strings(let strings):
            appendArray(.string, strings.map(Array.init)) { $0.append(string: $1) }
        case .floats(let numbers):
            appendArray(.float32, numbers) { $0.append($1.bitPattern) }
        case .int32s(let numbers):
            appendArray(.int32, numbers) { $0.append($1) }
        }
    }

    private mutating func appendType(_ type: GGUFValueType) { append(type.rawValue) }

    private mutating func appendArray<Element>(
        _ type: GGUFValueType, _ elements: [Element], _ body: (inout GGUFBytes, Element) -> Void
    ) {
        appendType(.array)
        appendType(type)
        append(UInt64(elements.count))
        for element in elements { body(&self, element) }
    }

    /// Writes the tensor table.
    ///
    /// - Returns: the data bytes of each tensor.
    mutating func append(
        _ tensors: [GGUFWriter.Tensor], path: String
    ) throws(ModelFileError) -> [Int] {
        var byteCounts: [Int] = []
        var offset = 0
        for tensor in tensors {
            let byteCount = try Self.byteCount(of: tensor, path: path)
            guard let type = GGMLType.number(of: tensor.encoding) else {
                throw GGUFWriter.fault(
                    path, "tensor \(quoted(tensor.name))", "\(tensor.encoding) has no number",
                    accepted: TensorEncoding.served)
            }
            append(string: Array(tensor.name.utf8))
            append(UInt32(tensor.shape.count))
            for dimension in tensor.shape.reversed() { append(UInt64(dimension)) }
            append(type)
            append(UInt64(offset))
            byteCounts.append(byteCount)
            offset += byteCount
            offset += (-offset) & (GGUFContainer.standardAlignment - 1)
        }
        return byteCounts
    }

    private static func byteCount(
        of tensor: GGUFWriter.Tensor, path: String
    ) throws(ModelFileError) -> Int {
        let field = "tensor \(quoted(tensor.name))"
        guard (1...Limits.tensorNameByteCount).contains(tensor.name.utf8.count) else {
            throw GGUFWriter.fault(
                path, field, "its name has \(tensor.name.utf8.count) bytes",
                accepted: "1 to \(Limits.tensorNameByteCount)")
        }
        let encoding = tensor.encoding
        guard (1...Limits.dimensionCount).contains(tensor.shape.count),
            tensor.shape.allSatisfy({ $0 > 0 }),
            let count = CheckedSize.product(of: tensor.shape),
            let columns = tensor.shape.last, columns % encoding.blockLength == 0,
            let size = CheckedSize(count.value / encoding.blockLength)?
                .multiplied(by: encoding.blockByteCount)
        else {
            throw GGUFWriter.fault(
                path, field, "the shape \(tensor.shape) does not do for \(encoding)",
                accepted: "positive dimensions, the last a multiple of \(encoding.blockLength)")
        }
        return size.value
    }

    mutating func pad(to alignment: Int) {
        bytes += [UInt8](repeating: 0, count: (-bytes.count) & (alignment - 1))
    }
}
