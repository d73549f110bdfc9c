import HostileFiles
import Testing

@testable import ModelFile

/// Files damaged at random: each is refused or read to the end, and nothing traps.
@Suite struct DamageTests {
    @Test func everyTruncationOfAModelIsRefused() {
        let bytes = TinyModel.gguf().bytes()
        for count in 0..<bytes.count {
            expectRefusal("memory") { try readGGUF(Array(bytes.prefix(count))) }
        }
    }

    @Test func aByteChangedAnywhereInTheTablesNeverTraps() {
        let builder = TinyModel.gguf()
        let bytes = builder.bytes()
        var outcomes = (read: 0, refused: 0)
        for index in 0..<builder.tableByteCount {
            for value in [0, 0xFF, bytes[index] ^ 0x80, bytes[index] &+ 1] as [UInt8] {
                var damaged = bytes
                damaged[index] = value
                if isRefused({ try readGGUF(damaged) }) {
                    outcomes.refused += 1
                } else {
                    outcomes.read += 1
                }
            }
        }
        // Changes in names and constants are not detectable; most others must be refused.
        #expect(outcomes.refused > outcomes.read)
        #expect(outcomes.read > 0)
    }

    @Test func manyBytesChangedNeverTrap() {
        let bytes = TinyModel.gguf().bytes()
        var generator = Generator(state: 2_024)
        var refused = 0
        for _ in 0..<500 {
            var damaged = bytes
            for _ in 0..<1 + generator.next() % 8 {
                let index = Int(generator.next() % UInt64(bytes.count))
                damaged[index] = UInt8(truncatingIfNeeded: generator.next())
            }
            refused += isRefused({ try readGGUF(damaged) }) ? 1 : 0
        }
        #expect(refused > 100)
    }

    @Test func aByteChangedInASafetensorsHeaderNeverTraps() throws {
        let bytes = try TinyModel.safetensors([.finalNorm, .gate(0)]).serialized()
        let headerCount = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
        var refused = 0
        for index in 0..<headerCount {
            for value in [0, 0x22, 0x39, 0xFF] as [UInt8] {
                var damaged = bytes
                damaged[index] = value
                refused += isRefused({ try readSafetensors(damaged) }) ? 1 : 0
            }
        }
        #expect(refused > headerCount)
    }

    private func isRefused(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return false
        } catch {
            return true
        }
    }

    /// Opens a GGUF model in memory and decodes every row.
    private func readGGUF(_ bytes: [UInt8]) throws {
        let file = FileBytes(copying: bytes, named: "memory")
        var row: [Float] = []
        for reader in try GGUFModel(GGUFContainer(file)).readers.values {
            for index in 0..<reader.rows { try reader.readRow(index, into: &row) }
        }
    }

    private func readSafetensors(_ bytes: [UInt8]) throws {
        let file = try SafetensorsFile(bytes: bytes)
        for tensor in file.tensors where tensor.dataType == .f32 {
            #expect(try file.floats(named: tensor.name).count == tensor.elementCount)
        }
    }
}
