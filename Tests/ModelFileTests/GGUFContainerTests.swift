import HostileFiles
import Testing
import Tokenizer

@testable import ModelFile

@Suite struct GGUFContainerTests {
    private func open(_ builder: GGUFBuilder) throws -> GGUFContainer {
        try GGUFContainer(FileBytes(copying: builder.bytes(), named: "memory"))
    }

    @Test(arguments: [2, 3] as [UInt32])
    func readsTablesOfBothVersions(version: UInt32) throws {
        var builder = GGUFBuilder.container()
        builder.version = version
        let container = try open(builder)
        try container.requireData()
        #expect(container.version == version)
        #expect(container.alignment == 32)
        #expect(container.tensors.map(\.name) == ["first", "second"])
        #expect(container.tensors[0].dimensions == [4, 2])
        #expect(container.tensors[1].byteCount == 34)
        #expect(try container.integer("key") == 7)
        #expect(container.dataByteCount == 96)
    }

    @Test func readsEveryValueType() throws {
        var builder = GGUFBuilder()
        builder.set("u8", type: 0, [200])
        builder.set("i8", type: 1, [0xFE])
        builder.set("u16", type: 2, littleEndian(UInt16(65_000)))
        builder.set("i16", type: 3, littleEndian(Int16(-2)))
        builder.set("i32", Int32(-3))
        builder.set("f32", Float(1.5))
        builder.set("bool", true)
        builder.set("string", "text")
        builder.set("u64", UInt64.max)
        builder.set("i64", type: 11, littleEndian(Int64.min))
        builder.set("f64", type: 12, littleEndian((2.5).bitPattern))
        builder.set("strings", ["a", "", "ccc"])
        builder.set("floats", [1, 2] as [Float])
        builder.set("integers", [-1, 1] as [Int32])
        builder.set("empty", [String]())
        let container = try open(builder)
        #expect(container.values["u8"] == .unsigned(200))
        #expect(container.values["i8"] == .signed(-2))
        #expect(container.values["u16"] == .unsigned(65_000))
        #expect(container.values["i16"] == .signed(-2))
        #expect(container.values["i32"] == .signed(-3))
        #expect(container.values["u64"] == .unsigned(.max))
        #expect(container.values["i64"] == .signed(.min))
        #expect(try container.float("f32") == 1.5)
        #expect(try container.float("f64") == 2.5)
        #expect(try container.bool("bool") == true)
        #expect(try container.string("string") == "text")
        #expect(try container.strings("strings", limit: 3) == [[97], [], [99, 99, 99]])
        #expect(try container.floats("floats", limit: 2) == [1, 2])
        #expect(try container.integers("integers", limit: 2) == [-1, 1])
        #expect(try container.strings("empty", limit: 0) == [])
    }

    @Test func aValueOfTheWrongTypeIsRefused() throws {
        var builder = GGUFBuilder()
        builder.set("key", "text")
        builder.set("list", [1, 2] as [Int32])
        builder.set("negative", Int32(-5))
        let container = try open(builder)
        expectRefusal("key", "a string", "an integer") { _ = try container.integer("key") }
        expectRefusal("key", "floating") { _ = try container.float("key") }
        expectRefusal("list", "array of string") {
            _ = try container.strings("list", limit: 9)
        }
        expectRefusal("list", "2 elements") { _ = try container.integers("list", limit: 1) }
        expectRefusal("negative", "-5") { _ = try container.integer("negative") }
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = GGUFBuilder.container().bytes()
        for count in 0..<bytes.count {
            expectRefusal("memory") {
                let file = FileBytes(copying: Array(bytes.prefix(count)), named: "memory")
                try GGUFContainer(file).requireData()
            }
        }
    }

    @Test func customAlignmentIsHonoured() throws {
        var builder = GGUFBuilder.container()
        builder.set("general.alignment", UInt32(1))
        builder.alignment = 1
        let container = try open(builder)
        try container.requireData()
        #expect(container.dataByteCount == 66)
    }
}
