internal import CIntrinsics
internal import KernelTypes

/// Adding 1.5 * 2^23 leaves a float's nearest integer, ties to even, in its low mantissa bits.
private let roundingBias: Float = 12_582_912
private let roundingBiasBits: Int32 = 0x4B40_0000

/// A group whose largest magnitude is below this counts as zero: 127 over it would overflow.
private let smallestMagnitude: Float = 0x1p-120

/// Quantizes one row in groups of 32: scale = max|x| / 127, q = nearest even of x * (127 / max).
///
/// A group of zeros has scale 0. A group that holds an infinity or a NaN has scale NaN, so that
/// every output of the row becomes NaN instead of a plausible number.
func quantize(_ row: QuantizeRow) {
    let groupBytes = 8 &* lanes_activation_block_bytes()
    var group = 0
    var position = 0
    while position < row.count {
        let low = load(row.values + position, remaining: row.count &- position)
        let high = load(row.values + position + 16, remaining: row.count &- position &- 16)
        let largest = lanes_largest(lanes_max(lanes_magnitude(low), lanes_magnitude(high)))
        // Zero for finite values, NaN otherwise.
        let poison = lanes_sum(low * 0 + high * 0)
        let empty = largest < smallestMagnitude
        let inverse = lanes_splat(empty ? 0 : 127 / largest)
        row.scales[group] = (empty ? 0 : largest / 127) + poison
        let target = row.blocks + group &* groupBytes
        let sum =
            store(low * inverse, at: target)
            &+ store(high * inverse, at: target + groupBytes / 2)
        row.offsets[group] = sum &* -128
        group &+= 1
        position &+= 32
    }
}

@inline(__always)
private func load(_ values: UnsafePointer<Float>, remaining: Int) -> SIMD16<Float> {
    if remaining >= 16 { return lanes_load(values) }
    return remaining <= 0 ? lanes_splat(0) : lanes_load_part(values, remaining)
}

/// Rounds 16 values of -127...127, stores them as activations and returns their sum.
@inline(__always)
private func store(_ values: SIMD16<Float>, at target: UnsafeMutableRawPointer) -> Int32 {
    let quants =
        lanes_bits(values + lanes_splat(roundingBias))
        &- lanes_splat_integer(roundingBiasBits)
    lanes_store_activations(target, quants)
    return lanes_sum_integers(quants)
}
