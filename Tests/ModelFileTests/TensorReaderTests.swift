import HostileFiles
import Testing

@testable import ModelFile

@Suite struct TensorReaderTests {
    private func reader(
        _ values: [UInt8], rows: Int, columns: Int, _ encoding: TensorEncoding = .f32,
        order: RowOrder = .asStored, stored: Int? = nil, isTransposed: Bool = false
    ) throws -> TensorReader {
        try #require(
            TensorReader(
                name: "t", rows: rows, columns: columns, sourceType: encoding, order: order,
                bytes: FileBytes(copying: values, named: "memory"), start: 0,
                storedRowCount: stored, isTransposed: isTransposed))
    }

    @Test func readsEachRowAndResizesTheOutput() throws {
        let tensor = try reader(littleEndian([1, 2, 3, 4, 5, 6]), rows: 2, columns: 3)
        var row: [Float] = [9]
        try tensor.readRow(1, into: &row)
        #expect(row == [4, 5, 6])
        try tensor.readRow(0, into: &row)
        #expect(row == [1, 2, 3])
    }

    @Test func interleavedPairsBecomeHalfSplit() throws {
        // Two heads of six rows, of which four are rotated: stored order 0 2 1 3 | 4 5.
        let stored: [Float] = [0, 2, 1, 3, 4, 5, 6, 8, 7, 9, 10, 11]
        let tensor = try reader(
            littleEndian(stored), rows: 12, columns: 1,
            order: .interleavedPairs(headDimension: 6, rotaryDimension: 4))
        var row: [Float] = []
        for index in 0..<12 {
            try tensor.readRow(index, into: &row)
            #expect(row == [Float(index)])
        }
    }

    @Test func rowsOfFusedTensorsAreFound() throws {
        var row: [Float] = []
        // Two heads of two rows, whose queries, keys and values are 0, 1 and 2.
        let heads = littleEndian([0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2] as [Float])
        for part in 0..<3 {
            let tensor = try reader(
                heads, rows: 4, columns: 1, order: .partOfHeads(part, headDimension: 2), stored: 12)
            #expect(try tensor.readAll() == Array(repeating: Float(part), count: 4))
        }
        let stacked = try reader(
            littleEndian([1, 2, 3, 4, 5, 6]), rows: 1, columns: 2, order: .after(2), stored: 3)
        try stacked.readRow(0, into: &row)
        #expect(row == [5, 6])
    }

    @Test func columnsOfTransposedTensorsAreRows() throws {
        // Two inputs by three outputs, of which the last two are asked for.
        let bytes = littleEndian([1, 2, 3, 4, 5, 6])
        let tensor = try reader(
            bytes, rows: 2, columns: 2, order: .after(1), stored: 3, isTransposed: true)
        #expect(try tensor.readAll() == [2, 5, 3, 6])
        // Four outputs would not lie within the file; blocks cannot be cut into columns.
        for (stored, encoding) in [(4, TensorEncoding.f32), (3, .q8x0)] {
            let refused = TensorReader(
                name: "t", rows: 2, columns: 2, sourceType: encoding, order: .after(1),
                bytes: FileBytes(copying: bytes, named: "memory"), start: 0,
                storedRowCount: stored, isTransposed: true)
            #expect(refused == nil)
        }
    }

    @Test func groupsOfQ8AreHandedOverAsStored() throws {
        let quants = (0..<64).map { Int8($0 - 32) }
        var bytes: [UInt8] = []
        for group in 0..<2 {
            bytes += littleEndian(Float16(group + 1).bitPattern)
            bytes += quants[32 * group..<32 * group + 32].map { UInt8(bitPattern: $0) }
        }
        let tensor = try reader(bytes, rows: 1, columns: 64, .q8x0)
        var values: [Int8] = []
        var scales: [Float16] = []
        #expect(try tensor.readQ8Row(0, quants: &values, scales: &scales))
        #expect(values == quants)
        #expect(scales == [1, 2])
        var row: [Float] = []
        try tensor.readRow(0, into: &row)
        #expect(row == zip(quants, 0...).map { Float($0) * ($1 < 32 ? 1 : 2) })
    }

    @Test func otherTypesHaveNoQ8Rows() throws {
        let tensor = try reader(littleEndian([1, 2]), rows: 1, columns: 2)
        var values: [Int8] = []
        var scales: [Float16] = []
        #expect(try !tensor.readQ8Row(0, quants: &values, scales: &scales))
        #expect(values.isEmpty)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func aWeightThatIsNotFiniteIsRefusedWithItsPlace(value: Float) throws {
        let tensor = try reader(littleEndian([1, 2, 3, value]), rows: 2, columns: 2)
        var row: [Float] = []
        try tensor.readRow(0, into: &row)
        #expect(
            throws: ModelFileError.nonFiniteWeight(file: "memory", tensor: "t", row: 1, column: 1)
        ) {
            try tensor.readRow(1, into: &row)
        }
    }

    @Test func aScaleThatIsNotFiniteIsRefused() throws {
        let block = littleEndian(Float16.infinity.bitPattern) + [UInt8](repeating: 0, count: 32)
        let tensor = try reader(block, rows: 1, columns: 32, .q8x0)
        var values: [Int8] = []
        var scales: [Float16] = []
        expectRefusal("NaN or infinite") {
            _ = try tensor.readQ8Row(0, quants: &values, scales: &scales)
        }
    }

    @Test func aTensorThatReachesPastTheFileIsNone() {
        let bytes = FileBytes(copying: [0, 0, 0, 0], named: "memory")
        let readers = [(2, 1, 0), (1, 1, 1), (1 << 40, 1 << 40, 0), (1, 1, -1)].map {
            TensorReader(
                name: "t", rows: $0, columns: $1, sourceType: .f32, order: .asStored,
                bytes: bytes, start: $2)
        }
        #expect(readers.allSatisfy { $0 == nil })
    }
}
