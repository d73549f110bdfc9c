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
    private let rowByteCount: Int

    /// The path of the file that the tensor lies in.
    public var file: String { bytes.path }

    /// How many numbers the tensor has.
    var elementCount: Int { rows * columns }

    /// Describes a tensor, or answers nil if its bytes do not lie within the file.
    init?(
        name: String, rows: Int, columns: Int, sourceType: TensorEncoding, order: RowOrder,
        bytes: FileBytes, start: Int
    ) {
        guard
            let rowByteCount = CheckedSize(columns)?.dividedExactly(by: sourceType.blockLength)?
                .multiplied(by: sourceType.blockByteCount),
            let byteCount = rowByteCount.multiplied(by: rows)?.value,
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
    }

    /// Reads one row as 32-bit floats.
    ///
    /// Query and key rows come in the half-split order of rotary dimensions (i pairs with
    /// i + half), whatever order the file keeps.
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
        bytes.withBytes(in: byteRange(of: row)) { input in
            output.withUnsafeMutableBufferPointer { target in
                RowDecoder.decode(input, as: sourceType, into: target)
            }
        }
        let largest = Self.largestMagnitude(of: output)
        guard largest.isFinite else {
            let column = output.firstIndex { !$0.isFinite } ?? 0
            throw .nonFiniteWeight(file: bytes.path, tensor: name, row: row, column: column)
        }
        return largest
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

/// How the rows of a query or key tensor are kept in a file.
enum RowOrder: Sendable, Equatable {
    /// As they are asked for.
    case asStored

    /// Within each head, rotated rows lie in interleaved pairs (2i, 2i + 1), as GGUF's `llama`
    /// keeps them, where they are asked for as (i, i + rotaryDimension / 2).
    case interleavedPairs(headDimension: Int, rotaryDimension: Int)

    /// The row of the file that answers for `row`.
    func storedRow(for row: Int) -> Int {
        guard case .interleavedPairs(let headDimension, let rotaryDimension) = self else {
            return row
        }
        let inner = row % headDimension
        guard inner < rotaryDimension else { return row }
        let half = rotaryDimension / 2
        return row - inner + (inner < half ? 2 * inner : 2 * (inner - half) + 1)
    }
}
