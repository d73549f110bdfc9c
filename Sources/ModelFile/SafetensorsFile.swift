/// A safetensors file: named arrays and string metadata, checked whole when opened.
///
/// The format: an 8-byte header length, a JSON header of that length, then the data. The tensors
/// must cover the data from its first to its last byte without overlap or hole.
public struct SafetensorsFile: Sendable {
    /// One tensor of the file.
    public struct Tensor: Sendable, Equatable {
        /// The tensor's name.
        public let name: String

        /// The type of its numbers.
        public let dataType: SafetensorsDataType

        /// The shape, outermost dimension first; empty for a single number.
        public let shape: [Int]

        /// Where the bytes lie in the file.
        public let byteRange: Range<Int>

        /// How many numbers there are; checked to fit when the file was opened.
        public var elementCount: Int { shape.reduce(1, *) }
    }

    /// The path, or the name given for bytes in memory.
    public var path: String { bytes.path }

    /// The tensors in the order of their data.
    public let tensors: [Tensor]

    /// The `__metadata__` strings.
    public let metadata: [String: String]

    let bytes: FileBytes
    private let positions: [String: Int]

    /// Opens and checks a file, memory-mapped.
    ///
    /// - Throws: `unreadable`, or `malformed` naming the field.
    public init(path: String) throws(ModelFileError) {
        try self.init(try FileBytes(mapping: path))
    }

    /// Checks bytes in memory.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - name: What messages call it.
    /// - Throws: `malformed` naming the field.
    public init(bytes: [UInt8], name: String = "safetensors data") throws(ModelFileError) {
        try self.init(FileBytes(copying: bytes, named: name))
    }

    init(_ bytes: FileBytes) throws(ModelFileError) {
        let header = try SafetensorsHeader(bytes)
        self.bytes = bytes
        tensors = header.tensors
        metadata = header.metadata
        var positions: [String: Int] = [:]
        for (index, tensor) in header.tensors.enumerated() {
            // Keys differ byte for byte; names that a Swift string cannot tell apart are refused.
            guard positions.updateValue(index, forKey: tensor.name) == nil else {
                throw bytes.malformed(
                    "tensor \(quoted(tensor.name))", "two names are equivalent Unicode text",
                    accepted: "distinct names")
            }
        }
        self.positions = positions
    }

    /// The tensor with a name, if there is one.
    public func tensor(named name: String) -> Tensor? {
        positions[name].map { tensors[$0] }
    }

    /// A copy of a tensor's little-endian bytes.
    public func bytes(of tensor: Tensor) -> [UInt8] {
        bytes.copy(tensor.byteRange)
    }

    /// The numbers of a floating-point tensor (F32, F16, BF16; F64 rounded to single precision),
    /// row-major.
    ///
    /// - Throws: `malformed` if there is no such tensor, `unsupported` if its type is another.
    public func floats(named name: String) throws(ModelFileError) -> [Float] {
        let tensor = try required(name)
        if tensor.dataType == .f64 {
            return (0..<tensor.elementCount).map { index in
                let bits = bytes.element(UInt64.self, index, in: tensor.byteRange)
                return Float(Double(bitPattern: bits))
            }
        }
        guard let encoding = TensorEncoding(rawValue: tensor.dataType.rawValue) else {
            throw wrongType(tensor, accepted: "F64, F32, F16, BF16")
        }
        var result = [Float](repeating: 0, count: tensor.elementCount)
        bytes.withBytes(in: tensor.byteRange) { input in
            result.withUnsafeMutableBufferPointer { output in
                RowDecoder.decode(input, as: encoding, into: output)
            }
        }
        return result
    }

    /// The numbers of an integer tensor (I64, I32 or U8), row-major.
    ///
    /// - Throws: `malformed` if there is no such tensor, `unsupported` if its type is another.
    public func integers(named name: String) throws(ModelFileError) -> [Int64] {
        let tensor = try required(name)
        let range = tensor.byteRange
        let indices = 0..<tensor.elementCount
        switch tensor.dataType {
        case .i64: return indices.map { bytes.element(Int64.self, $0, in: range) }
        case .i32: return indices.map { Int64(bytes.element(Int32.self, $0, in: range)) }
        case .u8: return indices.map { Int64(bytes.element(UInt8.self, $0, in: range)) }
        default: throw wrongType(tensor, accepted: "I64, I32, U8")
        }
    }

    private func required(_ name: String) throws(ModelFileError) -> Tensor {
        guard let tensor = tensor(named: name) else {
            throw bytes.malformed(
                "tensor \(quoted(name))", "it is missing", accepted: "a tensor of this name")
        }
        return tensor
    }

    private func wrongType(_ tensor: Tensor, accepted: String) -> ModelFileError {
        bytes.unsupported(
            "tensor \(quoted(tensor.name))", "reading the type \(tensor.dataType.rawValue) here",
            accepted: accepted)
    }
}
