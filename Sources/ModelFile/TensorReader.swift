/// One weight tensor of an open model, read row by row.
///
/// Reading is a pure function of the file, so many threads may read at once.
public struct TensorReader: Sendable {
    /// The name in the file.
    public let name: String

    /// How many rows; a vector has one.
    public let rows: Int

    /// How many numbers a row has.
    public let columns: Int

    /// How the file stores the numbers.
    public let sourceType: TensorEncoding

    /// How rows of the file map to rows asked for.
    let order: RowOrder

    private let bytes: FileBytes
    private let start: Int
    /// Bytes of a stored row; if the file keeps columns, of a stored column.
    private let rowByteCount: Int
    /// Whether the file keeps (inputs, outputs).
    private let isTransposed: Bool

    /// The path of the file that the tensor lies in.
    public var file: String { bytes.path }

    /// How many numbers the tensor has.
    var elementCount: Int { rows * columns }

    /// Describes a tensor, or answers nil if its bytes do not lie within the file.
    ///
    /// - Parameters:
    ///   - storedRowCount: Rows of the stored tensor, if it holds more than these.
    ///   - isTransposed: Whether the file keeps columns one after another; only numbers that are
    ///     stored one by one can be.
    init?(
        name: String, rows: Int, columns: Int, sourceType: TensorEncoding, order: RowOrder,
        bytes: FileBytes, start: Int, storedRowCount: Int? = nil, isTransposed: Bool = false
    ) {
        let storedRows = storedRowCount ?? rows
        let (count, length) = isTransposed ? (columns, storedRows) : (storedRows, columns)
        guard
            !isTransposed || sourceType.blockLength == 1,
            let rowByteCount = CheckedSize(length)?.dividedExactly(by: sourceType.blockLength)?
                .multiplied(by: sourceType.blockByteCount),
            let byteCount = rowByteCount.multiplied(by: count)?.value,
            Range.checked(start: start, count: byteCount, limit: bytes.count) != nil
        else { return nil }
        self.name = name
        self.rows = rows
        self.columns = columns
        self.sourceType = sourceType
        self.order = order
        self.bytes = bytes
        self.start = start
        self.rowByteCount = rowByteCount.value
        self.isTransposed = isTransposed
    }

    /// Reads one row as 32-bit floats.
    ///
    /// Query and key rows come in the order that Hugging Face files of the family keep, whatever
    /// the order in this one.
    ///
    /// - Parameters:
    ///   - row: From 0 to `rows - 1`.
    ///   - output: Resized to `columns` and overwritten.
    /// - Returns: the largest magnitude of the row.
    /// - Throws: `nonFiniteWeight` if a number of the row is NaN or infinite.
    @discardableResult
    public func readRow(
        _ row: Int, into output: inout [Float]
    ) throws(ModelFileError) -> Float {
        if output.count != columns {
            output = [Float](repeating: 0, count: columns)
        }
        if isTransposed {
            readTransposed(row, into: &output)
        } else {
            bytes.withBytes(in: byteRange(of: row)) { decode($0, into: &output) }
        }
        let largest = Self.largestMagnitude(of: output)
        guard largest.isFinite else {
            let column = output.firstIndex { !$0.isFinite } ?? 0
            throw .nonFiniteWeight(file: bytes.path, tensor: name, row: row, column: column)
        }
        return largest
    }

    private func decode(_ input: UnsafeRawBufferPointer, into output: inout [Float]) {
        output.withUnsafeMutableBufferPointer { target in
            RowDecoder.decode(input, as: sourceType, into: target)
        }
    }

    /// The numbers of a row that the file keeps one in each stored column.
    private func readTransposed(_ row: Int, into output: inout [Float]) {
        let size = sourceType.blockByteCount
        let first = order.storedRow(for: row) * size
        var gathered = [UInt8](repeating: 0, count: columns * size)
        bytes.withBytes(in: start..<start + columns * rowByteCount) { input in
            gathered.withUnsafeMutableBytes { target in
                // Safety: each copy has `size` bytes of one of `columns` stored columns.
                for column in 0..<columns {
                    let place = column * rowByteCount + first
                    let source = input[place..<place + size]
                    UnsafeMutableRawBufferPointer(
                        rebasing: target[column * size..<(column + 1) * size]
                    ).copyMemory(from: UnsafeRawBufferPointer(rebasing: source))
                }
            }
        }
        gathered.withUnsafeBytes { decode($0, into: &output) }
    }

    /// Reads every row, one after another; for vectors.
    ///
    /// - Throws: `nonFiniteWeight` if a number is NaN or infinite.
    public func readAll() throws(ModelFileError) -> [Float] {
        var values: [Float] = []
        var row: [Float] = []
        for index in 0..<rows {
            try readRow(index, into: &row)
            values += row
        }
        return values
    }

    /// Reads one row as stored int8 groups, if the file stores it so (Q8_0).
    ///
    /// - Parameters:
    ///   - row: From 0 to `rows - 1`, in the same order as `readRow`.
    ///   - quants: Resized to `columns`; number i is `quants[i] × scales[i / 32]`.
    ///   - scales: Resized to `columns / 32`.
    /// - Returns: False, with nothing written, if the tensor is not stored as Q8_0.
    /// - Throws: `nonFiniteWeight` if a scale is NaN or infinite.
    public func readQ8Row(
        _ row: Int, quants: inout [Int8], scales: inout [Float16]
    ) throws(ModelFileError) -> Bool {
        guard sourceType == .q8x0 else { return false }
        let groupCount = columns / 32
        if quants.count != columns { quants = [Int8](repeating: 0, count: columns) }
        if scales.count != groupCount { scales = [Float16](repeating: 0, count: groupCount) }
        bytes.withBytes(in: byteRange(of: row)) { input in
            quants.withUnsafeMutableBytes { target in
                // Safety: `input` has 34 and `target` 32 bytes for each of the groups.
                for group in 0..<groupCount {
                    let block = UnsafeRawBufferPointer(
                        rebasing: input[34 * group..<34 * (group + 1)])
                    let bits = block.loadUnaligned(as: UInt16.self)
                    scales[group] = Float16(bitPattern: UInt16(littleEndian: bits))
                    let values = UnsafeRawBufferPointer(rebasing: block[2...])
                    UnsafeMutableRawBufferPointer(
                        rebasing: target[32 * group..<32 * (group + 1)]
                    ).copyMemory(from: values)
                }
            }
        }
        if let group = scales.firstIndex(where: { !$0.isFinite }) {
            throw .nonFiniteWeight(file: bytes.path, tensor: name, row: row, column: 32 * group)
        }
        return true
    }

    private func byteRange(of row: Int) -> Range<Int> {
        precondition((0..<rows).contains(row), "row outside the tensor")
        let offset = start + order.storedRow(for: row) * rowByteCount
        return offset..<offset + rowByteCount
    }

    /// The largest magnitude; not finite if one number is not: a NaN's bits are above infinity's.
    private static func largestMagnitude(of row: [Float]) -> Float {
        // One pass without branches: nearly every row is finite.
        var largest: UInt32 = 0
        for value in row {
            largest = max(largest, value.bitPattern & 0x7FFF_FFFF)
        }
        return Float(bitPattern: largest)
    }
}
