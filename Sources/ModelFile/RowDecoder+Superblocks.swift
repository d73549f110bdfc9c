// The K formats and the two nonlinear ones of four bits. A superblock holds 256 numbers in groups
// of 16 or 32, each with a scale of a few bits that is multiplied by one of half precision. Which
// bits belong to which number follows the GGUF specification; products and differences are
// rounded one by one, so that the floats equal those of the `gguf` package bit for bit.

extension RowDecoder {
    /// Numbers of one superblock.
    static let superblock = 256

    /// 2 bits: 16 bytes of (scale, minimum) nibbles, 64 bytes of quants, two halves.
    static func decodeQ2K(_ block: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let (scale, minimum) = (half(block, 80), half(block, 82))
        for group in 0..<16 {
            let nibbles = byte(block, group)
            let factor = scale * Float(nibbles & 15)
            let offset = minimum * Float(nibbles >> 4)
            let quants = pairOfBits(group, start: 16)
            for index in 0..<16 {
                let quant = byte(block, quants.byte + index) >> quants.shift & 3
                target[16 * group + index] = factor * Float(quant) - offset
            }
        }
    }

    /// 3 bits: 32 bytes of third bits, 64 of the lower two, 12 of scales, one half.
    static func decodeQ3K(_ block: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let scale = half(block, 108)
        for group in 0..<16 {
            let low = byte(block, 96 + group % 8) >> UInt8(group / 8 * 4) & 15
            let high = byte(block, 104 + group % 4) >> UInt8(group / 4 * 2) & 3
            let factor = scale * Float(Int32(low | high << 4) - 32)
            let quants = pairOfBits(group, start: 32)
            for index in 0..<16 {
                let low = byte(block, quants.byte + index) >> quants.shift & 3
                let third = byte(block, group % 2 * 16 + index) >> UInt8(group / 2) & 1
                let quant = Int32(low) - (third == 0 ? 4 : 0)
                target[16 * group + index] = factor * Float(quant)
            }
        }
    }

    /// 4 bits: two halves, 12 bytes of scales and minima, 128 of nibbles.
    static func decodeQ4K(_ block: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        decodeScaled(block, target) { group, index in
            nibble(block, group, index, start: 16)
        }
    }

    /// 5 bits: as with 4, and 32 bytes of fifth bits before the nibbles.
    static func decodeQ5K(_ block: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        decodeScaled(block, target) { group, index in
            let fifth = byte(block, 16 + index) >> UInt8(group) & 1
            return nibble(block, group, index, start: 48) | fifth << 4
        }
    }

    /// 6 bits: 128 bytes of lower nibbles, 64 of upper pairs, 16 signed scales, one half.
    static func decodeQ6K(_ block: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let scale = half(block, 208)
        for group in 0..<16 {
            let factor = scale * Float(Int8(bitPattern: byte(block, 192 + group)))
            for index in 0..<16 {
                // 128 numbers share 64 bytes of nibbles and 32 of pairs.
                let number = 16 * group + index
                let (part, place) = (number / 128, number % 128)
                let low = byte(block, 64 * part + place % 64) >> UInt8(place / 64 * 4) & 15
                let pair = byte(block, 128 + 32 * part + place % 32)
                let quant = Int32(low | (pair >> UInt8(place / 32 * 2) & 3) << 4) - 32
                target[number] = factor * Float(quant)
            }
        }
    }

    /// 4 bits that stand for unevenly spaced values: a half, 16 bytes of nibbles, 32 numbers.
    static func decodeIQ4NL(_ block: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let scale = half(block, 0)
        for index in 0..<16 {
            let pair = byte(block, 2 + index)
            target[index] = scale * unevenValue(pair & 15)
            target[index + 16] = scale * unevenValue(pair >> 4)
        }
    }

    /// The same over 256 numbers: a half, upper scale bits, lower scale nibbles, nibbles.
    static func decodeIQ4XS(_ block: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let scale = half(block, 0)
        let upper = UInt16(byte(block, 2)) | UInt16(byte(block, 3)) << 8
        for group in 0..<8 {
            let low = byte(block, 4 + group / 2) >> UInt8(group % 2 * 4) & 15
            let high = UInt8(upper >> UInt16(2 * group) & 3)
            let factor = scale * Float(Int32(low | high << 4) - 32)
            for index in 0..<16 {
                let pair = byte(block, 8 + 16 * group + index)
                target[32 * group + index] = factor * unevenValue(pair & 15)
                target[32 * group + index + 16] = factor * unevenValue(pair >> 4)
            }
        }
    }

    // MARK: - Parts

    /// Groups of 32 with a scale and a minimum of six bits each, as Q4_K and Q5_K have them.
    @inline(__always)
    private static func decodeScaled(
        _ block: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>,
        _ quant: (_ group: Int, _ index: Int) -> UInt8
    ) {
        let (scale, minimum) = (half(block, 0), half(block, 2))
        for group in 0..<8 {
            let bits = sixBits(block + 4, group)
            let factor = scale * Float(bits.scale)
            let offset = minimum * Float(bits.minimum)
            for index in 0..<32 {
                target[32 * group + index] = factor * Float(quant(group, index)) - offset
            }
        }
    }

    /// Scale and minimum of one of eight groups: the first four lie in the lower six bits of four
    /// bytes each, the others in the nibbles of the last four and the upper bits of the first.
    @inline(__always)
    private static func sixBits(
        _ scales: UnsafeRawPointer, _ group: Int
    ) -> (scale: UInt8, minimum: UInt8) {
        let first = byte(scales, group % 4)
        let second = byte(scales, 4 + group % 4)
        if group < 4 { return (first & 63, second & 63) }
        let last = byte(scales, 8 + group % 4)
        return (last & 15 | (first >> 6) << 4, last >> 4 | (second >> 6) << 4)
    }

    /// Number `index` of one of eight groups of 32, two of which share 32 bytes.
    @inline(__always)
    private static func nibble(
        _ block: UnsafeRawPointer, _ group: Int, _ index: Int, start: Int
    ) -> UInt8 {
        byte(block, start + 32 * (group / 2) + index) >> UInt8(group % 2 * 4) & 15
    }

    /// Where one of 16 groups of 16 pairs of bits begins: eight groups share 32 bytes.
    @inline(__always)
    private static func pairOfBits(_ group: Int, start: Int) -> (byte: Int, shift: UInt8) {
        (start + 32 * (group / 8) + 16 * (group % 2), UInt8(group % 8 / 2 * 2))
    }

    /// What the nibbles of the IQ4 formats stand for.
    @inline(__always)
    private static func unevenValue(_ nibble: UInt8) -> Float {
        let values: SIMD16<Int8> = [
            -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
        ]
        return Float(values[Int(nibble)])
    }
}
