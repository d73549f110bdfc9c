internal import Glibc

/// Cosines and sines of rotary position embedding, for every position.
///
/// From Su, Lu, Pan, Wen, Liu (2021). Angles are position * frequency in double precision; the
/// table keeps single precision. The first 2 * `inverseFrequencies.count` dimensions of a head are
/// rotated, the others stay.
public final class RotaryTable: Sendable {
    /// Which two dimensions of a head make a pair.
    public enum Layout: String, Sendable, Codable {
        /// (i, i + count), as Hugging Face models are laid out.
        case halfSplit
        /// (2i, 2i + 1), as GGUF models of the Llama family are laid out.
        case interleaved
    }

    /// Which two dimensions of a head turn together.
    public let layout: Layout
    /// Positions 0..<positions are in the table.
    public let positions: Int
    /// Pairs in a head.
    public let pairCount: Int
    let cosines: [Float]
    let sines: [Float]

    /// Computes the table.
    ///
    /// - Parameters:
    ///   - inverseFrequencies: Radians for each position, one for each pair.
    ///   - positions: The number of positions, from 0 on.
    ///   - layout: Which dimensions make a pair.
    ///   - scale: A factor on cosines and sines (the attention factor of YaRN).
    public init(
        inverseFrequencies: [Double], positions: Int, layout: Layout, scale: Double = 1
    ) {
        precondition(positions >= 0, "a table's positions are not negative")
        self.layout = layout
        self.positions = positions
        pairCount = inverseFrequencies.count
        var cosines: [Float] = []
        var sines: [Float] = []
        cosines.reserveCapacity(positions * pairCount)
        sines.reserveCapacity(positions * pairCount)
        for position in 0..<positions {
            for frequency in inverseFrequencies {
                let angle = Double(position) * frequency
                cosines.append(Float(cos(angle) * scale))
                sines.append(Float(sin(angle) * scale))
            }
        }
        self.cosines = cosines
        self.sines = sines
    }
}
