/// The entry points of one instruction-set module.
///
/// An entry checks nothing: the facade has checked every shape before it makes a pointer.
public struct KernelTable: Sendable {
    /// Rows of a whole tile of a product, and queries of one of attention: 12 or 4.
    public var tileRows: Int
    /// Bytes of one prepared row's share of one group: activations, scale and offset.
    public var activationGroupBytes: Int
    /// Rounds groups of 32 values to int8: scale = max|x| / 127, q = round(x * (127 / max|x|)).
    ///
    /// Ties go to even. A group of zeros gets scale 0; one with an infinity or a NaN gets scale
    /// NaN.
    public var quantize: @Sendable (QuantizeRows) -> Void
    /// output[r][o] = the sum over groups of dot(weight, activation quants) * both their scales.
    ///
    /// Dots are exact integers; groups are added in order by fused multiply-adds, alike in every
    /// path.
    public var quantizedProduct: @Sendable (QuantizedProduct) -> Void
    /// Copies rows of floats into tiles.
    public var tile: @Sendable (TileRows) -> Void
    /// Product over panels of single precision.
    public var singleProduct: @Sendable (FloatProduct) -> Void
    /// Product over panels of half precision.
    public var halfProduct: @Sendable (FloatProduct) -> Void
    /// Product over panels of single precision of rows that are in no tiles.
    public var rowProduct: @Sendable (RowProduct) -> Void
    /// target[i] = values[i] / sqrt(mean(values^2) + epsilon) * weight[i].
    public var normalize:
        @Sendable (
            _ values: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ count: Int,
            _ epsilon: Float, _ target: UnsafeMutablePointer<Float>
        ) -> Void
    /// target[i] = (values[i] - mean) / sqrt(variance + epsilon) * weight[i] + bias[i].
    public var centre: @Sendable (CentredRow) -> Void
    /// target[i] += delta[i].
    public var add:
        @Sendable (
            _ delta: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>
        ) -> Void
    /// target[i] = gate[i] / (1 + exp(-gate[i])) * up[i].
    public var gate:
        @Sendable (
            _ gate: UnsafePointer<Float>, _ up: UnsafePointer<Float>, _ count: Int,
            _ target: UnsafeMutablePointer<Float>
        ) -> Void
    /// target[i] = values[i] times the normal distribution up to values[i], by erf or by tanh.
    public var gelu:
        @Sendable (
            _ values: UnsafePointer<Float>, _ count: Int, _ byTanh: Bool,
            _ target: UnsafeMutablePointer<Float>
        ) -> Void
    /// Replaces the first scores of a single query by probabilities that sum to one.
    public var softmax: @Sendable (_ scores: PatternTile, _ count: Int) -> Void
    /// target[i] = exp((values[i] - peak) * scale).
    public var weigh:
        @Sendable (
            _ values: UnsafePointer<Float>, _ count: Int, _ peak: Float, _ scale: Float,
            _ target: UnsafeMutablePointer<Float>
        ) -> Void
    /// The sum of the values: stretches in single precision, their sums in double.
    public var sum: @Sendable (_ values: UnsafePointer<Float>, _ count: Int) -> Double
    /// log(sum(exp(values))).
    public var logSumExp: @Sendable (_ values: UnsafePointer<Float>, _ count: Int) -> Double
    /// The first index of the largest value.
    public var largestIndex: @Sendable (_ values: UnsafePointer<Float>, _ count: Int) -> Int
    /// Turns each pair (x, y) of each head into (x cos - y sin, y cos + x sin), in place.
    ///
    /// Rotary position embedding, from Su, Lu, Pan, Wen, Liu (2021).
    public var rotate: @Sendable (RotateRow) -> Void
    /// target[i * stride] = values[i], rounded to half precision if `half`.
    public var storeElements:
        @Sendable (
            _ values: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutableRawPointer,
            _ stride: Int, _ half: Bool
        ) -> Void
    /// pattern[p] = scale * dot(query, key of position p), for each query.
    public var scores: @Sendable (AttentionScores) -> Void
    /// target[d] = the sum over positions, in order, of pattern[p] * value of position p.
    public var mix: @Sendable (AttentionMix) -> Void

    /// Adds columns of rows to one sum a column, in the order of the rows.
    public var accumulateColumns: @Sendable (ColumnSums) -> Void
    /// Changes columns of a row; the squared L2 norm of the change.
    public var changeRow: @Sendable (RowChange) -> Double
    /// Copies columns of a row, possibly rounded to half precision.
    public var copyColumns: @Sendable (ColumnCopy) -> Void

    /// Takes one function for each entry; the `makeKernelTable` of each module calls it.
    public init(
        tileRows: Int,
        activationGroupBytes: Int,
        quantize: @escaping @Sendable (QuantizeRows) -> Void,
        quantizedProduct: @escaping @Sendable (QuantizedProduct) -> Void,
        tile: @escaping @Sendable (TileRows) -> Void,
        singleProduct: @escaping @Sendable (FloatProduct) -> Void,
        halfProduct: @escaping @Sendable (FloatProduct) -> Void,
        rowProduct: @escaping @Sendable (RowProduct) -> Void,
        normalize:
            @escaping @Sendable (
                UnsafePointer<Float>, UnsafePointer<Float>, Int, Float, UnsafeMutablePointer<Float>
            ) -> Void,
        centre: @escaping @Sendable (CentredRow) -> Void,
        add: @escaping @Sendable (UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void,
        gate:
            @escaping @Sendable (
                UnsafePointer<Float>, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>
            ) -> Void,
        gelu:
            @escaping @Sendable (
                UnsafePointer<Float>, Int, Bool, UnsafeMutablePointer<Float>
            ) -> Void,
        softmax: @escaping @Sendable (PatternTile, Int) -> Void,
        weigh:
            @escaping @Sendable (
                UnsafePointer<Float>, Int, Float, Float, UnsafeMutablePointer<Float>
            ) -> Void,
        sum: @escaping @Sendable (UnsafePointer<Float>, Int) -> Double,
        logSumExp: @escaping @Sendable (UnsafePointer<Float>, Int) -> Double,
        largestIndex: @escaping @Sendable (UnsafePointer<Float>, Int) -> Int,
        rotate: @escaping @Sendable (RotateRow) -> Void,
        storeElements:
            @escaping @Sendable (
                UnsafePointer<Float>, Int, UnsafeMutableRawPointer, Int, Bool
            ) -> Void,
        scores: @escaping @Sendable (AttentionScores) -> Void,
        mix: @escaping @Sendable (AttentionMix) -> Void,
        accumulateColumns: @escaping @Sendable (ColumnSums) -> Void,
        changeRow: @escaping @Sendable (RowChange) -> Double,
        copyColumns: @escaping @Sendable (ColumnCopy) -> Void
    ) {
        self.tileRows = tileRows
        self.activationGroupBytes = activationGroupBytes
        self.quantize = quantize
        self.quantizedProduct = quantizedProduct
        self.tile = tile
        self.singleProduct = singleProduct
        self.halfProduct = halfProduct
        self.rowProduct = rowProduct
        self.normalize = normalize
        self.centre = centre
        self.add = add
        self.gate = gate
        self.gelu = gelu
        self.softmax = softmax
        self.weigh = weigh
        self.sum = sum
        self.logSumExp = logSumExp
        self.largestIndex = largestIndex
        self.rotate = rotate
        self.storeElements = storeElements
        self.scores = scores
        self.mix = mix
        self.accumulateColumns = accumulateColumns
        self.changeRow = changeRow
        self.copyColumns = copyColumns
    }
}
