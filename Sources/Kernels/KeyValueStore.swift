internal import KernelTypes

/// Keys and values of many sequences, in blocks of 32 positions.
///
/// A block holds keys and values of 32 positions for all layers and heads. Memory is committed
/// when a block is first written. Which block belongs to whom is the caller's plan; blocks,
/// layers and slots may be written by different threads as long as no two write the same ones.
public final class KeyValueStore: @unchecked Sendable {
    // Sendable: the mapping never changes; its elements follow the rule above.
    private let mapping: Mapping

    /// How elements are stored.
    public enum Precision: String, Sendable {
        /// Half or single precision: 2 or 4 bytes an element.
        case f16, f32
    }

    /// Positions in one block.
    public static let blockPositions = 32

    /// Layers that each block holds keys and values of.
    public let layers: Int
    /// Key-value heads of one layer.
    public let keyValueHeads: Int
    /// Elements of one key or one value of a head.
    public let headDimension: Int
    /// How every key and value is stored; writing rounds to it.
    public let precision: Precision
    /// Blocks 0..<blockCapacity can be used.
    public let blockCapacity: Int
    /// Bytes of one block, a multiple of the page size.
    public let bytesPerBlock: Int
    /// Elements between the values of consecutive positions.
    let valueStride: Int

    /// Reserves address space for the blocks; no memory is used until they are written.
    ///
    /// - Throws: `KernelError` if a dimension is not positive, the size overflows or address space
    ///   cannot be had.
    public init(
        layers: Int, keyValueHeads: Int, headDimension: Int, blockCapacity: Int,
        precision: Precision
    ) throws(KernelError) {
        let subject = "key-value store"
        guard layers > 0, keyValueHeads > 0, headDimension > 0, blockCapacity > 0 else {
            throw .invalidSize(subject: subject, reason: "a dimension is not positive")
        }
        guard headDimension <= Limits.headDimension,
            let bytes = Self.blockBytes(layers, keyValueHeads, headDimension, precision),
            case let (total, overflow) = bytes.multipliedReportingOverflow(by: blockCapacity),
            !overflow
        else {
            throw .invalidSize(subject: subject, reason: "does not fit the address space")
        }
        self.layers = layers
        self.keyValueHeads = keyValueHeads
        self.headDimension = headDimension
        self.precision = precision
        self.blockCapacity = blockCapacity
        bytesPerBlock = bytes
        valueStride = roundUp(headDimension, to: PanelShape.rows)
        mapping = try .lazy(byteCount: total, subject: subject)
    }

    deinit {
        mapping.unmap()
    }

    /// Gives a block's memory back to the system; it is committed again when next written.
    public func release(block: Int) {
        checkBlock(block)
        mapping.discard(offset: block * bytesPerBlock, byteCount: bytesPerBlock)
    }

    private static func blockBytes(
        _ layers: Int, _ heads: Int, _ headDimension: Int, _ precision: Precision
    ) -> Int? {
        let (count, overflow) = layers.multipliedReportingOverflow(by: heads)
        let (bytes, overflowBytes) = count.multipliedReportingOverflow(
            by: headBytes(headDimension, precision))
        guard !overflow, !overflowBytes, bytes < Int.max / 2 else { return nil }
        return roundUp(bytes, to: Limits.pageSize)
    }

    /// Bytes of the keys and values of one head of one layer in one block.
    private static func headBytes(_ headDimension: Int, _ precision: Precision) -> Int {
        let elements = headDimension + roundUp(headDimension, to: PanelShape.rows)
        return elements * blockPositions * (precision == .f16 ? 2 : 4)
    }
}

extension KeyValueStore {
    /// Bytes of one element.
    var elementBytes: Int { precision == .f16 ? 2 : 4 }

    var base: UnsafeMutableRawPointer { mapping.base }

    /// Bytes from a block's start to the keys of one head.
    func keyOffset(layer: Int, head: Int) -> Int {
        precondition(layer >= 0 && layer < layers, "layer lies outside the store")
        precondition(head >= 0 && head < keyValueHeads, "head lies outside the store")
        return (layer * keyValueHeads + head) * Self.headBytes(headDimension, precision)
    }

    /// Bytes from a block's start to the values of one head.
    func valueOffset(layer: Int, head: Int) -> Int {
        keyOffset(layer: layer, head: head) + headDimension * Self.blockPositions * elementBytes
    }

    func checkBlock(_ block: Int) {
        precondition(block >= 0 && block < blockCapacity, "block lies outside the store")
    }
}
