extension HostileCase {
    /// A stored type: its number, its block, and where in a block the scales lie.
    fileprivate struct StoredType {
        let name: String
        let number: UInt32
        let blockLength: Int
        let blockByteCount: Int
        /// Offsets of numbers of half precision.
        let scales: [Int]
    }

    fileprivate static let storedTypes = [
        StoredType(name: "F16", number: 1, blockLength: 1, blockByteCount: 2, scales: [0]),
        StoredType(name: "Q4_0", number: 2, blockLength: 32, blockByteCount: 18, scales: [0]),
        StoredType(name: "Q4_1", number: 3, blockLength: 32, blockByteCount: 20, scales: [0, 2]),
        StoredType(name: "Q5_0", number: 6, blockLength: 32, blockByteCount: 22, scales: [0]),
        StoredType(name: "Q5_1", number: 7, blockLength: 32, blockByteCount: 24, scales: [0, 2]),
        StoredType(name: "Q8_0", number: 8, blockLength: 32, blockByteCount: 34, scales: [0]),
        StoredType(
            name: "Q2_K", number: 10, blockLength: 256, blockByteCount: 84, scales: [80, 82]),
        StoredType(name: "Q3_K", number: 11, blockLength: 256, blockByteCount: 110, scales: [108]),
        StoredType(
            name: "Q4_K", number: 12, blockLength: 256, blockByteCount: 144, scales: [0, 2]),
        StoredType(
            name: "Q5_K", number: 13, blockLength: 256, blockByteCount: 176, scales: [0, 2]),
        StoredType(name: "Q6_K", number: 14, blockLength: 256, blockByteCount: 210, scales: [208]),
        StoredType(name: "IQ4_NL", number: 20, blockLength: 32, blockByteCount: 18, scales: [0]),
        StoredType(name: "IQ4_XS", number: 23, blockLength: 256, blockByteCount: 136, scales: [0]),
    ]

    private static let halves: [(name: String, bits: UInt16)] = [
        ("NaN", 0x7E00), ("infinite", 0x7C00), ("-infinite", 0xFC00),
    ]

    private static let group = "NaN or infinite weights"

    /// A number of every stored type, in every place that a number or a scale can be.
    static let ggufWeights: [HostileCase] =
        storedTypes.flatMap { type in
            type.scales.flatMap { scale in
                halves.map { half in
                    refused(
                        group, "\(type.name), \(half.name) at byte \(scale) of a block",
                        "token_embd.weight", "row 3", "NaN or infinite",
                        base: .model(width: 256)
                    ) { $0.spoilEmbedding(type, scale, half.bits) }
                }
            }
        } + plainWeights

    private static let plainWeights: [HostileCase] =
        ([.nan, .infinity, -.infinity] as [Float]).flatMap { value in
            [
                refused(
                    group, "F32 \(value) in a matrix", "blk.0.ffn_down.weight", "row 2, column 1",
                    base: .model()
                ) {
                    $0.change("blk.0.ffn_down.weight") {
                        $0.data.replaceSubrange(52..<56, with: littleEndian([value]))
                    }
                },
                refused(
                    group, "F32 \(value) in a vector", "output_norm.weight", "row 0, column 5",
                    base: .model()
                ) {
                    $0.change("output_norm.weight") {
                        $0.data.replaceSubrange(20..<24, with: littleEndian([value]))
                    }
                },
                refused(
                    group, "BF16 \(value)", "token_embd.weight", "row 3, column 7", base: .model()
                ) {
                    $0.change("token_embd.weight") {
                        $0.type = 30
                        $0.data = [UInt8](repeating: 0, count: 2 * 40)
                        let bits = UInt16(truncatingIfNeeded: value.bitPattern >> 16)
                        $0.data.replaceSubrange(62..<64, with: littleEndian(bits))
                    }
                },
            ]
        }
}

extension GGUFBuilder {
    /// Stores the embedding of 256 columns as another type, all zero but for one half in row 3.
    fileprivate mutating func spoilEmbedding(
        _ type: HostileCase.StoredType, _ offset: Int, _ bits: UInt16
    ) {
        let rowByteCount = 256 / type.blockLength * type.blockByteCount
        change("token_embd.weight") {
            $0.type = type.number
            $0.data = [UInt8](repeating: 0, count: 5 * rowByteCount)
            let place = 3 * rowByteCount + offset
            $0.data.replaceSubrange(place..<place + 2, with: littleEndian(bits))
        }
    }
}
