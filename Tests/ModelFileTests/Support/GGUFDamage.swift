import Testing

/// One way to make a sound GGUF file unsound, and what the refusal must say.
struct GGUFDamage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let message: String
    let apply: @Sendable (inout GGUFBuilder) -> Void

    init(
        _ name: String, _ message: String, _ apply: @escaping @Sendable (inout GGUFBuilder) -> Void
    ) {
        testDescription = name
        self.message = message
        self.apply = apply
    }

    static let all = header + metadata + alignment + table

    private static let header: [GGUFDamage] =
        [
            .init("bad magic", "magic") { $0.magic = Array("GGML".utf8) },
            .init("version 0", "version 0") { $0.version = 0 },
            .init("version 1", "version 1") { $0.version = 1 },
            .init("version 4", "version 4") { $0.version = 4 },
            .init("swapped version", "big-endian") { $0.version = UInt32(3).byteSwapped },
        ]
        + [UInt64.max, 1 << 63, 1 << 61, 1 << 40, 100].flatMap { (count: UInt64) in
            [
                GGUFDamage("key count \(count)", "key-value count") { $0.pairCount = count },
                GGUFDamage("tensor count \(count)", "tensor count") { $0.tensorCount = count },
            ]
        }

    private static let metadata: [GGUFDamage] =
        [
            .init("duplicate key", "occurs twice") { $0.pairs.append($0.pairs[0]) },
            .init("empty key", "key 0") { $0.pairs[0].key = [] },
            .init("key with zero", "zero byte") { $0.pairs[0].key = [97, 0, 98] },
            .init("key not UTF-8", "not UTF-8") { $0.pairs[0].key = [0xFF] },
            .init("unknown type", "13 is no value type") { $0.pairs[0].type = 13 },
            .init("huge type", "no value type") { $0.pairs[0].type = .max },
            .init("array of unknown type", "99 is no value type") {
                $0.set("list", elementType: 99, count: 0, [])
            },
            .init("array of arrays", "array of arrays") {
                $0.set(
                    "list", elementType: 9, count: 1,
                    littleEndian(UInt32(4)) + littleEndian(UInt64(0)))
            },
            .init("deep arrays", "array of arrays") { builder in
                let level = littleEndian(UInt32(9)) + littleEndian(UInt64(1))
                builder.set(
                    "list", type: 9, Array([[UInt8]](repeating: level, count: 20_000).joined()))
            },
        ]
        + [UInt64.max, 1 << 63, 1 << 62, 1 << 61, 1 << 30].flatMap { (length: UInt64) in
            [
                GGUFDamage("key length \(length)", "key 0") { $0.pairs[0].keyLength = length },
                GGUFDamage("string length \(length)", "value of \"text\"") {
                    $0.set("text", type: 8, littleEndian(length))
                },
                GGUFDamage("array count \(length)", "count of \"list\"") {
                    $0.set("list", type: 9, littleEndian(UInt32(10)) + littleEndian(length))
                },
                GGUFDamage("string array count \(length)", "count of \"list\"") {
                    $0.set("list", type: 9, littleEndian(UInt32(8)) + littleEndian(length))
                },
                GGUFDamage("tensor name length \(length)", "name of tensor 0") {
                    $0.tensors[0].nameLength = length
                },
            ]
        }

    private static let alignment: [GGUFDamage] =
        [0, 3, 13, 1 << 30, UInt32.max].map { (value: UInt32) in
            GGUFDamage("alignment \(value)", "general.alignment") {
                $0.set("general.alignment", value)
            }
        } + [
            .init("signed alignment", "general.alignment") {
                $0.set("general.alignment", Int32(32))
            },
            .init("alignment as text", "general.alignment") { $0.set("general.alignment", "32") },
            .init("another alignment than the offsets'", "offset") {
                $0.set("general.alignment", UInt32(64))
                $0.tensors[0].dimensions = [4]
                $0.tensors[0].data = [UInt8](repeating: 0, count: 16)
            },
        ]

    private static let table: [GGUFDamage] =
        [
            .init("duplicate tensor", "name occurs twice") {
                $0.tensors[1].name = $0.tensors[0].name
            },
            .init("empty tensor name", "name of tensor 0") { $0.tensors[0].name = [] },
            .init("tensor name with zero", "zero byte") { $0.tensors[0].name = [97, 0] },
            .init("tensor name not UTF-8", "UTF-8") { $0.tensors[0].name = [0xC3] },
            .init("long tensor name", "64 bytes") {
                $0.tensors[0].name = [UInt8](repeating: 97, count: 64)
            },
            .init("row of no whole blocks", "not whole blocks of Q8_0") {
                $0.tensors[1].dimensions = [33]
            },
            .init("unaligned offset", "offset") { $0.tensors[1].offset = 33 },
            .init("offset past the end", "past the") { $0.tensors[1].offset = 1 << 20 },
            .init("offset that wraps", "offset") { $0.tensors[1].offset = .max - 31 },
            .init("offset near the wrap", "offset") { $0.tensors[1].offset = UInt64(Int.max) - 31 },
            .init("overlap", "inside the tensor before it") { $0.tensors[1].offset = 0 },
            .init("tensor larger than the file", "past the") {
                $0.tensors[1].dimensions = [32, 1 << 20]
            },
            .init("no padding at the end", "padded") {
                $0.alignment = 1
                $0.tensors[1].offset = 32
                $0.set("pad", [Float](repeating: 0, count: 1))
                while $0.tableByteCount % 32 != 0 { $0.pairs[0].key.append(97) }
            },
        ]
        + [0, 5, 8, 9, 1_000_000, UInt32.max].map { (count: UInt32) in
            GGUFDamage("\(count) dimensions", "dimension count") {
                $0.tensors[0].dimensionCount = count
            }
        }
        + [0, UInt64.max, 1 << 63].map { (size: UInt64) in
            GGUFDamage("dimension \(size)", "dimension 1") { $0.tensors[0].dimensions = [4, size] }
        }
        + [
            [1 << 32, 1 << 32], [1 << 21, 1 << 21, 1 << 22], [1 << 62, 2], [Int.max, 4],
            [1 << 61, 1], [1 << 31, 1 << 31, 1, 1],
        ].map { (sizes: [Int]) in
            GGUFDamage("dimensions \(sizes)", "out of range") {
                $0.tensors[0].dimensions = sizes.map(UInt64.init)
            }
        }
        + [4, 5, 31, 36, 1_000, UInt32.max].map { (type: UInt32) in
            GGUFDamage("type \(type)", "no tensor type") { $0.tensors[0].type = type }
        }
}

extension GGUFBuilder {
    /// Where the tables end.
    var tableByteCount: Int {
        var bare = self
        bare.hasData = false
        return bare.bytes().count
    }
}
