extension GGUFContainer {
    /// Where the alignment stands.
    static let alignmentKey = "general.alignment"

    /// What holds when a file does not say.
    static let standardAlignment = 32

    /// Reads the metadata; every value is walked, so a returned place lies within the file.
    static func readValues(
        _ cursor: inout ByteCursor, count: Int
    ) throws(ModelFileError) -> [String: GGUFValue] {
        var values: [String: GGUFValue] = [:]
        for index in 0..<count {
            let key = try cursor.readName(limit: Limits.keyByteCount, "key \(index)")
            let value = try readValue(&cursor, key: key)
            guard values.updateValue(value, forKey: key) == nil else {
                throw cursor.bytes.malformed(
                    "key \(quoted(key))", "it occurs twice", accepted: "each key once")
            }
        }
        return values
    }

    private static func readType(
        _ cursor: inout ByteCursor, key: String
    ) throws(ModelFileError) -> GGUFValueType {
        let number = try cursor.read(UInt32.self, "type of \(quoted(key))")
        guard let type = GGUFValueType(rawValue: number) else {
            throw cursor.bytes.malformed(
                "type of \(quoted(key))", "\(number) is no value type", accepted: "0 to 12")
        }
        return type
    }

    private static func readValue(
        _ cursor: inout ByteCursor, key: String
    ) throws(ModelFileError) -> GGUFValue {
        let type = try readType(&cursor, key: key)
        switch type {
        case .string: return .string(try cursor.skipString("value of \(quoted(key))"))
        case .array: return .array(try readArray(&cursor, key: key))
        default: return try readScalar(&cursor, type, key: key)
        }
    }

    private static func readScalar(
        _ cursor: inout ByteCursor, _ type: GGUFValueType, key: String
    ) throws(ModelFileError) -> GGUFValue {
        func read<Value: FixedWidthInteger & BitwiseCopyable>(
            _: Value.Type
        ) throws(ModelFileError) -> Value {
            try cursor.read(Value.self, "value of \(quoted(key))")
        }
        switch type {
        case .uint8: return .unsigned(UInt64(try read(UInt8.self)))
        case .uint16: return .unsigned(UInt64(try read(UInt16.self)))
        case .uint32: return .unsigned(UInt64(try read(UInt32.self)))
        case .uint64: return .unsigned(try read(UInt64.self))
        case .int8: return .signed(Int64(try read(Int8.self)))
        case .int16: return .signed(Int64(try read(Int16.self)))
        case .int32: return .signed(Int64(try read(Int32.self)))
        case .int64: return .signed(try read(Int64.self))
        case .float32: return .float(Double(Float(bitPattern: try read(UInt32.self))))
        case .float64: return .float(Double(bitPattern: try read(UInt64.self)))
        case .bool:
            // The specification asks for 0 or 1; sound files of the reference tests have others.
            return .bool(try read(UInt8.self) != 0)
        case .string, .array:
            preconditionFailure("strings and arrays are read elsewhere")
        }
    }

    private static func readArray(
        _ cursor: inout ByteCursor, key: String
    ) throws(ModelFileError) -> GGUFArray {
        let type = try readType(&cursor, key: key)
        let field = "count of \(quoted(key))"
        let count = try cursor.read(UInt64.self, field)
        guard type != .array else {
            throw cursor.bytes.unsupported(
                "value of \(quoted(key))", "an array of arrays", accepted: "arrays of plain values")
        }
        // A string takes at least the 8 bytes of its length.
        let leastByteCount = type.byteCount ?? 8
        guard let items = CheckedSize(count),
            let byteCount = items.multiplied(by: leastByteCount)?.value,
            byteCount <= cursor.remaining
        else {
            throw cursor.bytes.malformed(
                field, "\(count) elements of \(leastByteCount) bytes or more do not fit the file",
                accepted: "at most \(cursor.remaining / leastByteCount) here")
        }
        let start = cursor.position
        if type == .string {
            for index in 0..<items.value {
                _ = try cursor.skipString("element \(index) of \(quoted(key))")
            }
        } else {
            _ = try cursor.skip(byteCount, "elements of \(quoted(key))")
        }
        return GGUFArray(elementType: type, count: items.value, range: start..<cursor.position)
    }

    /// The alignment the file asks for.
    static func alignment(
        from values: [String: GGUFValue], in bytes: FileBytes
    ) throws(ModelFileError) -> Int {
        guard let value = values[alignmentKey] else { return standardAlignment }
        let accepted = "a power of two from 1 to \(Limits.alignment), as an unsigned integer"
        guard case .unsigned(let number) = value else {
            throw bytes.malformed(alignmentKey, "it is \(value.kind)", accepted: accepted)
        }
        guard number > 0, number <= Limits.alignment, number.nonzeroBitCount == 1 else {
            throw bytes.malformed(alignmentKey, "it is \(number)", accepted: accepted)
        }
        return Int(number)
    }
}
