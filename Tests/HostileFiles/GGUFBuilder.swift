/// Writes GGUF files, sound ones and, by its overrides, every kind of unsound one.
package struct GGUFBuilder: Sendable {
    package struct Pair: Sendable {
        package var key: [UInt8]
        package var type: UInt32
        package var payload: [UInt8]
        package var keyLength: UInt64?
    }

    package struct Tensor: Sendable {
        package var name: [UInt8]
        package var dimensions: [UInt64]
        package var type: UInt32
        package var data: [UInt8]
        package var offset: UInt64?
        package var nameLength: UInt64?
        package var dimensionCount: UInt32?
    }

    package var magic = Array("GGUF".utf8)
    package var version: UInt32 = 3
    package var pairs: [Pair] = []
    package var tensors: [Tensor] = []
    package var pairCount: UInt64?
    package var tensorCount: UInt64?
    package var alignment = 32
    package var hasData = true

    /// Starts an empty file.
    package init() {}

    /// Where the tables end.
    package var tableByteCount: Int {
        var bare = self
        bare.hasData = false
        return bare.bytes().count
    }

    package mutating func set(_ key: String, type: UInt32, _ payload: [UInt8]) {
        let pair = Pair(key: Array(key.utf8), type: type, payload: payload)
        if let index = pairs.firstIndex(where: { $0.key == pair.key }) {
            pairs[index] = pair
        } else {
            pairs.append(pair)
        }
    }

    package mutating func remove(_ key: String) {
        pairs.removeAll { $0.key == Array(key.utf8) }
    }

    package mutating func set(_ key: String, _ value: UInt32) {
        set(key, type: 4, littleEndian(value))
    }
    package mutating func set(_ key: String, _ value: Int32) {
        set(key, type: 5, littleEndian(value))
    }
    package mutating func set(_ key: String, _ value: Bool) { set(key, type: 7, [value ? 1 : 0]) }
    package mutating func set(_ key: String, _ value: UInt64) {
        set(key, type: 10, littleEndian(value))
    }

    package mutating func set(_ key: String, _ value: Float) {
        set(key, type: 6, littleEndian(value.bitPattern))
    }

    package mutating func set(_ key: String, _ value: String) {
        set(key, type: 8, Self.string(Array(value.utf8)))
    }

    package mutating func set(_ key: String, _ values: [String]) {
        set(
            key, elementType: 8, count: values.count, values.flatMap { Self.string(Array($0.utf8)) }
        )
    }

    package mutating func set(_ key: String, _ values: [Float]) {
        set(key, elementType: 6, count: values.count, littleEndian(values))
    }

    package mutating func set(_ key: String, _ values: [Int32]) {
        set(key, elementType: 5, count: values.count, values.flatMap { littleEndian($0) })
    }

    package mutating func set(_ key: String, elementType: UInt32, count: Int, _ elements: [UInt8]) {
        set(key, type: 9, littleEndian(elementType) + littleEndian(UInt64(count)) + elements)
    }

    package mutating func add(
        _ name: String, _ dimensions: [UInt64], type: UInt32 = 0, _ data: [UInt8]
    ) {
        tensors.append(
            Tensor(name: Array(name.utf8), dimensions: dimensions, type: type, data: data))
    }

    package static func string(_ bytes: [UInt8]) -> [UInt8] {
        littleEndian(UInt64(bytes.count)) + bytes
    }

    /// The file.
    package func bytes() -> [UInt8] {
        var result = magic + littleEndian(version)
        result += littleEndian(tensorCount ?? UInt64(tensors.count))
        result += littleEndian(pairCount ?? UInt64(pairs.count))
        for pair in pairs {
            result += littleEndian(pair.keyLength ?? UInt64(pair.key.count)) + pair.key
            result += littleEndian(pair.type) + pair.payload
        }
        var data: [UInt8] = []
        for tensor in tensors {
            result += littleEndian(tensor.nameLength ?? UInt64(tensor.name.count)) + tensor.name
            result += littleEndian(tensor.dimensionCount ?? UInt32(tensor.dimensions.count))
            for size in tensor.dimensions { result += littleEndian(size) }
            result += littleEndian(tensor.type)
            result += littleEndian(tensor.offset ?? UInt64(data.count))
            data += tensor.data
            pad(&data)
        }
        guard hasData else { return result }
        pad(&result)
        return result + data
    }

    private func pad(_ bytes: inout [UInt8]) {
        while alignment > 0, bytes.count % alignment != 0 { bytes.append(0) }
    }
}

/// Little-endian bytes.
package func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// Little-endian bytes of 32-bit floats.
package func littleEndian(_ values: [Float]) -> [UInt8] {
    values.flatMap { littleEndian($0.bitPattern) }
}
