import Testing

@testable import ModelFile

@Suite struct SafetensorsFileTests {
    static func file(_ header: String, data: Int) -> [UInt8] {
        littleEndian(UInt64(header.utf8.count)) + Array(header.utf8)
            + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
    }

    /// A header with one tensor of two floats and members appended.
    static func header(
        dtype: String = "\"F32\"", shape: String = "[2]", offsets: String = "[0,8]",
        extra: String = ""
    ) -> String {
        "{\"t\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}\(extra)}"
    }

    @Test func readsNamesTypesShapesAndBytes() throws {
        let text = Self.header(
            extra: ",\"u\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[8,9]},"
                + "\"__metadata__\":{\"a\":\"b\"}")
        let file = try SafetensorsFile(bytes: Self.file(text, data: 9))
        #expect(file.tensors.map(\.name) == ["t", "u"])
        #expect(file.metadata == ["a": "b"])
        let number = try #require(file.tensor(named: "u"))
        #expect(number.shape == [])
        #expect(number.dataType == .u8)
        #expect(file.bytes(of: number) == [8])
        #expect(file.tensor(named: "v") == nil)
    }

    @Test func whiteSpaceUnalignedDataAndEmptyTensorsAreValid() throws {
        let text =
            " \n"
            + Self.header(
                extra: ",\"e\":{\"dtype\":\"F32\",\"shape\":[0,9],"
                    + "\"data_offsets\":[8,8]}") + "   "
        let file = try SafetensorsFile(bytes: Self.file(text, data: 8))
        #expect(try file.floats(named: "e") == [])
        #expect(try file.floats(named: "t").count == 2)
        let none = try SafetensorsFile(bytes: Self.file("{}", data: 0))
        #expect(none.tensors.isEmpty)
    }

    @Test(arguments: [
        ("\"I9\"", "[2]", "[0,8]", "\"I9\""),
        ("\"I9\"", "[2]", "[0,9]", "data_offsets"),
        ("3", "[2]", "[0,8]", "dtype"),
        ("\"F32\"", "[3]", "[0,8]", "takes 12 bytes"),
        ("\"F32\"", "[2,-1]", "[0,8]", "shape"),
        ("\"F32\"", "[2.0]", "[0,8]", "shape"),
        ("\"F32\"", "[18446744073709551618]", "[0,8]", "shape"),
        ("\"F32\"", "[4294967296,4294967296,2]", "[0,8]", "out of range"),
        ("\"F32\"", "[4611686018427387904,2]", "[0,8]", "out of range"),
        ("\"F32\"", "2", "[0,8]", "shape"),
        ("\"F32\"", "[2]", "[8,0]", "data_offsets"),
        ("\"F32\"", "[2]", "[-8,0]", "data_offsets"),
        ("\"F32\"", "[2]", "[0.0,8.0]", "data_offsets"),
        ("\"F32\"", "[2]", "[0,18446744073709551624]", "data_offsets"),
        ("\"F32\"", "[2]", "[0,9223372036854775807]", "data_offsets"),
        ("\"F32\"", "[2]", "[0]", "data_offsets"),
        ("\"F32\"", "[2]", "[0,4,8]", "data_offsets"),
        ("\"F32\"", "[2]", "[0,12]", "data_offsets"),
        ("\"F32\"", "[1]", "[4,8]", "hole"),
        ("\"F32\"", "[1]", "[0,4]", "4 bytes follow"),
        ("\"F4\"", "[15]", "[0,8]", "inside a byte"),
    ])
    func aBadTensorIsRefused(dtype: String, shape: String, offsets: String, message: String) {
        let text = Self.header(dtype: dtype, shape: shape, offsets: offsets)
        expectRefusal("data.safetensors", "\"t\"", message) {
            do {
                _ = try SafetensorsFile(
                    bytes: Self.file(text, data: 8), name: "data.safetensors")
            } catch ModelFileError.malformed(let fault) where fault.field == "data" {
                // The message about trailing bytes names no tensor.
                throw ModelFileError.malformed(
                    .init(
                        file: fault.file, field: "\"t\"", reason: fault.reason,
                        accepted: fault.accepted))
            }
        }
    }

    @Test(arguments: [
        (",\"u\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}", "overlaps"),
        (",\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}", "occurs twice"),
        (",\"u\":3", "an integer"),
        (",\"__metadata__\":{\"a\":1}", "__metadata__"),
        (",\"__metadata__\":[]", "__metadata__"),
    ])
    func aBadHeaderIsRefused(extra: String, message: String) {
        expectRefusal(message) {
            _ = try SafetensorsFile(bytes: Self.file(Self.header(extra: extra), data: 8))
        }
    }

    @Test func headersThatAreNoJSONObjectAreRefused() {
        for text in ["[]", "{", "nonsense", "{\"a\":NaN}", "{}{}"] {
            expectRefusal("header") { _ = try SafetensorsFile(bytes: Self.file(text, data: 0)) }
        }
        let deep = String(repeating: "[", count: 100_000)
        expectRefusal("nested deeper") {
            _ = try SafetensorsFile(bytes: Self.file(deep, data: 0))
        }
        expectRefusal("UTF-8") {
            _ = try SafetensorsFile(bytes: littleEndian(UInt64(3)) + [0x22, 0xFF, 0x22])
        }
    }

    @Test(arguments: [0, 1, 1_000, 1 << 40, 1 << 63, UInt64.max, UInt64.max - 7])
    func headerLengthsThatDoNotFitAreRefused(length: UInt64) {
        expectRefusal("header length") {
            _ = try SafetensorsFile(bytes: littleEndian(length) + Array("{}".utf8))
        }
    }

    @Test func everyTruncationIsRefused() {
        let bytes = Self.file(Self.header(), data: 8)
        for count in 0..<bytes.count {
            expectRefusal("safetensors data") {
                _ = try SafetensorsFile(bytes: Array(bytes.prefix(count)))
            }
        }
    }

    @Test func readingAnotherTypeIsRefused() throws {
        let file = try SafetensorsFile(bytes: Self.file(Self.header(), data: 8))
        expectRefusal("I64, I32, U8") { _ = try file.integers(named: "t") }
        expectRefusal("missing") { _ = try file.floats(named: "none") }
    }
}
