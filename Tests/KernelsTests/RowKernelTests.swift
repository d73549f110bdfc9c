import Foundation
import Testing

@testable import Kernels

@Suite struct RowKernelTests {
    static let widths = [1, 15, 16, 33, 64, 172, 1000, 2048]

    @Test(arguments: widths)
    func normalisationAgreesWithTheReference(width: Int) throws {
        var noise = Noise(seed: 30)
        let rows = (0..<3).map { _ in noise.floats(width, bound: 4) }
        let weight = noise.floats(width)
        for kernels in try allKernels() {
            let target = RowBuffer(rowCapacity: 3, width: width)
            kernels.rmsNorm(buffer(rows), rows: 0..<3, weight: weight, epsilon: 1e-5, into: target)
            for row in 0..<3 {
                let expected = ReferenceKernels.rmsNorm(rows[row], weight: weight, epsilon: 1e-5)
                let found = target.copyRow(row, columns: 0..<width)
                #expect(elementError(found, expected) < Tolerance.elementwise)
            }
        }
    }

    @Test(arguments: widths)
    func theGatedActivationAgreesWithTheReference(width: Int) throws {
        var noise = Noise(seed: 31)
        let gate = noise.floats(width, bound: 30)
        let up = noise.floats(width, bound: 3)
        let expected = ReferenceKernels.swiglu(gate: gate, up: up)
        for kernels in try allKernels() {
            let target = RowBuffer(rowCapacity: 1, width: width)
            kernels.swiglu(buffer([gate + up]), rows: 0..<1, width: width, into: target)
            let found = target.copyRow(0, columns: 0..<width)
            #expect(elementError(found, expected) < Tolerance.elementwise)
        }
    }

    @Test(arguments: widths)
    func centredNormalisationAgreesWithTheReference(width: Int) throws {
        var noise = Noise(seed: 35)
        let rows = (0..<3).map { row in noise.floats(width, bound: 4).map { $0 + Float(9 * row) } }
        let (weight, bias) = (noise.floats(width), noise.floats(width))
        for kernels in try allKernels() {
            let target = RowBuffer(rowCapacity: 3, width: width)
            kernels.layerNorm(
                buffer(rows), rows: 0..<3, weight: weight, bias: bias, epsilon: 1e-5, into: target)
            for row in 0..<3 {
                let expected = ReferenceKernels.layerNorm(
                    rows[row], weight: weight, bias: bias, epsilon: 1e-5)
                let found = target.copyRow(row, columns: 0..<width)
                #expect(relativeError(found, expected) < Tolerance.sum)
            }
        }
    }

    @Test(arguments: [8, 16, 20, 128])
    func headsAreNormalizedEachForItself(dimension: Int) throws {
        var noise = Noise(seed: 36)
        let row = noise.floats(3 * dimension + 2)
        let weight = noise.floats(dimension)
        for kernels in try allKernels() {
            let target = buffer([row])
            kernels.rmsNormHeads(
                target, row: 0, columns: 1..<3 * dimension + 1, weight: weight, epsilon: 1e-6)
            #expect(target[0, 0] == row[0])
            #expect(target[0, 3 * dimension + 1] == row[3 * dimension + 1])
            for head in 0..<3 {
                let columns = 1 + head * dimension..<1 + (head + 1) * dimension
                let expected = ReferenceKernels.rmsNorm(
                    Array(row[columns]), weight: weight, epsilon: 1e-6)
                let found = target.copyRow(0, columns: columns)
                #expect(elementError(found, expected) < Tolerance.elementwise)
            }
        }
    }

    @Test(arguments: widths, [false, true])
    func theActivationWithoutAGateAgreesWithTheReference(width: Int, byTanh: Bool) throws {
        var noise = Noise(seed: 37)
        let ends: [Float] = [0, -0.0, -1e-6, 3, -3, 1e30, -1e30, .infinity]
        let row = Array((ends + noise.floats(width, bound: 6)).suffix(max(width, ends.count)))
        let expected = ReferenceKernels.gelu(row, byTanh: byTanh)
        for kernels in try allKernels() {
            let target = RowBuffer(rowCapacity: 1, width: row.count)
            kernels.gelu(buffer([row]), rows: 0..<1, width: row.count, byTanh: byTanh, into: target)
            for (found, expected) in zip(target.copyRow(0, columns: row.indices), expected)
            where expected.isFinite {
                #expect(abs(found - expected) <= 2e-7 + 3e-7 * abs(expected))
            }
        }
    }

