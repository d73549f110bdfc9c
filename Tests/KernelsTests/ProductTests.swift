import Testing

@testable import Kernels

@Suite struct ProductTests {
    static let shapes = [
        (1, 1), (16, 32), (33, 172), (1000, 33), (172, 1000), (7, 2048), (65, 31), (70, 4500),
    ]

    @Test(arguments: WeightForm.allCases, shapes)
    func agreesWithTheReference(form: WeightForm, shape: (Int, Int)) throws {
        let (outputs, inputs) = shape
        let matrix = try noiseMatrix(form, outputs: outputs, inputs: inputs, seed: 1)
        var noise = Noise(seed: 2)
        let rows = (0..<18).map { _ in noise.floats(inputs, bound: 3) }
        let expected = rows.map { ReferenceKernels.product(matrix, $0) }
        for kernels in try allKernels() {
            let found = product(kernels, matrix, rows)
            if kernels.path != .portable {
                #expect(bits(found) == bits(expected), "\(kernels.path)")
            }
            // Outputs are sums of `inputs` terms of size 3 at most.
            let floor = 3 * Double(inputs).squareRoot()
            for (found, expected) in zip(found, expected) {
                #expect(relativeError(found, expected, floor: floor) < Tolerance.sum)
            }
        }
    }

    @Test(arguments: WeightForm.allCases)
    func rowsHaveTheSameBitsInEveryBatchAndPanelSplit(form: WeightForm) throws {
        let matrix = try noiseMatrix(form, outputs: 150, inputs: 172, seed: 3)
        var noise = Noise(seed: 4)
        let rows = (0..<64).map { _ in noise.floats(172) }
        for kernels in try allKernels() {
            let whole = bits(product(kernels, matrix, rows))
            for rowStep in [1, 2, 4, 5, 8, 11, 12, 13, 16, 20, 23, 28, 49] {
                for panelStep in [1, 3, 4, 9, 10] {
                    let pieces = product(
                        kernels, matrix, rows, rowStep: rowStep, panelStep: panelStep)
                    #expect(bits(pieces) == whole, "\(kernels.path) \(rowStep) \(panelStep)")
                }
            }
        }
    }

    @Test(arguments: WeightForm.allCases)
    func rowsHaveTheSameBitsAmongOtherNeighbours(form: WeightForm) throws {
        let matrix = try noiseMatrix(form, outputs: 40, inputs: 100, seed: 5)
        var noise = Noise(seed: 6)
        let row = noise.floats(100)
        for kernels in try allKernels() {
            let alone = bits(product(kernels, matrix, [row]))[0]
            for place in [0, 3, 11, 12, 15, 16] {
                var rows = (0..<17).map { _ in noise.floats(100, bound: 50) }
                rows[place] = row
                #expect(bits(product(kernels, matrix, rows))[place] == alone)
            }
        }
    }

    @Test func aZeroInputEqualsAZeroColumnToTheBit() throws {
        var noise = Noise(seed: 7)
        let weights = (0..<37).map { _ in noise.floats(90) }
        let row = noise.floats(90)
        for column in [0, 31, 32, 89] {
            var cutRow = row
            cutRow[column] = 0
            let cutWeights = weights.map { weights in
                var weights = weights
                weights[column] = 0
                return weights
            }
            for form in [WeightForm.f32, .f16] {
                let matrix = try packed(form, weights)
                let cutMatrix = try packed(form, cutWeights)
                for kernels in try allKernels() {
                    let zeroInput = product(kernels, matrix, [cutRow])
                    let zeroColumn = product(kernels, cutMatrix, [row])
                    #expect(zeroInput == zeroColumn)
                }
            }
        }
    }

    @Test(arguments: WeightForm.allCases)
    func neverWritesOutsideItsOutputs(form: WeightForm) throws {
        let matrix = try noiseMatrix(form, outputs: 21, inputs: 40, seed: 8)
        var noise = Noise(seed: 9)
        let rows = (0..<13).map { _ in noise.floats(40) }
        for kernels in try allKernels() {
            let prepared = PreparedRows(rowCapacity: 15, inputs: 40, form: form)
            kernels.prepare(buffer(rows), columns: 0..<40, rows: 0..<6, of: 13, into: prepared)
            kernels.prepare(buffer(rows), columns: 0..<40, rows: 6..<13, of: 13, into: prepared)
            let output = RowBuffer(rowCapacity: 15, width: 30)
            for row in 0..<15 { output.setRow(row, from: .init(repeating: 9, count: 30), at: 0) }
            kernels.product(matrix, prepared, rowCount: 13, panels: 1..<2, into: output, at: 3)
            let expected = product(kernels, matrix, rows)
            for row in 0..<15 {
                let found = output.copyRow(row, columns: 0..<30)
                for (column, value) in found.enumerated() {
                    let written = row < 13 && (19..<24).contains(column)
                    #expect(value == (written ? expected[row][column - 3] : 9))
                }
            }
        }
    }

    @Test func extremeQuantsSumExactly() throws {
        let layout = MatrixLayout(form: .int8, outputs: 16, inputs: 96)
        let memory = try WeightMemory(byteCount: layout.byteCount, name: "test")
        let packer = MatrixPacker(layout: layout, memory: memory, byteOffset: 0)
        for row in 0..<16 {
            let quant: Int8 = row % 2 == 0 ? -128 : 127
            packer.pack(
                row: row, quants: .init(repeating: quant, count: 96), scales: [1, 1, 1])
        }
        let matrix = PackedMatrix(layout: layout, memory: memory, byteOffset: 0)
        for kernels in try allKernels() {
            let found = product(kernels, matrix, [Array(repeating: -127, count: 96)])[0]
            for (row, value) in found.enumerated() {
                #expect(value == (row % 2 == 0 ? 96 * 127 * 128 : -96 * 127 * 127))
            }
        }
    }

    @Test(arguments: WeightForm.allCases, [Float.nan, .infinity, -.infinity])
    func anInputThatIsNotFiniteShows(form: WeightForm, value: Float) throws {
        let matrix = try noiseMatrix(form, outputs: 20, inputs: 50, seed: 10)
        var noise = Noise(seed: 11)
        var row = noise.floats(50)
        let clean = noise.floats(50)
        row[40] = value
        for kernels in try allKernels() {
            let found = product(kernels, matrix, [clean, row, clean])
            #expect(found[1].allSatisfy { !$0.isFinite })
            if form == .int8 { #expect(found[1].allSatisfy { $0.isNaN }) }
            #expect(bits([found[0]]) == bits(product(kernels, matrix, [clean])))
            #expect(bits([found[2]]) == bits([found[0]]))
        }
    }

    @Test func zeroTinyAndHugeGroupsStayFinite() throws {
        let matrix = try noiseMatrix(.int8, outputs: 20, inputs: 64, seed: 12)
        for value in [0, Float.leastNonzeroMagnitude, 0x1p-121, 0x1p-119, 1e30] {
            let row = (0..<64).map { $0 < 32 ? value : 1 }
            for kernels in try allKernels() {
                let found = product(kernels, matrix, [row])[0]
                let expected = ReferenceKernels.product(matrix, row)
                #expect(found.allSatisfy { $0.isFinite })
                #expect(relativeError(found, expected) < Tolerance.sum)
            }
        }
    }
}
