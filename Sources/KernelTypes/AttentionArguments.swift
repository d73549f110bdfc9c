/// Where one layer's keys and values of one head lie in each block of a sequence.
///
/// A block holds 32 positions. Keys are [dimension][32 positions], so that lanes are positions and
/// a score is one chain over dimensions; values are [position][`valueStride`], so that lanes are
/// dimensions and a mix is one chain over positions.
@frozen
public struct BlockTable {
    /// The memory of block 0; block b starts `b * blockStride` bytes further.
    public let base: UnsafeRawPointer
    /// Bytes from the start of one block to the start of the next.
    public let blockStride: Int
    /// Bytes from a block's start to this head's keys, or to its values.
    public let offset: Int
    /// Block numbers in the order of positions.
    public let blocks: UnsafePointer<Int32>
    /// Positions to read, from position 0 of the first block.
    public let positionCount: Int
    /// Elements of one key, and of one value before its padding to `valueStride`.
    public let headDimension: Int
    /// Elements between values of consecutive positions: a multiple of 16.
    public let valueStride: Int
    /// Whether elements are half precision, not single.
    public let half: Bool

    /// Records the layout as given; offsets and block numbers are the facade's to check.
    public init(
        base: UnsafeRawPointer, blockStride: Int, offset: Int, blocks: UnsafePointer<Int32>,
        positionCount: Int, headDimension: Int, valueStride: Int, half: Bool
    ) {
        self.base = base
        self.blockStride = blockStride
        self.offset = offset
        self.blocks = blocks
        self.positionCount = positionCount
        self.headDimension = headDimension
        self.valueStride = valueStride
        self.half = half
    }

    /// The first byte of this head's part of the index-th block of the sequence.
    @inlinable @inline(__always)
    public func start(ofBlock index: Int) -> UnsafeRawPointer {
        base + (Int(blocks[index]) &* blockStride &+ offset)
    }
}

/// One rotation of consecutive heads of one row.
@frozen
public struct RotateRow {
    /// The first head's first element; heads follow each other without gaps.
    public let values: UnsafeMutablePointer<Float>
    /// Heads to rotate.
    public let headCount: Int
    /// Floats from one head to the next, at least 2 * `pairCount`.
    public let headDimension: Int
    /// Cosine of each pair's angle at this position, `pairCount` values.
    public let cosines: UnsafePointer<Float>
    /// Sine of each pair's angle at this position, `pairCount` values.
    public let sines: UnsafePointer<Float>
    /// Pairs to rotate in each head; dimensions from 2 * `pairCount` on stay.
    public let pairCount: Int
    /// Whether a pair is (2i, 2i + 1), not (i, i + pairCount).
    public let interleaved: Bool

    /// Records one rotation as given; the facade has checked that all heads lie in the row.
    public init(
        values: UnsafeMutablePointer<Float>, headCount: Int, headDimension: Int,
        cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>, pairCount: Int,
        interleaved: Bool
    ) {
        self.values = values
        self.headCount = headCount
        self.headDimension = headDimension
        self.cosines = cosines
        self.sines = sines
        self.pairCount = pairCount
        self.interleaved = interleaved
    }
}
