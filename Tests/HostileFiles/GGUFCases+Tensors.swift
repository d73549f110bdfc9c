extension HostileCase {
    private static let group = "Tensor table"

    /// Shapes, types, places and names of tensors.
    static let ggufTensorTable = dimensions + types + places + names

    private static let dimensions: [HostileCase] =
        ([0, 5, 8, 9, 1_000_000, .max] as [UInt32]).map { count in
            refused(group, "\(count) dimensions", "\"first\"", "dimension count", "1 to 4") {
                $0.tensors[0].dimensionCount = count
            }
        }
        + ([0, .max, 1 << 63] as [UInt64]).map { size in
            refused(group, "dimension \(size)", "\"first\"", "dimension 1") {
                $0.tensors[0].dimensions = [4, size]
            }
        }
        + [
            [1 << 32, 1 << 32], [1 << 21, 1 << 21, 1 << 22], [1 << 62, 2], [Int.max, 4],
            [1 << 61, 1], [1 << 31, 1 << 31, 1, 1], [1 << 62, 4],
        ].map { (sizes: [Int]) in
            refused(group, "product of \(sizes)", "\"first\"", "out of range") {
                $0.tensors[0].dimensions = sizes.map(UInt64.init)
            }
        } + [
            refused(group, "sum of sizes that wraps", "\"second\"") {
                $0.tensors[0].dimensions = [1 << 60]
                $0.tensors[1].dimensions = [1 << 60]
                $0.tensors[1].type = 0
                $0.tensors[1].offset = 1 << 62
                $0.add("third", [1 << 60], [])
                $0.tensors[2].offset = 1 << 63 - 32
            },
            refused(group, "sum of sizes at the largest number", "\"third\"", "offset") {
                $0.tensors[0].dimensions = [1 << 60]
                $0.tensors[1].dimensions = [(1 << 60) - 1]
                $0.tensors[1].type = 0
                $0.tensors[1].offset = 1 << 62
                $0.add("third", [8], littleEndian([Float](repeating: 0, count: 8)))
                $0.tensors[2].offset = UInt64(Int.max) - 31
            },
            refused(group, "larger than the file", "\"second\"", "past the") {
                $0.tensors[1].dimensions = [32, 1 << 20]
            },
            refused(group, "row of no whole blocks", "\"second\"", "not whole blocks of Q8_0") {
                $0.tensors[1].dimensions = [33]
            },
        ]

    private static let types: [HostileCase] =
        ([4, 5, 31, 32, 33, 36, 37, 38, 1_000, .max] as [UInt32]).map { type in
            refused(group, "type \(type)", "\"first\"", "\(type) is no tensor type") {
                $0.tensors[0].type = type
            }
        } + [
            refused(
                group, "type that is no weight's", "token_embd", "the type I32", base: .model()
            ) { $0.tensors[0].type = 26 }
        ]

    private static let places: [HostileCase] = [
        refused(group, "unaligned offset", "\"second\"", "offset", "multiple of 32") {
            $0.tensors[1].offset = 33
        },
        refused(group, "offset past the end", "past the") { $0.tensors[1].offset = 1 << 20 },
        refused(group, "offset that wraps", "offset") { $0.tensors[1].offset = .max - 31 },
        refused(group, "offset at the largest number", "offset") {
            $0.tensors[1].offset = UInt64(Int.max) - 31
        },
        refused(group, "overlap", "inside the tensor before it") { $0.tensors[1].offset = 0 },
        refused(group, "no padding at the end", "padded") {
            $0.alignment = 1
            $0.tensors[1].offset = 32
            $0.set("pad", [Float](repeating: 0, count: 1))
            while $0.tableByteCount % 32 != 0 { $0.pairs[0].key.append(97) }
        },
        refused(group, "no data", "past the", base: .model()) { $0.hasData = false },
    ]

    private static let names: [HostileCase] = [
        refused(group, "duplicate name", "\"first\"", "name occurs twice") {
            $0.tensors[1].name = $0.tensors[0].name
        },
        refused(group, "empty name", "name of tensor 0") { $0.tensors[0].name = [] },
        refused(group, "name with a zero", "zero byte") { $0.tensors[0].name = [97, 0] },
        refused(group, "name not UTF-8", "UTF-8") { $0.tensors[0].name = [0xC3] },
        refused(group, "long name", "64 bytes") {
            $0.tensors[0].name = [UInt8](repeating: 97, count: 64)
        },
    ]
}
