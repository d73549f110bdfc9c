internal import CIntrinsics
internal import KernelTypes

/// Adding 1.5 * 2^23 leaves a float's nearest integer, ties to even, in its low mantissa bits.
private let roundingBias: Float = 12_582_912
private let roundingBiasBits: Int32 = 0x4B40_0000

/// A group whose largest magnitude is below this counts as zero: 127 over it would overflow.
private let smallestMagnitude: Float = 0x1p-120

/// Quantizes rows in groups of 32: scale = max|x| / 127, q = nearest even of x * (127 / max).
///
/// A group of zeros has scale 0. A group that holds an infinity or a NaN has scale NaN, so that
/// every output of the row becomes NaN instead of a plausible number.
func quantize(_ rows: QuantizeRows) {
    var row = rows.first
    while row < rows.end {
        let first = rows.tiles.tileStart(of: row)
        let width = min(ActivationTiles.tileRows, rows.tiles.rowCount &- first)
        let end = min(rows.end, first &+ width)
        quantize(rows, row, end, Tile(first: first, width: width))
        row = end
    }
}

private struct Tile {
    let first: Int
    let width: Int
}

/// Some rows of one tile, group by group: their groups share cache lines.
@inline(__always)
private func quantize(_ rows: QuantizeRows, _ first: Int, _ end: Int, _ tile: Tile) {
    var group = rows.tiles.tile(at: tile.first)
    var position = 0
    while position < rows.count {
        let rest = rows.count &- position
        var row = first
        while row < end {
            let values = rows.values + (row &* rows.stride &+ position)
            quantizeGroup(
                load(values, remaining: rest), load(values + 16, remaining: rest &- 16),
                into: group, GroupPlace(row: row &- tile.first, width: tile.width))
            row &+= 1
        }
        group += tile.width &* ActivationTiles.rowGroupBytes
        position &+= 32
    }
}

/// Where one row lies in each group of its tile.
private struct GroupPlace {
    /// Bytes from a group's start to the row's first block, scale and offset.
    let block: Int
    let scale: Int
    let offset: Int
    /// Bytes from one block to the row's next.
    let blockStride: Int

    @inline(__always)
    init(row: Int, width: Int) {
        block = row &* ActivationTiles.blockBytes
        blockStride = width &* ActivationTiles.blockBytes
        scale = 8 &* blockStride &+ 4 &* row
        offset = scale &+ 4 &* width
    }
}

@inline(__always)
private func quantizeGroup(
    _ low: SIMD16<Float>, _ high: SIMD16<Float>, into group: UnsafeMutableRawPointer,
    _ place: GroupPlace
) {
    let largest = lanes_largest(lanes_max(lanes_magnitude(low), lanes_magnitude(high)))
    // Zero for finite values, NaN otherwise.
    let poison = lanes_sum(low * 0 + high * 0)
    let empty = largest < smallestMagnitude
    let inverse = lanes_splat(empty ? 0 : 127 / largest)
    let scale = (empty ? 0 : largest / 127) + poison
    let blocks = group + place.block
    let sum =
        store(low * inverse, at: blocks, place.blockStride)
        &+ store(high * inverse, at: blocks + 4 &* place.blockStride, place.blockStride)
    group.storeBytes(of: scale, toByteOffset: place.scale, as: Float.self)
    group.storeBytes(of: sum &* -128, toByteOffset: place.offset, as: Int32.self)
}

@inline(__always)
private func load(_ values: UnsafePointer<Float>, remaining: Int) -> SIMD16<Float> {
    if remaining >= 16 { return lanes_load(values) }
    return remaining <= 0 ? lanes_splat(0) : lanes_load_part(values, remaining)
}

/// Rounds 16 values of -127...127, stores them as four blocks and returns their sum.
@inline(__always)
private func store(
    _ values: SIMD16<Float>, at target: UnsafeMutableRawPointer, _ stride: Int
) -> Int32 {
    let quants =
        lanes_bits(values + lanes_splat(roundingBias))
        &- lanes_splat_integer(roundingBiasBits)
    lanes_store_activations(target, stride, quants)
    return lanes_sum_integers(quants)
}
