extension GGUFContainer {
    /// Reads the tensor table, checking each line by itself and that names are unique.
    static func readTensors(
        _ cursor: inout ByteCursor, count: Int, alignment: Int
    ) throws(ModelFileError) -> [GGUFTensor] {
        var tensors: [GGUFTensor] = []
        var names: Set<String> = []
        for index in 0..<count {
            let tensor = try readTensor(&cursor, index: index, alignment: alignment)
            guard names.insert(tensor.name).inserted else {
                throw cursor.bytes.malformed(
                    "tensor \(quoted(tensor.name))", "the name occurs twice",
                    accepted: "each name once")
            }
            tensors.append(tensor)
        }
        return tensors
    }

    private static func readTensor(
        _ cursor: inout ByteCursor, index: Int, alignment: Int
    ) throws(ModelFileError) -> GGUFTensor {
        let bytes = cursor.bytes
        let name = try cursor.readName(
            limit: Limits.tensorNameByteCount, "name of tensor \(index)")
        let field = "tensor \(quoted(name))"
        let dimensions = try readDimensions(&cursor, field: field)
        let number = try cursor.read(UInt32.self, "\(field), type")
        guard let type = GGMLType(number: number) else {
            throw bytes.malformed(
                "\(field), type", "\(number) is no tensor type in use",
                accepted: TensorEncoding.served)
        }
        let byteCount = try byteCount(of: dimensions, type, field: field, in: bytes)
        let offset = try cursor.read(UInt64.self, "\(field), offset")
        guard let start = CheckedSize(offset), start.value % alignment == 0,
            start.adding(byteCount) != nil
        else {
            throw bytes.malformed(
                "\(field), offset", "it is \(offset)",
                accepted: "a multiple of \(alignment) within the file")
        }
        return GGUFTensor(
            name: name, dimensions: dimensions, type: type, offset: start.value,
            byteCount: byteCount)
    }

    private static func readDimensions(
        _ cursor: inout ByteCursor, field: String
    ) throws(ModelFileError) -> [Int] {
        let count = try cursor.read(UInt32.self, "\(field), dimension count")
        guard count >= 1, count <= Limits.dimensionCount else {
            throw cursor.bytes.malformed(
                "\(field), dimension count", "it is \(count)",
                accepted: "1 to \(Limits.dimensionCount)")
        }
        var dimensions: [Int] = []
        for axis in 0..<Int(count) {
            let number = try cursor.read(UInt64.self, "\(field), dimension \(axis)")
            guard let size = CheckedSize(number)?.value, size > 0 else {
                throw cursor.bytes.malformed(
                    "\(field), dimension \(axis)", "it is \(number)",
                    accepted: "a number from 1 to \(Int.max)")
            }
            dimensions.append(size)
        }
        return dimensions
    }

    private static func byteCount(
        of dimensions: [Int], _ type: GGMLType, field: String, in bytes: FileBytes
    ) throws(ModelFileError) -> Int {
        guard let blocks = CheckedSize(dimensions[0])?.dividedExactly(by: type.blockLength) else {
            throw bytes.malformed(
                field, "a row of \(dimensions[0]) is not whole blocks of \(type.name)",
                accepted: "a multiple of \(type.blockLength)")
        }
        guard CheckedSize.product(of: dimensions) != nil,
            let rows = CheckedSize.product(of: dimensions.dropFirst()),
            let count = rows.multiplied(by: blocks.value)?.multiplied(by: type.blockByteCount)
        else {
            throw bytes.malformed(
                field, "the product of its dimensions is out of range",
                accepted: "a tensor that fits the file")
        }
        return count.value
    }

    /// How many bytes of data the tensors span with padding, after checking that none overlap.
    static func checkedExtent(
        of tensors: [GGUFTensor], alignment: Int, in bytes: FileBytes
    ) throws(ModelFileError) -> Int {
        var end = 0
        for tensor in tensors.sorted(by: { $0.offset < $1.offset }) {
            guard tensor.offset >= end else {
                throw bytes.malformed(
                    "tensor \(quoted(tensor.name)), offset",
                    "\(tensor.offset) lies inside the tensor before it", accepted: "no overlap")
            }
            let next = CheckedSize(tensor.offset)?.adding(tensor.byteCount)
            guard let padded = next?.roundedUp(toMultipleOf: alignment)?.value else {
                throw bytes.malformed(
                    "tensor \(quoted(tensor.name))", "its end is out of range",
                    accepted: "a tensor that fits the file")
            }
            end = padded
        }
        return end
    }
}
