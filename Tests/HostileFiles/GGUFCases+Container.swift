extension HostileCase {
    private static let lengths: [UInt64] = [.max, 1 << 63, 1 << 62, 1 << 61, 1 << 30, 4_096]

    /// The container: header, keys and values.
    static let ggufContainer = header + keys + values

    private static let group = "GGUF container"

    private static let header: [HostileCase] =
        [
            gguf(group, "four bytes", Array("GGUF".utf8), .refused(["version"])),
            gguf(group, "nothing", [], .refused(["magic"])),
            gguf(group, "other magic", Array("GGML".utf8), .refused(["magic", "GGUF"])),
        ]
        + stride(from: 4, to: GGUFBuilder.model().bytes().count, by: 61).map { count in
            let bytes = GGUFBuilder.model().bytes()
            return gguf(group, "cut to \(count)", Array(bytes.prefix(count)), .refused([]))
        }
        + ([0, 1, 4] as [UInt32]).map { version in
            refused(group, "version \(version)", "version \(version)", "2 and 3") {
                $0.version = version
            }
        } + [
            refused(group, "swapped bytes", "big-endian") { $0.version = UInt32(3).byteSwapped },
            read(group, "version 2") { $0.version = 2 },
        ]
        + ([.max, 1 << 63, 1 << 61, 1 << 40, 100] as [UInt64]).flatMap { count in
            [
                refused(group, "\(count) keys", "key-value count", "room") {
                    $0.pairCount = count
                },
                refused(group, "\(count) tensors", "tensor count", "room") {
                    $0.tensorCount = count
                },
            ]
        }

    private static let keys: [HostileCase] =
        [
            refused(group, "empty key", "key 0") { $0.pairs[0].key = [] },
            refused(group, "duplicate key", "\"key\"", "occurs twice") {
                $0.pairs.append($0.pairs[0])
            },
            refused(group, "key with a zero", "zero byte") { $0.pairs[0].key = [97, 0, 98] },
            refused(group, "key not UTF-8", "not UTF-8") { $0.pairs[0].key = [0xFF] },
            refused(group, "unknown value type", "13 is no value type") { $0.pairs[0].type = 13 },
            refused(group, "huge value type", "no value type") { $0.pairs[0].type = .max },
        ]
        + lengths.flatMap { length in
            [
                refused(group, "key of \(length) bytes", "key 0") {
                    $0.pairs[0].keyLength = length
                },
                refused(group, "string of \(length) bytes", "value of \"text\"") {
                    $0.set("text", type: 8, littleEndian(length))
                },
                refused(group, "tensor name of \(length) bytes", "name of tensor 0") {
                    $0.tensors[0].nameLength = length
                },
            ]
        }

    private static let values: [HostileCase] =
        lengths.flatMap { count in
            [
                refused(group, "\(count) numbers", "count of \"list\"", "do not fit") {
                    $0.set("list", type: 9, littleEndian(UInt32(10)) + littleEndian(count))
                },
                refused(group, "\(count) strings", "count of \"list\"", "do not fit") {
                    $0.set("list", type: 9, littleEndian(UInt32(8)) + littleEndian(count))
                },
            ]
        } + [
            refused(group, "list of an unknown type", "99 is no value type") {
                $0.set("list", elementType: 99, count: 0, [])
            },
            refused(group, "list of lists", "array of arrays") {
                $0.set(
                    "list", elementType: 9, count: 1,
                    littleEndian(UInt32(4)) + littleEndian(UInt64(0)))
            },
            refused(group, "lists 20,000 deep", "array of arrays") { builder in
                let level = littleEndian(UInt32(9)) + littleEndian(UInt64(1))
                builder.set(
                    "list", type: 9, Array([[UInt8]](repeating: level, count: 20_000).joined()))
            },
            refused(group, "string that ends past the list", "element 1 of \"list\"") {
                $0.set(
                    "list", elementType: 8, count: 2,
                    GGUFBuilder.string([97]) + littleEndian(UInt64(1) << 40))
            },
            refused(
                group, "tokens that are numbers", "tokenizer.ggml.tokens", "array of string",
                base: .model()
            ) { $0.set("tokenizer.ggml.tokens", [0, 1, 2, 3, 4] as [Int32]) },
            refused(
                group, "scores that are integers", "tokenizer.ggml.scores", "array of float32",
                base: .model()
            ) { $0.set("tokenizer.ggml.scores", [0, 0, 0, 0, 0] as [Int32]) },
            refused(
                group, "types that are bytes", "tokenizer.ggml.token_type", "array of int32",
                base: .model()
            ) {
                $0.set(
                    "tokenizer.ggml.token_type", elementType: 0, count: 5, [2, 3, 3, 1, 1])
            },
            refused(
                group, "tokens that are one string", "tokenizer.ggml.tokens", "a string",
                base: .model()
            ) { $0.set("tokenizer.ggml.tokens", "abcde") },
        ]

    /// Where tensor data may start.
    static let ggufAlignment: [HostileCase] =
        ([0, 3, 13, 1 << 17, 1 << 30, .max] as [UInt32]).map { value in
            refused("Alignment", "\(value)", "general.alignment", "power of two") {
                $0.set("general.alignment", value)
            }
        } + [
            refused("Alignment", "signed", "general.alignment", "signed") {
                $0.set("general.alignment", Int32(32))
            },
            refused("Alignment", "text", "general.alignment", "a string") {
                $0.set("general.alignment", "32")
            },
            refused("Alignment", "float", "general.alignment", "floating") {
                $0.set("general.alignment", Float(32))
            },
            refused("Alignment", "other than the offsets'", "offset") {
                $0.set("general.alignment", UInt32(64))
                $0.tensors[0].dimensions = [4]
                $0.tensors[0].data = [UInt8](repeating: 0, count: 16)
            },
            read("Alignment", "one byte") {
                $0.set("general.alignment", UInt32(1))
                $0.alignment = 1
            },
        ]
}
