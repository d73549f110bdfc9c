import ArgumentParser
import ModelFile

/// How `make-model` stores matrices.
///
/// A further type needs its encoding and file number here and its blocks in `RandomWeights`.
enum WeightType: String, CaseIterable, ExpressibleByArgument {
    case q8x0 = "q8_0"
    case q4K = "q4_k"
    case f16

    var encoding: TensorEncoding {
        switch self {
        case .q8x0: .q8x0
        case .q4K: .q4K
        case .f16: .f16
        }
    }

    /// The value of `general.file_type`.
    var fileType: UInt32 {
        switch self {
        case .q8x0: 7
        case .q4K: 14
        case .f16: 1
        }
    }
}

/// Weights that are a function of a seed, a tensor and a row.
///
/// Uniformly distributed with a standard deviation of 1/√inputs, which keeps a row's size through
/// a product.
struct RandomWeights {
    let type: WeightType
    let seed: UInt64

    /// The bytes of some rows of a matrix.
    ///
    /// - Precondition: `columns` is a multiple of the type's block.
    func rows(_ rows: Range<Int>, columns: Int, tensor: Int) -> [UInt8] {
        precondition(columns % type.encoding.blockLength == 0, "rows are whole blocks")
        let rowBytes = columns / type.encoding.blockLength * type.encoding.blockByteCount
        return [UInt8](unsafeUninitializedCapacity: rows.count * rowBytes) { buffer, count in
            for (index, row) in rows.enumerated() {
                let key = seed << 48 ^ UInt64(tensor) << 32 ^ UInt64(row)
                var random = SplitMix(key: key)
                let target = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[
                        index * rowBytes..<(index + 1) * rowBytes])
                switch type {
                case .q8x0: Self.fillBytes(target, columns, &random)
                case .q4K: Self.fillSuperblocks(target, columns, &random)
                case .f16: Self.fillHalves(target, columns, &random)
                }
            }
            count = rows.count * rowBytes
        }
    }

    /// Blocks of one half-precision scale and 32 signed bytes.
    private static func fillBytes(
        _ target: UnsafeMutableRawBufferPointer, _ columns: Int, _ random: inout SplitMix
    ) {
        // The standard deviation of a byte, from −128 to 127, is 256/√12.
        let scale = Float(12).squareRoot() / 256 / Float(columns).squareRoot()
        for block in 0..<columns / 32 {
            let start = block * 34
            let spread = 0.75 + Float(random.next() >> 40) * 0x1p-25
            target.storeBytes(of: Float16(scale * spread), toByteOffset: start, as: Float16.self)
            for word in 0..<4 {
                target.storeBytes(
                    of: random.next(), toByteOffset: start + 2 + 8 * word, as: UInt64.self)
            }
        }
    }

    /// Superblocks of two halves, 12 bytes of scales and minima, 128 bytes of nibbles.
    private static func fillSuperblocks(
        _ target: UnsafeMutableRawBufferPointer, _ columns: Int, _ random: inout SplitMix
    ) {
        // Each group's minimum is its scale and counts 7.5 times as much: nibbles lie around it.
        // The root mean square of six bits times four, so centered, is 168.
        let scale = Float16(1 / 168 / Float(columns).squareRoot())
        for start in stride(from: 0, to: target.count, by: TensorEncoding.q4K.blockByteCount) {
            target.storeBytes(of: scale, toByteOffset: start, as: Float16.self)
            target.storeBytes(of: 7.5 * scale, toByteOffset: start + 2, as: Float16.self)
            let (four, nibbles) = (UInt32(truncatingIfNeeded: random.next()), random.next())
            let low = UInt32(truncatingIfNeeded: nibbles) & 0x0F0F_0F0F
            for (word, bits) in [four, four, low | low << 4].enumerated() {
                target.storeBytes(of: bits, toByteOffset: start + 4 + 4 * word, as: UInt32.self)
            }
            for word in 0..<16 {
                target.storeBytes(
                    of: random.next(), toByteOffset: start + 16 + 8 * word, as: UInt64.self)
            }
        }
    }

    private static func fillHalves(
        _ target: UnsafeMutableRawBufferPointer, _ columns: Int, _ random: inout SplitMix
    ) {
        let scale = Float(12).squareRoot() / 65_536 / Float(columns).squareRoot()
        for group in 0..<columns / 4 {
            let bits = random.next()
            for index in 0..<4 {
                let value = Int16(truncatingIfNeeded: bits >> (16 * index))
                target.storeBytes(
                    of: Float16(Float(value) * scale), toByteOffset: 8 * group + 2 * index,
                    as: Float16.self)
            }
        }
    }
}
