public import Messages
public import Wire

/// A captured tensor with its labels.
public struct Tensor: Sendable, Equatable {
    /// What one row stands for.
    public struct RowLabel: Sendable, Equatable {
        /// Item of the request.
        public let item: Int
        /// Position in the item's tokens; nil for a reduction over positions.
        public let position: Int?
        /// Token at that position; nil where the daemon gave none.
        public let token: UInt32?
    }

    /// Item of the request that the tensor answers.
    public let item: Int
    /// What the daemon announced: site, capture, units, positions.
    public let info: Neurond_V1_TensorInfo
    /// Type of the elements as sent.
    public let type: ElementType
    /// Extents, outermost first.
    public let shape: [Int]
    /// All elements in row-major order, little-endian.
    public let bytes: [UInt8]

    init(_ received: ReceivedTensor, info: Neurond_V1_TensorInfo) {
        item = Int(received.descriptor.item)
        self.info = info
        type = received.descriptor.type
        shape = received.descriptor.shape
        bytes = received.data
    }

    /// Name, unique among the tensors of one item.
    public var name: String { info.name }

    /// Number of rows: the first extent, or 1 for a scalar.
    public var rowCount: Int { shape.first ?? 1 }

    /// Elements in one row.
    public var rowWidth: Int { shape.dropFirst().reduce(1, *) }

    /// All elements as f32; 64-bit types lose precision.
    public var values: [Float] { elements(0..<(rowCount * rowWidth)) }

    /// One row as f32.
    ///
    /// - Parameter index: 0 up to ``rowCount``.
    public subscript(row index: Int) -> [Float] {
        precondition((0..<rowCount).contains(index), "row \(index) of \(rowCount)")
        return elements((index * rowWidth)..<((index + 1) * rowWidth))
    }

    /// What each row stands for, in order.
    public var labels: [RowLabel] {
        (0..<rowCount).map { row in
            RowLabel(
                item: item,
                position: row < info.positions.count ? Int(info.positions[row]) : nil,
                token: row < info.tokens.count ? info.tokens[row] : nil)
        }
    }

    private func elements(_ range: Range<Int>) -> [Float] {
        range.map { index in
            let start = index * type.byteCount
            switch type {
            case .float32: return Float(bitPattern: UInt32(bits(at: start, count: 4)))
            case .float16: return Float(Float16(bitPattern: UInt16(bits(at: start, count: 2))))
            case .float64: return Float(Double(bitPattern: bits(at: start, count: 8)))
            case .int32: return Float(Int32(truncatingIfNeeded: bits(at: start, count: 4)))
            case .int64: return Float(Int64(truncatingIfNeeded: bits(at: start, count: 8)))
            case .uint8: return Float(bytes[start])
            }
        }
    }

    func bits(at start: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for offset in 0..<count { value |= UInt64(bytes[start + offset]) << UInt64(8 * offset) }
        return value
    }
}
