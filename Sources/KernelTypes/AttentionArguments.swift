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

/// Attention probabilities of a few queries, on their way from scores to weights.
///
/// They lie as [16 positions][query][16 lanes], so that a tile finds the weights of its queries at
/// offsets that the compiler knows. For a single query that is a plain array of positions.
@frozen
public struct PatternTile {
    /// Position 0 of the first query.
    public let values: UnsafeMutablePointer<Float>
    /// Floats from 16 positions of a query to its next 16: 16 times the queries side by side.
    public let stride: Int
    /// Queries to compute: 1, 4 or a whole tile of 12.
    public let width: Int

    /// Records a place as given; it must have room for whole chunks of 16 positions, but for a
    /// single query's last one.
    public init(values: UnsafeMutablePointer<Float>, stride: Int, width: Int) {
        self.values = values
        self.stride = stride
        self.width = width
    }

    /// A single query out of these.
    @inlinable
    public func query(_ index: Int) -> PatternTile {
        PatternTile(values: values + 16 &* index, stride: stride, width: 1)
    }
}

/// Scores of queries against the keys of one head.
@frozen
public struct AttentionScores {
    /// The keys, and how many positions to score.
    public let keys: BlockTable
    /// The queries, [dimension][query of the tile].
    public let queries: UnsafePointer<Float>
    /// What each dot product is multiplied by.
    public let scale: Float
    /// Where the scores go.
    public let pattern: PatternTile

    /// Records the arguments as given.
    public init(
        keys: BlockTable, queries: UnsafePointer<Float>, scale: Float, pattern: PatternTile
    ) {
        self.keys = keys
        self.queries = queries
        self.scale = scale
        self.pattern = pattern
    }
}

/// Values of one head, summed with the weights of queries.
@frozen
public struct AttentionMix {
    /// The values, and the position after the last one to add.
    public let values: BlockTable
    /// The first position to add; if it is not 0, sums continue from what the target holds.
    public let first: Int
    /// The weights.
    public let pattern: PatternTile
    /// Where sums go: dimension d of query q at `target[q * targetStride + d]`.
    public let target: UnsafeMutablePointer<Float>
    /// Floats from one query's sums to the next's, at least the head dimension.
    public let targetStride: Int

    /// Records the arguments as given.
    public init(
        values: BlockTable, first: Int, pattern: PatternTile, target: UnsafeMutablePointer<Float>,
        targetStride: Int
    ) {
        self.values = values
        self.first = first
        self.pattern = pattern
        self.target = target
        self.targetStride = targetStride
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
