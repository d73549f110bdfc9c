internal import StrictJSON

/// The checked header of a safetensors file.
struct SafetensorsHeader {
    /// The key of the header that names no tensor.
    static let metadataKey = "__metadata__"

    /// The tensors in the order of their data.
    let tensors: [SafetensorsFile.Tensor]

    /// The metadata strings.
    let metadata: [String: String]

    /// Reads and checks the header against the file's size.
    init(_ bytes: FileBytes) throws(ModelFileError) {
        var cursor = ByteCursor(bytes)
        let length = try cursor.read(UInt64.self, "header length")
        let limit = min(Limits.safetensorsHeaderByteCount, cursor.remaining)
        guard length >= 2, length <= limit else {
            throw bytes.malformed(
                "header length", "it is \(length) in a file of \(bytes.count) bytes",
                accepted: "2 to \(limit)")
        }
        let text = bytes.copy(try cursor.skip(length, "header"))
        let object = try Self.parse(text, in: bytes)
        metadata = try Self.metadata(from: object, in: bytes)
        tensors = try Self.tensors(from: object, dataStart: cursor.position, in: bytes)
    }

    private static func parse(
        _ text: [UInt8], in bytes: FileBytes
    ) throws(ModelFileError) -> JSONObject {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: text, limits: Limits.safetensorsHeader)
        } catch {
            throw bytes.malformed("header", "\(error)", accepted: "a JSON object")
        }
        guard let object = value.objectValue else {
            throw bytes.malformed("header", "it is \(value.kind)", accepted: "a JSON object")
        }
        return object
    }

    private static func metadata(
        from object: JSONObject, in bytes: FileBytes
    ) throws(ModelFileError) -> [String: String] {
        guard let value = object[metadataKey] else { return [:] }
        guard let members = value.objectValue?.members else {
            throw bytes.malformed(
                metadataKey, "it is \(value.kind)", accepted: "an object of strings")
        }
        var result: [String: String] = [:]
        for member in members {
            guard let text = member.value.stringValue?.string else {
                throw bytes.malformed(
                    "\(metadataKey) \(quoted(member.key.string))", "it is \(member.value.kind)",
                    accepted: "a string")
            }
            result[member.key.string] = text
        }
        return result
    }

    /// Checks all places first, so that an unknown type cannot hide a bad offset.
    private static func tensors(
        from object: JSONObject, dataStart: Int, in bytes: FileBytes
    ) throws(ModelFileError) -> [SafetensorsFile.Tensor] {
        var entries: [SafetensorsEntry] = []
        for member in object.members where member.key.string != metadataKey {
            entries.append(
                try SafetensorsEntry(
                    name: member.key.string, member.value, dataStart: dataStart, in: bytes))
        }
        entries.sort {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        var end = dataStart
        for entry in entries {
            guard entry.range.lowerBound == end else {
                let what = entry.range.lowerBound < end ? "overlaps" : "leaves a hole after"
                throw bytes.malformed(
                    "\(entry.field), data_offsets", "it \(what) the tensor before it",
                    accepted: "a start at \(end - dataStart)")
            }
            end = entry.range.upperBound
        }
        guard end == bytes.count else {
            throw bytes.malformed(
                "data", "\(bytes.count - end) bytes follow the last tensor", accepted: "none")
        }
        var tensors: [SafetensorsFile.Tensor] = []
        for entry in entries { tensors.append(try entry.tensor(in: bytes)) }
        return tensors
    }
}

/// One tensor's line of the header.
struct SafetensorsEntry {
    let name: String
    let typeName: String
    let shape: [Int]
    let range: Range<Int>

    /// How messages name this tensor.
    var field: String { "tensor \(quoted(name))" }

    init(
        name: String, _ value: JSONValue, dataStart: Int, in bytes: FileBytes
    ) throws(ModelFileError) {
        let field = "tensor \(quoted(name))"
        guard let object = value.objectValue else {
            throw bytes.malformed(
                field, "it is \(value.kind)", accepted: "an object of dtype, shape, data_offsets")
        }
        guard let type = object["dtype"]?.stringValue else {
            throw bytes.malformed("\(field), dtype", "it is no string", accepted: "a string")
        }
        self.name = name
        typeName = type.string
        shape = try Self.sizes(object["shape"], "\(field), shape", in: bytes)
        let offsets = try Self.sizes(object["data_offsets"], "\(field), data_offsets", in: bytes)
        guard offsets.count == 2, offsets[0] <= offsets[1],
            let start = CheckedSize(dataStart)?.adding(offsets[0])?.value,
            let end = CheckedSize(dataStart)?.adding(offsets[1])?.value, end <= bytes.count
        else {
            throw bytes.malformed(
                "\(field), data_offsets", "they are \(offsets.prefix(4))",
                accepted: "a start and an end in order, "
                    + "at most \(bytes.byteCount(from: dataStart))")
        }
        range = start..<end
    }

    private static func sizes(
        _ value: JSONValue?, _ field: String, in bytes: FileBytes
    ) throws(ModelFileError) -> [Int] {
        guard let elements = value?.arrayValue else {
            throw bytes.malformed(
                field, "it is \(value?.kind ?? "missing")", accepted: "an array of integers")
        }
        var sizes: [Int] = []
        for element in elements {
            guard let number = element.integerValue, let size = CheckedSize(number)?.value else {
                throw bytes.malformed(
                    field, "one entry is \(element.integerValue.map(String.init) ?? element.kind)",
                    accepted: "integers from 0 to \(Int.max)")
            }
            sizes.append(size)
        }
        return sizes
    }

    /// The tensor, once its type is known and its shape agrees with its bytes.
    func tensor(in bytes: FileBytes) throws(ModelFileError) -> SafetensorsFile.Tensor {
        guard let type = SafetensorsDataType(rawValue: typeName) else {
            throw bytes.unsupported(
                "\(field), dtype", "the type \(quoted(typeName))",
                accepted: SafetensorsDataType.known)
        }
        let bits = CheckedSize.product(of: shape)?.multiplied(by: type.bitWidth)
        guard let byteCount = bits?.dividedExactly(by: 8)?.value else {
            throw bytes.malformed(
                "\(field), shape",
                "\(shape.prefix(8)) of \(typeName) is out of range or ends "
                    + "inside a byte", accepted: "whole bytes that fit the file")
        }
        guard byteCount == range.count else {
            throw bytes.malformed(
                "\(field), shape",
                "\(shape.prefix(8)) of \(typeName) takes \(byteCount) bytes, "
                    + "data_offsets span \(range.count)", accepted: "equal sizes")
        }
        return .init(name: name, dataType: type, shape: shape, byteRange: range)
    }
}
