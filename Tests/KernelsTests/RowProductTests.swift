import Testing

@testable import Kernels

/// Products of rows that lie in no tiles.
@Suite struct RowProductTests {
    /// Adds the product of rows with a matrix to a buffer, in the given pieces.
    private func add(
        _ kernels: KernelSet, _ matrix: PackedMatrix, _ input: RowBuffer, to output: RowBuffer,
        column: Int = 0, rowStep: Int = 1000, panelStep: Int = 1000, adding: Bool = true
    ) {
        let layout = matrix.layout
        for row in stride(from: 0, to: input.rowCapacity, by: rowStep) {
            for panel in stride(from: 0, to: layout.panelCount, by: panelStep) {
                kernels.product(
                    matrix, input, columns: 0..<layout.inputs,
                    rows: row..<min(row + rowStep, input.rowCapacity),
                    panels: panel..<min(panel + panelStep, layout.panelCount), adding: adding,
                    into: output, at: column)
            }
        }
    }

    private func rows(_ buffer: RowBuffer) -> [[Float]] {
        (0..<buffer.rowCapacity).map { buffer.copyRow($0, columns: 0..<buffer.width) }
    }

    @Test(arguments: ProductTests.shapes, [1, 3, 4, 7, 12])
    func agreesWithTheReference(shape: (Int, Int), rowCount: Int) throws {
        let (outputs, inputs) = shape
        let matrix = try noiseMatrix(.f32, outputs: outputs, inputs: inputs, seed: 1)
        var noise = Noise(seed: 2)
        let values = (0..<rowCount).map { _ in noise.floats(inputs, bound: 3) }
        let before = (0..<rowCount).map { _ in noise.floats(outputs) }
        let products = values.map { ReferenceKernels.product(matrix, $0) }
        let sums = zip(before, products).map { zip($0, $1).map { $0 + $1 } }
        let floor = 3 * Double(inputs).squareRoot()
        for kernels in try allKernels() {
            for (adding, expected) in [(false, products), (true, sums)] {
                let output = buffer(before)
                add(kernels, matrix, buffer(values), to: output, adding: adding)
                for (found, expected) in zip(rows(output), expected) {
                    #expect(relativeError(found, expected, floor: floor) < Tolerance.sum)
                }
                if !adding, kernels.path != .portable {
                    #expect(bits(rows(output)) == bits(products), "\(kernels.path)")
                }
            }
        }
    }

    @Test func rowsHaveTheSameBitsInEveryBatchAndPanelSplit() throws {
        let matrix = try noiseMatrix(.f32, outputs: 150, inputs: 37, seed: 3)
        var noise = Noise(seed: 4)
        let values = buffer((0..<29).map { _ in noise.floats(37) })
        let before = (0..<29).map { _ in noise.floats(150) }
        for kernels in try allKernels() {
            let whole = buffer(before)
            add(kernels, matrix, values, to: whole)
            for rowStep in [1, 2, 4, 5, 12, 28] {
                for panelStep in [1, 3, 4, 9] {
                    let pieces = buffer(before)
                    add(
                        kernels, matrix, values, to: pieces, rowStep: rowStep,
                        panelStep: panelStep)
                    #expect(bits(rows(pieces)) == bits(rows(whole)), "\(rowStep) \(panelStep)")
                }
            }
        }
    }

    @Test(arguments: [true, false])
    func neverWritesOutsideItsOutputs(adding: Bool) throws {
        let matrix = try noiseMatrix(.f32, outputs: 37, inputs: 5, seed: 8)
        let values = buffer([[Float]](repeating: [1, 2, 3, 4, 5], count: 9))
        for kernels in try allKernels() {
            let output = buffer([[Float]](repeating: .init(repeating: 9, count: 50), count: 9))
            kernels.product(
                matrix, values, columns: 0..<5, rows: 2..<8, panels: 1..<3, adding: adding,
                into: output, at: 3)
            for (row, values) in rows(output).enumerated() {
                for (column, value) in values.enumerated() {
                    let isWritten = (2..<8).contains(row) && (19..<40).contains(column)
                    #expect((value != 9) == isWritten, "row \(row), column \(column)")
                }
            }
        }
    }
}
