internal import KernelTypes

/// Brings 32 weights to int8 with one scale, as Q8_0 does: scale = f16(max|w| / 127) and
/// q = round(w · 127 / max), halves away from zero.
///
/// A model has billions of weights, so a group is quantized in a few vector operations, which all
/// machines have.
struct GroupQuantizer {
    /// The quants, low half first.
    private(set) var quants: (SIMD16<Int8>, SIMD16<Int8>) = (.zero, .zero)
    /// NaN for a group with an infinity or a NaN, whose quants are 0.
    private(set) var scale: Float16 = 0

    private typealias Lanes = SIMD16<Float>
    private typealias Words = SIMD16<Int32>

    /// - Parameters:
    ///   - values: the row.
    ///   - start: the group's first value.
    init(_ values: UnsafeBufferPointer<Float>, from start: Int) {
        let (low, high) = Self.load(values, start)
        let largest = Self.largest(low, high)
        guard largest.isFinite else {
            scale = .nan
            return
        }
        let inverse = 127 / largest
        // Zero, or so small that its scale is zero in half precision anyway.
        guard inverse.isFinite else { return }
        scale = Float16(largest / 127)
        quants = (Self.rounded(low * inverse), Self.rounded(high * inverse))
    }

    /// The group's values; those behind the row's end are zero.
    @inline(__always)
    private static func load(
        _ values: UnsafeBufferPointer<Float>, _ start: Int
    ) -> (Lanes, Lanes) {
        let count = values.count - start
        guard count < PanelShape.groupWidth else {
            let bytes = UnsafeRawBufferPointer(values)
            let first = start * MemoryLayout<Float>.size
            return (
                bytes.loadUnaligned(fromByteOffset: first, as: Lanes.self),
                bytes.loadUnaligned(
                    fromByteOffset: first + MemoryLayout<Lanes>.size, as: Lanes.self)
            )
        }
        var halves = (Lanes.zero, Lanes.zero)
        for index in 0..<count {
            if index < Lanes.scalarCount {
                halves.0[index] = values[start + index]
            } else {
                halves.1[index - Lanes.scalarCount] = values[start + index]
            }
        }
        return halves
    }

    /// The largest magnitude; not finite if a value is not.
    ///
    /// The bits of magnitudes are ordered as the magnitudes are, infinity and NaN last.
    @inline(__always)
    private static func largest(_ low: Lanes, _ high: Lanes) -> Float {
        let magnitude = Words(repeating: 0x7fff_ffff)
        let all = larger(bits(low) & magnitude, bits(high) & magnitude)
        let eight = all.lowHalf.replacing(
            with: all.highHalf, where: all.highHalf .> all.lowHalf)
        let four = eight.lowHalf.replacing(
            with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
        let largest = max(max(four[0], four[1]), max(four[2], four[3]))
        return Float(bitPattern: UInt32(bitPattern: largest))
    }

    @inline(__always)
    private static func larger(_ one: Words, _ other: Words) -> Words {
        one.replacing(with: other, where: other .> one)
    }

    @inline(__always)
    private static func bits(_ values: Lanes) -> Words {
        unsafeBitCast(values, to: Words.self)
    }

    /// The nearest integers, halves away from zero, of values of −127…127.
    ///
    /// At 2²³ the last bit of a float counts ones: adding it and taking it away rounds, and its
    /// low bits are the integer.
    @inline(__always)
    private static func rounded(_ values: Lanes) -> SIMD16<Int8> {
        let ones = Lanes(repeating: 8_388_608)
        let magnitudes = unsafeBitCast(bits(values) & 0x7fff_ffff, to: Lanes.self)
        let near = (magnitudes + ones) - ones
        let below = near - Lanes.zero.replacing(with: 1, where: near .> magnitudes)
        let whole = below + Lanes.zero.replacing(with: 1, where: (magnitudes - below) .>= 0.5)
        let integers = bits(whole + ones) & 0x7f
        let sign = bits(values) &>> 31
        return SIMD16<Int8>(truncatingIfNeeded: (integers ^ sign) &- sign)
    }
}
