internal import StrictJSON

/// Builds a safetensors file, in memory or on disk.
///
/// The data starts at a multiple of 8 bytes and tensors lie in the order of their element size,
/// largest first, so that each is aligned for its type without the holes that the format forbids.
public struct SafetensorsWriter: Sendable {
    private struct Entry: Sendable {
        let name: String
        let dataType: SafetensorsDataType
        let shape: [Int]
        let data: [UInt8]
    }

    private let metadata: [String: String]
    private var entries: [Entry] = []

    /// Starts an empty file.
    ///
    /// - Parameter metadata: Strings to be stored under `__metadata__`.
    public init(metadata: [String: String] = [:]) {
        self.metadata = metadata
    }

    /// Adds 32-bit floats (F32), row-major.
    ///
    /// - Throws: `malformed` if the name is taken or reserved, or the shape does not fit.
    public mutating func add(
        _ name: String, shape: [Int], _ values: [Float]
    ) throws(ModelFileError) {
        try add(name, .f32, shape, values.count) { Self.bytes(of: values.map(\.bitPattern)) }
    }

    /// Adds 16-bit floats (F16), row-major.
    ///
    /// - Throws: `malformed` if the name is taken or reserved, or the shape does not fit.
    public mutating func add(
        _ name: String, shape: [Int], _ values: [Float16]
    ) throws(ModelFileError) {
        try add(name, .f16, shape, values.count) { Self.bytes(of: values.map(\.bitPattern)) }
    }

    /// Adds 64-bit integers (I64), row-major.
    ///
    /// - Throws: `malformed` if the name is taken or reserved, or the shape does not fit.
    public mutating func add(
        _ name: String, shape: [Int], _ values: [Int64]
    ) throws(ModelFileError) {
        try add(name, .i64, shape, values.count) { Self.bytes(of: values) }
    }

    /// Adds 32-bit integers (I32), row-major.
    ///
    /// - Throws: `malformed` if the name is taken or reserved, or the shape does not fit.
    public mutating func add(
        _ name: String, shape: [Int], _ values: [Int32]
    ) throws(ModelFileError) {
        try add(name, .i32, shape, values.count) { Self.bytes(of: values) }
    }

    /// Adds bytes (U8), row-major.
    ///
    /// - Throws: `malformed` if the name is taken or reserved, or the shape does not fit.
    public mutating func add(
        _ name: String, shape: [Int], _ values: [UInt8]
    ) throws(ModelFileError) {
        try add(name, .u8, shape, values.count) { values }
    }

    /// Adds elements of any whole-byte type as they are: little-endian, row-major.
    ///
    /// - Throws: `malformed` if the name is taken or reserved, or the shape does not fit.
    public mutating func add(
        _ name: String, _ type: SafetensorsDataType, shape: [Int], bytes: [UInt8]
    ) throws(ModelFileError) {
        try add(name, type, shape, bytes.count * 8 / type.bitWidth) { bytes }
    }

    /// The whole file.
    public func serialized() -> [UInt8] {
        let ordered = orderedEntries()
        var result = header(of: ordered)
        result.reserveCapacity(ordered.reduce(result.count) { $0 + $1.data.count })
        for entry in ordered { result += entry.data }
        return result
    }

    /// Writes the file whole or not at all: to a temporary name beside it, then renamed.
    ///
    /// - Throws: `unwritable`; a file that was there before is then unchanged.
    public func write(to path: String) throws(ModelFileError) {
        let ordered = orderedEntries()
        var file = try AtomicFile(replacing: path)
        try file.append(header(of: ordered))
        for entry in ordered { try file.append(entry.data) }
        try file.commit()
    }

    private mutating func add(
        _ name: String, _ type: SafetensorsDataType, _ shape: [Int], _ count: Int,
        _ data: () -> [UInt8]
    ) throws(ModelFileError) {
        let field = "tensor \(quoted(name))"
        guard name != SafetensorsHeader.metadataKey,
            !entries.contains(where: { $0.name == name })
        else {
            throw fault(field, "the name is taken", "a name of its own")
        }
        guard CheckedSize.product(of: shape)?.value == count else {
            throw fault(field, "the shape \(shape) does not hold \(count) numbers", "equal counts")
        }
        entries.append(Entry(name: name, dataType: type, shape: shape, data: data()))
    }

    private func fault(_ field: String, _ reason: String, _ accepted: String) -> ModelFileError {
        .malformed(
            .init(file: "safetensors data", field: field, reason: reason, accepted: accepted))
    }

    private static func bytes<Value: FixedWidthInteger>(of values: [Value]) -> [UInt8] {
        // Safety: the view covers the array's own storage and is copied before it ends.
        values.map(\.littleEndian).withUnsafeBytes { Array($0) }
    }

    /// The entries by element size, largest first, otherwise as added.
    private func orderedEntries() -> [Entry] {
        entries.enumerated().sorted { left, right in
            let sizes = (left.element.dataType.bitWidth, right.element.dataType.bitWidth)
            return sizes.0 == sizes.1 ? left.offset < right.offset : sizes.0 > sizes.1
        }.map(\.element)
    }

    /// The length and the JSON header, filled with spaces to a multiple of 8 bytes.
    private func header(of ordered: [Entry]) -> [UInt8] {
        var members: [JSONObject.Member] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map {
                JSONObject.Member(JSONString($0.key), .text($0.value))
            }
            members.append(.init(JSONString(SafetensorsHeader.metadataKey), .object(.init(pairs))))
        }
        var offset = 0
        for entry in ordered {
            let end = offset + entry.data.count
            let description: JSONObject = [
                "dtype": .text(entry.dataType.rawValue),
                "shape": .array(entry.shape.map { .integer($0) }),
                "data_offsets": .array([.integer(offset), .integer(end)]),
            ]
            members.append(.init(JSONString(entry.name), .object(description)))
            offset = end
        }
        var text = Array(JSONValue.object(JSONObject(members)).compact.utf8)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        return Self.bytes(of: [UInt64(text.count)]) + text
    }
}
