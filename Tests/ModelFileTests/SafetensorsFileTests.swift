import HostileFiles
import Testing

@testable import ModelFile

@Suite struct SafetensorsFileTests {
    @Test func readsNamesTypesShapesAndBytes() throws {
        let text = safetensorsHeader(
            extra: ",\"u\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[8,9]},"
                + "\"__metadata__\":{\"a\":\"b\"}")
        let file = try SafetensorsFile(bytes: safetensorsFile(text, data: 9))
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
            + safetensorsHeader(
                extra: ",\"e\":{\"dtype\":\"F32\",\"shape\":[0,9],"
                    + "\"data_offsets\":[8,8]}") + "   "
        let file = try SafetensorsFile(bytes: safetensorsFile(text, data: 8))
        #expect(try file.floats(named: "e") == [])
        #expect(try file.floats(named: "t").count == 2)
        let none = try SafetensorsFile(bytes: safetensorsFile("{}", data: 0))
        #expect(none.tensors.isEmpty)
    }

    @Test func everyTruncationIsRefused() {
        let bytes = safetensorsFile(safetensorsHeader(), data: 8)
        for count in 0..<bytes.count {
            expectRefusal("safetensors data") {
                _ = try SafetensorsFile(bytes: Array(bytes.prefix(count)))
            }
        }
    }

    @Test func readingAnotherTypeIsRefused() throws {
        let file = try SafetensorsFile(bytes: safetensorsFile(safetensorsHeader(), data: 8))
        expectRefusal("I64, I32, U8") { _ = try file.integers(named: "t") }
        expectRefusal("missing") { _ = try file.floats(named: "none") }
    }
}
