/// Writes GGUF files, sound ones and, by its overrides, every kind of unsound one.
struct GGUFBuilder {
    struct Pair {
        var key: [UInt8]
        var type: UInt32
        var payload: [UInt8]
        var keyLength: UInt64?
    }

    struct Tensor {
        var name: [UInt8]
        var dimensions: [UInt64]
        var type: UInt32
        var data: [UInt8]
        var offset: UInt64?
        var nameLength: UInt64?
        var dimensionCount: UInt32?
    }

    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    var pairs: [Pair] = []
    var tensors: [Tensor] = []
    var pairCount: UInt64?
    var tensorCount: UInt64?
    var alignment = 32
    var hasData = true

    mutating func set(_ key: String, type: UInt32, _ payload: [UInt8]) {
        let pair = Pair(key: Array(key.utf8), type: type, payload: payload)
        if let index = pairs.firstIndex(where: { $0.key == pair.key }) {
            pairs[index] = pair
        } else {
            pairs.append(pair)
        }
    }

    mutating func remove(_ key: String) {
        pairs.removeAll { $0.key == Array(key.utf8) }
    }

    mutating func set(_ key: String, _ value: UInt32) { set(key, type: 4, littleEndian(value)) }
    mutating func set(_ key: String, _ value: Int32) { set(key, type: 5, littleEndian(value)) }
    mutating func set(_ key: String, _ value: Bool) { set(key, type: 7, [value ? 1 : 0]) }
    mutating func set(_ key: String, _ value: UInt64) { set(key, type: 10, littleEndian(value)) }

    mutating func set(_ key: String, _ value: Float) {
        set(key, type: 6, littleEndian(value.bitPattern))
    }

    mutating func set(_ key: String, _ value: String) {
        set(key, type: 8, Self.string(Array(value.utf8)))
    }

    mutating func set(_ key: String, _ values: [String]) {
        set(
            key, elementType: 8, count: values.count, values.flatMap { Self.string(Array($0.utf8)) }
        )
    }

    mutating func set(_ key: String, _ values: [Float]) {
        set(key, elementType: 6, count: values.count, littleEndian(values))
    }

    mutating func set(_ key: String, _ values: [Int32]) {
        set(key, elementType: 5, count: values.count, values.flatMap { littleEndian($0) })
    }

    mutating func set(_ key: String, elementType: UInt32, count: Int, _ elements: [UInt8]) {
        set(key, type: 9, littleEndian(elementType) + littleEndian(UInt64(count)) + elements)
    }

    mutating func add(
        _ name: String, _ dimensions: [UInt64], type: UInt32 = 0, _ data: [UInt8]
    ) {
        tensors.append(
            Tensor(name: Array(name.utf8), dimensions: dimensions, type: type, data: data))
    }

    static func string(_ bytes: [UInt8]) -> [UInt8] {
        littleEndian(UInt64(bytes.count)) + bytes
    }

    /// The file.
    func bytes() -> [UInt8] {
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