    @Test func theActivationWithoutAGateKeepsWhatIsNotFinite() throws {
        for kernels in try allKernels() {
            for byTanh in [false, true] {
                let target = RowBuffer(rowCapacity: 1, width: 2)
                kernels.gelu(
                    buffer([[.nan, .infinity]]), rows: 0..<1, width: 2, byTanh: byTanh,
                    into: target)
                #expect(target[0, 0].isNaN)
                #expect(target[0, 1] == .infinity)
            }
        }
    }

    @Test func aRowsBitsDoNotDependOnItsPlace() throws {
        var noise = Noise(seed: 38)
        let row = noise.floats(77, bound: 5)
        let rows = [noise.floats(77), row, row]
        let bias = noise.floats(77)
        for kernels in try allKernels() {
            let target = RowBuffer(rowCapacity: 3, width: 77)
            func same(_ run: (RowBuffer, Range<Int>) -> Void) {
                run(buffer(rows), 0..<3)
                let together = target.copyRow(2, columns: 0..<77)
                run(buffer([row]), 0..<1)
                #expect(target.copyRow(0, columns: 0..<77) == together)
            }
            same { input, rows in
                kernels.layerNorm(
                    input, rows: rows, weight: row, bias: bias, epsilon: 1e-5, into: target)
            }
            for byTanh in [false, true] {
                same { input, rows in
                    kernels.gelu(input, rows: rows, width: 77, byTanh: byTanh, into: target)
                }
            }
        }
    }

    @Test func aBiasIsAddedToItsColumns() throws {
        var noise = Noise(seed: 39)
        let (row, bias) = (noise.floats(40), noise.floats(40))
        for kernels in try allKernels() {
            let target = buffer([row, row])
            kernels.addBias(bias, columns: 3..<36, rows: 1..<2, into: target)
            #expect(target.copyRow(0, columns: 0..<40) == row)
            let expected = row.indices.map { (3..<36).contains($0) ? row[$0] + bias[$0] : row[$0] }
            #expect(target.copyRow(1, columns: 0..<40) == expected)
        }
    }

    @Test(arguments: [1, 7, 16, 1023, 1024, 1025, 5000])
    func theLargestColumnIsTheFirstOfTheLargest(width: Int) throws {
        var noise = Noise(seed: 33)
        for kernels in try allKernels() {
            var row = noise.floats(width)
            row[width * 2 / 3] = 2
            row[width - 1] = 2
            #expect(kernels.largestColumn(buffer([row]), row: 0) == width * 2 / 3)
            row[width / 2] = .nan
            let expected = row.firstIndex(of: 2) ?? 0
            #expect(kernels.largestColumn(buffer([row]), row: 0) == expected)
            let none = Array(repeating: Float.nan, count: width)
            #expect(kernels.largestColumn(buffer([none]), row: 0) == 0)
        }
    }

    @Test func theGatedActivationIsGradualAtItsEnds() throws {
        let gate: [Float] = [0, -0.0, -87, 87, -200, 200, -1e30, 1e30, 1e-30, .nan, .infinity]
        let up = Array(repeating: Float(1), count: gate.count)
        let expected = ReferenceKernels.swiglu(gate: gate, up: up)
        for kernels in try allKernels() {
            let target = RowBuffer(rowCapacity: 1, width: gate.count)
            kernels.swiglu(buffer([gate + up]), rows: 0..<1, width: gate.count, into: target)
            let found = target.copyRow(0, columns: 0..<gate.count)
            #expect(found[9].isNaN)
            #expect(found[10] == .infinity)
            #expect(elementError(Array(found[..<9]), Array(expected[..<9])) < Tolerance.elementwise)
        }
    }

