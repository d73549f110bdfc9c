/// How the numbers of a weight tensor are stored.
public enum TensorEncoding: String, Sendable, Codable, CaseIterable, CustomStringConvertible {
    case f32 = "F32"
    case f16 = "F16"
    case bf16 = "BF16"
    /// Groups of 32: one half-precision scale, 32 signed bytes.
    case q8x0 = "Q8_0"
    /// Groups of 32: one half-precision scale, 32 nibbles around 8.
    case q4x0 = "Q4_0"
    /// Groups of 32: half-precision scale and minimum, 32 nibbles.
    case q4x1 = "Q4_1"
    /// Groups of 32: one half-precision scale, 32 five-bit numbers around 16.
    case q5x0 = "Q5_0"
    /// Groups of 32: half-precision scale and minimum, 32 five-bit numbers.
    case q5x1 = "Q5_1"
    /// Superblocks of 256: 2 bits a number, scale and minimum of 4 bits for each 16.
    case q2K = "Q2_K"
    /// Superblocks of 256: 3 bits a number, a scale of 6 bits for each 16.
    case q3K = "Q3_K"
    /// Superblocks of 256: 4 bits a number, scale and minimum of 6 bits for each 32.
    case q4K = "Q4_K"
    /// Superblocks of 256: 5 bits a number, scale and minimum of 6 bits for each 32.
    case q5K = "Q5_K"
    /// Superblocks of 256: 6 bits a number, a scale of 8 bits for each 16.
    case q6K = "Q6_K"
    /// Groups of 32: one half-precision scale, 32 nibbles that stand for uneven values.
    case iq4NL = "IQ4_NL"
    /// Superblocks of 256: nibbles for uneven values, a scale of 6 bits for each 32.
    case iq4XS = "IQ4_XS"

    /// The name as GGUF spells it.
    public var description: String { rawValue }

    /// How many numbers one block holds.
    public var blockLength: Int {
        switch self {
        case .f32, .f16, .bf16: 1
        case .q8x0, .q4x0, .q4x1, .q5x0, .q5x1, .iq4NL: 32
        case .q2K, .q3K, .q4K, .q5K, .q6K, .iq4XS: RowDecoder.superblock
        }
    }

    /// How many bytes one block takes.
    public var blockByteCount: Int {
        switch self {
        case .f32: 4
        case .f16, .bf16: 2
        case .q8x0: 34
        case .q4x0: 18
        case .q4x1: 20
        case .q5x0: 22
        case .q5x1: 24
        case .q2K: 84
        case .q3K: 110
        case .q4K: 144
        case .q5K: 176
        case .q6K: 210
        case .iq4NL: 18
        case .iq4XS: 136
        }
    }

    /// All encodings, for messages.
    static let served = allCases.map(\.rawValue).joined(separator: ", ")
}
