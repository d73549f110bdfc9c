import Testing

@testable import Kernels

@Suite struct PackingTests {
    @Test(arguments: [(1, 1), (17, 33), (172, 1000), (40, 64)])
    func singlePrecisionRoundTripsToTheBit(shape: (Int, Int)) throws {
        var noise = Noise(seed: 20)
        let rows = (0..<shape.0).map { _ in noise.floats(shape.1) }
        let matrix = try packed(.f32, rows)
        var row: [Float] = []
        for output in 0..<shape.0 {
            matrix.unpackRow(output, into: &row)
            #expect(row == rows[output])
        }
        for input in [0, shape.1 - 1] {
            #expect(matrix.unpackColumn(input) == rows.map { $0[input] })
        }
    }

    @Test func halfPrecisionRoundsOnce() throws {
        var noise = Noise(seed: 21)
        let rows = (0..<19).map { _ in noise.floats(35) }
        let matrix = try packed(.f16, rows)
        var row: [Float] = []
        for output in 0..<19 {
            matrix.unpackRow(output, into: &row)
            #expect(row == rows[output].map { Float(Float16($0)) })
        }
    }

    @Test func int8ErrorIsHalfAStep() throws {
        var noise = Noise(seed: 22)
        let rows = (0..<19).map { _ in noise.floats(75) }
        let matrix = try packed(.int8, rows)
        var row: [Float] = []
        for output in 0..<19 {
            matrix.unpackRow(output, into: &row)
            for (input, value) in row.enumerated() {
                let group = rows[output][(input / 32 * 32)..<min(input / 32 * 32 + 32, 75)]
                let step = group.reduce(0) { max($0, $1.magnitude) } / 127
                // Half a step of rounding, and the scale's own rounding to 11 bits.
                #expect(abs(value - rows[output][input]) <= step * (0.501 + 127 * 0x1p-11))
            }
            #expect(matrix.quant(output: output, input: 0).magnitude <= 127)
        }
    }

    @Test func int8FollowsTheRuleOfQ80() throws {
        var row = Array(repeating: Float(0), count: 64)
        row[0] = 2.54
        row[1] = -2.54
        row[2] = 0.03
        row[3] = 0.011
        let matrix = try packed(.int8, [row])
        #expect(matrix.scale(output: 0, group: 0) == Float16(Float(2.54) / 127))
        #expect((0..<5).map { matrix.quant(output: 0, input: $0) } == [127, -127, 2, 1, 0])
        #expect(matrix.scale(output: 0, group: 1) == 0)
    }

    /// The rule of Q8_0 in scalar arithmetic.
    private static func quants(_ group: ArraySlice<Float>) -> [Int] {
        let largest = group.reduce(0) { max($0, $1.magnitude) }
        guard largest.isFinite, (127 / largest).isFinite else { return group.map { _ in 0 } }
        return group.map { Int(($0 * (127 / largest)).rounded(.toNearestOrAwayFromZero)) }
    }

    @Test func everyQuantIsTheNearestAndHalvesGoAwayFromZero() throws {
        var noise = Noise(seed: 24)
        // Multiples of a half between -127 and 127, one value of 127 in each group of 32.
        let halves = (0..<544).map { Float($0 % 32 == 0 ? 254 : $0 - 272) / 2 }
        let rows =
            [halves, halves.map { -$0 }, halves.map { $0.nextDown }, halves.map { $0.nextUp }]
            + (0..<12).map { _ in noise.floats(544) }
        for count in [1, 15, 16, 17, 31, 33, 544] {
            let rows = rows.map { Array($0[..<count]) }
            let matrix = try packed(.int8, rows)
            for (output, row) in rows.enumerated() {
                for first in stride(from: 0, to: count, by: 32) {
                    let range = first..<min(first + 32, count)
                    #expect(
                        range.map { matrix.quant(output: output, input: $0) }
                            == Self.quants(row[range]))
                }
            }
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func groupsThatAreNotFiniteHaveNoScale(value: Float) throws {
        for place in [0, 15, 16, 31, 33] {
            var row = Array(repeating: Float(1), count: 40)
            row[place] = value
            let matrix = try packed(.int8, [row])
            #expect(matrix.scale(output: 0, group: place / 32).isNaN)
            #expect(matrix.scale(output: 0, group: 1 - place / 32) == Float16(Float(1) / 127))
        }
    }

    @Test func blocksAreImportedWithoutLoss() throws {
        var noise = Noise(seed: 23)
        let layout = MatrixLayout(form: .int8, outputs: 37, inputs: 172)
        let memory = try WeightMemory(byteCount: layout.byteCount + 128, name: "test")
        let packer = MatrixPacker(layout: layout, memory: memory, byteOffset: 128)
        let quants = (0..<37).map { _ in
            (0..<172).map { _ in Int8(truncatingIfNeeded: noise.next()) }
        }
        let scales = (0..<37).map { _ in noise.floats(6).map { Float16($0) } }
        for row in 0..<37 { packer.pack(row: row, quants: quants[row], scales: scales[row]) }
        let matrix = PackedMatrix(layout: layout, memory: memory, byteOffset: 128)
        var row: [Float] = []
        for output in 0..<37 {
            #expect(
                (0..<172).map { matrix.quant(output: output, input: $0) }
                    == quants[output].map { Int($0) })
            #expect((0..<6).map { matrix.scale(output: output, group: $0) } == scales[output])
            matrix.unpackRow(output, into: &row)
            #expect(
                row
                    == (0..<172).map {
                        Float(quants[output][$0]) * Float(scales[output][$0 / 32])
                    })
        }
    }

    @Test func layoutsCostLittleMoreThanTheFile() {
        let layout = MatrixLayout(form: .int8, outputs: 2048, inputs: 8192)
        #expect(layout.byteCount == 2048 * 8192 / 32 * 34)
        for form in WeightForm.allCases {
            let odd = MatrixLayout(form: form, outputs: 33, inputs: 1000)
            #expect(odd.byteCount % 64 == 0)
            #expect(odd.panelCount == 3)
        }
    }

    @Test func weightsThatAreNotFiniteShow() throws {
        for bad in [Float.nan, .infinity, 1e30] {
            let matrix = try packed(.int8, [Array(repeating: bad, count: 32)])
            for kernels in try allKernels() {
                let found = product(kernels, matrix, [Array(repeating: 1, count: 32)])[0]
                #expect(!found[0].isFinite)
            }
        }
    }
}
