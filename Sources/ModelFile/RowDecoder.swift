/// Turns one stored row into 32-bit floats, exactly as the format defines them.
///
/// The block layouts are those of the GGUF specification: a quantized row is a sequence of
/// blocks of 32 numbers; a byte of nibbles holds number i in its low and number i + 16 in its high
/// half; bit i of the 32 high bits belongs to number i. Products and sums are rounded separately,
/// so that the floats equal the reference's bit for bit.
enum RowDecoder {
    /// Decodes `output.count` numbers.
    ///
    /// - Parameters:
    ///   - input: The row's bytes: `output.count / blockLength` blocks; any alignment.
    ///   - encoding: How they are stored.
    ///   - output: Where the numbers go; a multiple of the block length.
    static func decode(
        _ input: UnsafeRawBufferPointer, as encoding: TensorEncoding,
        into output: UnsafeMutableBufferPointer<Float>
    ) {
        let blockCount = output.count / encoding.blockLength
        precondition(
            output.count % encoding.blockLength == 0
                && input.count == blockCount * encoding.blockByteCount,
            "a row must be whole blocks")
        guard let source = input.baseAddress, let target = output.baseAddress else { return }
        // Safety: the counts were just checked; each function below reads `blockCount` blocks
        // and writes `blockCount` times the block length.
        switch encoding {
        case .f32: decodeF32(source, blockCount, target)
        case .f16: decodeF16(source, blockCount, target)
        case .bf16: decodeBF16(source, blockCount, target)
        case .q8x0: decodeQ8x0(source, blockCount, target)
        case .q4x0: decodeQ4(source, blockCount, hasMinimum: false, target)
        case .q4x1: decodeQ4(source, blockCount, hasMinimum: true, target)
        case .q5x0: decodeQ5(source, blockCount, hasMinimum: false, target)
        case .q5x1: decodeQ5(source, blockCount, hasMinimum: true, target)
        case .q2K: eachBlock(source, blockCount, encoding, target, decodeQ2K)
        case .q3K: eachBlock(source, blockCount, encoding, target, decodeQ3K)
        case .q4K: eachBlock(source, blockCount, encoding, target, decodeQ4K)
        case .q5K: eachBlock(source, blockCount, encoding, target, decodeQ5K)
        case .q6K: eachBlock(source, blockCount, encoding, target, decodeQ6K)
        case .iq4NL: eachBlock(source, blockCount, encoding, target, decodeIQ4NL)
        case .iq4XS: eachBlock(source, blockCount, encoding, target, decodeIQ4XS)
        }
    }

    /// Widens half precision without the library call that a conversion costs on plain x86-64.
    ///
    /// Exponents are rebased by adding 112; subnormals are normalized by subtracting 2^-14 from
    /// the same bits with the smallest normal exponent, which is exact.
    @inline(__always)
    static func widen(_ half: UInt16) -> Float {
        let sign = UInt32(half & 0x8000) << 16
        let magnitude = UInt32(half & 0x7FFF) << 13
        let bits: UInt32
        if magnitude >= 0x0F80_0000 {
            bits = magnitude | 0x7F80_0000
        } else if magnitude < 0x0080_0000 {
            let smallest: UInt32 = 113 << 23
            bits =
                (Float(bitPattern: magnitude + smallest) - Float(bitPattern: smallest))
                .bitPattern
        } else {
            bits = magnitude + (112 << 23)
        }
        return Float(bitPattern: sign | bits)
    }

    @inline(__always)
    private static func eachBlock(
        _ source: UnsafeRawPointer, _ count: Int, _ encoding: TensorEncoding,
        _ target: UnsafeMutablePointer<Float>,
        _ decode: (UnsafeRawPointer, UnsafeMutablePointer<Float>) -> Void
    ) {
        for block in 0..<count {
            decode(
                source + block * encoding.blockByteCount, target + block * encoding.blockLength)
        }
    }

    /// A number of half precision, widened.
    @inline(__always)
    static func half(_ pointer: UnsafeRawPointer, _ offset: Int) -> Float {
        widen(halfBits(pointer, offset))
    }

    @inline(__always)
    private static func halfBits(_ pointer: UnsafeRawPointer, _ offset: Int) -> UInt16 {
        UInt16(littleEndian: pointer.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    @inline(__always)
    static func byte(_ pointer: UnsafeRawPointer, _ offset: Int) -> UInt8 {
        pointer.loadUnaligned(fromByteOffset: offset, as: UInt8.self)
    }

    private static func decodeF32(
        _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for index in 0..<count {
            let bits = source.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
            target[index] = Float(bitPattern: UInt32(littleEndian: bits))
        }
    }

    private static func decodeF16(
        _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for index in 0..<count {
            target[index] = half(source, 2 * index)
        }
    }

    private static func decodeBF16(
        _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for index in 0..<count {
            target[index] = Float(bitPattern: UInt32(halfBits(source, 2 * index)) << 16)
        }
    }

    private static func decodeQ8x0(
        _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<count {
            let start = source + 34 * block
            let output = target + 32 * block
            let scale = half(start, 0)
            for index in 0..<32 {
                let quant = Int8(bitPattern: byte(start, 2 + index))
                output[index] = Float(quant) * scale
            }
        }
    }

    /// Blocks of scale, optional minimum, 16 bytes of nibbles.
    private static func decodeQ4(
        _ source: UnsafeRawPointer, _ count: Int, hasMinimum: Bool,
        _ target: UnsafeMutablePointer<Float>
    ) {
        let nibbles = hasMinimum ? 4 : 2
        let center: Int32 = hasMinimum ? 0 : 8
        for block in 0..<count {
            let start = source + (nibbles + 16) * block
            let output = target + 32 * block
            let scale = half(start, 0)
            let minimum = hasMinimum ? half(start, 2) : -0.0
            for index in 0..<16 {
                let pair = byte(start, nibbles + index)
                output[index] = Float(Int32(pair & 15) - center) * scale + minimum
                output[index + 16] = Float(Int32(pair >> 4) - center) * scale + minimum
            }
        }
    }

    /// Blocks of scale, optional minimum, 32 high bits, 16 bytes of nibbles.
    private static func decodeQ5(
        _ source: UnsafeRawPointer, _ count: Int, hasMinimum: Bool,
        _ target: UnsafeMutablePointer<Float>
    ) {
        let highBits = hasMinimum ? 4 : 2
        let nibbles = highBits + 4
        let center: Int32 = hasMinimum ? 0 : 16
        for block in 0..<count {
            let start = source + (nibbles + 16) * block
            let output = target + 32 * block
            let scale = half(start, 0)
            let minimum = hasMinimum ? half(start, 2) : -0.0
            let high =
                UInt32(halfBits(start, highBits)) | UInt32(halfBits(start, highBits + 2)) << 16
            for index in 0..<16 {
                let pair = byte(start, nibbles + index)
                let low = Int32(pair & 15) | Int32(high >> UInt32(index) & 1) << 4
                let upper = Int32(pair >> 4) | Int32(high >> UInt32(index + 16) & 1) << 4
                output[index] = Float(low - center) * scale + minimum
                output[index + 16] = Float(upper - center) * scale + minimum
            }
        }
    }
}