    @Test(arguments: widths)
    func additionAddsEveryColumn(width: Int) throws {
        var noise = Noise(seed: 32)
        let left = noise.floats(width)
        let right = noise.floats(width)
        for kernels in try allKernels() {
            let target = buffer([left, left])
            kernels.add(buffer([right, right]), rows: 1..<2, into: target)
            #expect(target.copyRow(0, columns: 0..<width) == left)
            #expect(target.copyRow(1, columns: 0..<width) == zip(left, right).map { $0 + $1 })
        }
    }

    @Test(arguments: [1, 16, 33, 1000, 5000])
    func logSumExpAgreesWithTheReference(width: Int) throws {
        var noise = Noise(seed: 33)
        for (bound, shift) in [(Float(1), Float(0)), (20, 1000), (80, -1000)] {
            let row = noise.floats(width, bound: bound).map { $0 + shift }
            let expected = ReferenceKernels.logSumExp(row)
            for kernels in try allKernels() {
                let found = kernels.logSumExp(buffer([row]), row: 0)
                #expect(abs(found - expected) < Tolerance.elementwise * max(1, abs(expected)))
            }
        }
    }

    @Test(arguments: [1, 15, 16, 33, 1000, 1024, 1025, 5000])
    func weightsAndTheirSumAgreeWithDoublePrecision(width: Int) throws {
        var noise = Noise(seed: 34)
        let row = noise.floats(width, bound: 20) + [-.infinity]
        let peak = row.max() ?? 0
        let expected = row.map { Foundation.exp((Double($0) - Double(peak)) / 0.7) }
        for kernels in try allKernels() {
            let target = RowBuffer(rowCapacity: 2, width: row.count)
            kernels.weigh(
                buffer([row]), row: 0, peak: peak, temperature: 0.7, into: target, target: 1)
            let found = target.copyRow(1, columns: 0..<row.count)
            #expect(found.last == 0)
            #expect(found.max() == 1)
            for (found, expected) in zip(found, expected) {
                #expect(abs(Double(found) - expected) <= 2e-5 * expected)
            }
            let sum = kernels.sum(target, row: 1, columns: 1..<row.count)
            let expectedSum = found.dropFirst().reduce(0.0) { $0 + Double($1) }
            #expect(abs(sum - expectedSum) <= 1e-5 * expectedSum)
        }
    }

    @Test func logSumExpCarriesInfinitiesAndNaN() throws {
        for kernels in try allKernels() {
            let masked = kernels.logSumExp(buffer([[-.infinity, 2, -.infinity]]), row: 0)
            #expect(abs(masked - 2) < Tolerance.elementwise)
            #expect(kernels.logSumExp(buffer([[-.infinity, -.infinity]]), row: 0) == -.infinity)
            #expect(kernels.logSumExp(buffer([[1, .nan, 3]]), row: 0).isNaN)
            #expect(kernels.logSumExp(buffer([[-.infinity, .nan]]), row: 0).isNaN)
        }
    }

    @Test(arguments: [RotaryTable.Layout.halfSplit, .interleaved])
    func rotationAgreesWithTheReference(layout: RotaryTable.Layout) throws {
        var noise = Noise(seed: 34)
        // 11 pairs of heads of 26 dimensions: the last 4 dimensions stay.
        let frequencies = (0..<11).map { 1 / Double(1 + $0 * $0) }
        let table = RotaryTable(inverseFrequencies: frequencies, positions: 100, layout: layout)
        let row = noise.floats(5 + 3 * 26)
        for kernels in try allKernels() {
            for position in [0, 1, 99] {
                let rotated = buffer([row])
                kernels.rotate(
                    rotated, row: 0, columns: 5..<83, headDimension: 26, table: table,
                    position: position)
                #expect(rotated.copyRow(0, columns: 0..<5) == Array(row[..<5]))
                for head in 0..<3 {
                    let columns = (5 + 26 * head)..<(31 + 26 * head)
                    let expected = ReferenceKernels.rotate(
                        head: Array(row[columns]), inverseFrequencies: frequencies,
                        position: position, layout: layout)
                    let found = rotated.copyRow(0, columns: columns)
                    #expect(relativeError(found, expected) < Tolerance.elementwise)
                    #expect(found[22...] == row[columns][(columns.lowerBound + 22)...])
                }
            }
        }
    }
}
