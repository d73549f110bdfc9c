import ExitTesting
import Testing

@testable import Kernels

/// Selections of columns: none, one, tails of every length, many single ones, more than one task.
private let selections: [[Range<Int>]] = [
    [], [7..<8], [0..<16, 20..<37], (0..<400).map { (5 * $0)..<(5 * $0 + 1) }, [3..<2000],
    [0..<500, 501..<1100],
]

private let reductions: [ColumnReduction] = [
    .sum, .magnitude, .square, .largest, .largestMagnitude, .countAbove(0.25),
]

/// Nine rows of 2,000 columns, with some values that are not ordinary numbers.
private func unusualRows() -> [[Float]] {
    var noise = Noise(seed: 40)
    var rows = (0..<9).map { _ in noise.floats(2000, bound: 2) }
    (rows[3][5], rows[4][10], rows[5][15]) = (.nan, .infinity, -.infinity)
    (rows[1][7], rows[2][7], rows[6][20]) = (-0.0, 0.0, 0.25)
    return rows
}

@Suite("Columns") struct ColumnTests {
    @Test("sums agree with the reference to the bit, in one call or several, on any threads")
    func sums() throws {
        let values = unusualRows()
        let rows = buffer(values)
        let wanted = [8, 0, 3, 4, 1, 2, 7]
        for ranges in selections {
            let columns = ColumnRuns(ranges)
            let picked = ranges.flatMap { Array($0) }
            #expect(columns.count == picked.count)
            for reduction in reductions {
                let expected = picked.map { column in
                    ReferenceKernels.accumulate(
                        reduction, wanted.map { values[$0][column] }, onto: -1)
                }
                for (kernels, threads) in zip(try allKernels(), [1, 2, 3]) {
                    let pool = try ComputePool(threadCount: threads, pinned: false)
                    defer { pool.shutdown() }
                    var sums = Array(repeating: -1.0, count: columns.count)
                    for part in [wanted[..<2], wanted[2...]] {
                        kernels.accumulate(
                            reduction, of: rows, rows: Array(part), at: 0, columns, into: &sums,
                            pool: pool)
                    }
                    #expect(sums.map(\.bitPattern) == expected.map(\.bitPattern))
                }
            }
        }
    }

    @Test("threads that share columns change no bit")
    func sharedColumns() throws {
        var noise = Noise(seed: 41)
        let rows = buffer((0..<24).map { _ in noise.floats(3000) })
        let columns = ColumnRuns([1..<2900])
        let kernels = try KernelSet.best(forced: nil)
        let answers = try [1, 2, 3].map { threads in
            let pool = try ComputePool(threadCount: threads, pinned: false)
            defer { pool.shutdown() }
            var sums = Array(repeating: 0.0, count: columns.count)
            kernels.accumulate(
                .magnitude, of: rows, rows: Array(0..<24), at: 50, columns, into: &sums,
                pool: pool)
            return sums
        }
        #expect(answers[0].allSatisfy { $0 > 0 })
        #expect(answers[0] == answers[1])
        #expect(answers[0] == answers[2])
    }

    @Test("edits change the selected elements alone, and say by how much alike in every path")
    func edits() throws {
        var noise = Noise(seed: 42)
        let operands = noise.floats(2000)
        let row = unusualRows()[3].map { $0.isNaN ? 1 : $0 }
        for ranges in selections {
            let columns = ColumnRuns(ranges)
            let picked = ranges.flatMap { Array($0) }
            let others = Array(operands[..<columns.count])
            let edits: [RowEdit] = [
                .fill(0.5), .scale(1.5), .add(-0.25), .clamp(low: -0.5, high: 0.75),
                .fillEach(others), .addEach(others),
            ]
            for edit in edits {
                let old = picked.map { row[$0] }
                let new = ReferenceKernels.edit(old, by: edit)
                var expected = row
                for (column, value) in zip(picked, new) { expected[column] = value }
                let squares = zip(old, new).reduce(0.0) {
                    let difference = Double($1.1) - Double($1.0)
                    return $0 + difference * difference
                }
                let changes = try allKernels().map { kernels in
                    let target = buffer([row, [-1] + row.dropLast()])
                    let change = kernels.edit(target, row: 0, at: 0, columns, by: edit)
                    let found = [target.copyRow(0, columns: 0..<2000)]
                    #expect(bits(found) == bits([expected]))
                    #expect(target[1, 0] == -1)
                    #expect(abs(change - squares) <= 1e-12 * squares)
                    return change
                }
                #expect(changes.allSatisfy { $0 == changes[0] })
            }
        }
    }

    @Test("clamping keeps NaN and brings infinities to the bounds")
    func clamping() throws {
        let row: [Float] =
            [.nan, .infinity, -.infinity, -1, 1, -0.0, 0, 2]
            + Array(repeating: 0.5, count: 12)
        let expected = ReferenceKernels.edit(row, by: .clamp(low: 0, high: 1))
        for kernels in try allKernels() {
            let target = buffer([row])
            _ = kernels.edit(
                target, row: 0, columns: 0..<20, by: .clamp(low: 0, high: 1))
            let found = target.copyRow(0, columns: 0..<20)
            #expect(found[0].isNaN)
            #expect(bits([Array(found[1...])]) == bits([Array(expected[1...])]))
        }
    }

    @Test("copies append the selected elements, in single or half precision")
    func copies() throws {
        let values = unusualRows().map { $0.map { $0.isNaN ? 3 : $0 } }
        let rows = buffer(values)
        for ranges in selections {
            let columns = ColumnRuns(ranges)
            let picked = ranges.flatMap { Array($0) }
            let expected: [Float] = [6, 2, 5].flatMap { row in picked.map { values[row][$0] } }
            let rounded: [Float16] = expected.map { (value: Float) in Float16(value) }
            for kernels in try allKernels() {
                let pool = try ComputePool(threadCount: 2, pinned: false)
                defer { pool.shutdown() }
                var singles: [Float] = [9]
                var halves: [Float16] = [9]
                kernels.appendRows(
                    of: rows, rows: [6, 2, 5], at: 0, columns, to: &singles, pool: pool)
                kernels.appendRows(
                    of: rows, rows: [6, 2, 5], at: 0, columns, to: &halves, pool: pool)
                #expect(singles == [9] + expected)
                #expect(halves == [9] + rounded)
            }
            var row: [Float] = []
            rows.append(6, at: 0, columns, to: &row)
            #expect(row == Array(expected[..<columns.count]))
        }
    }

    @Test("places of shared sums are zero at first and apart, whoever fills them")
    func sharedSums() throws {
        let sums = SharedSums(count: 100)
        #expect((0..<100).allSatisfy { sums[$0] == 0 })
        let pool = try ComputePool(threadCount: 3, pinned: false)
        defer { pool.shutdown() }
        pool.run(taskCount: 100) { task, _ in sums[task] = Double(task) + 0.5 }
        #expect((0..<100).allSatisfy { sums[$0] == Double($0) + 0.5 })
    }

    @Test("columns past the row and rows past the buffer trap", .enabled(if: exitTestsAreOn))
    func leaving() async {
        await #expect(processExitsWith: .failure) {
            let rows = RowBuffer(rowCapacity: 1, width: 40)
            _ = try KernelSet(path: .portable)
                .edit(rows, row: 0, at: 30, ColumnRuns([0..<11]), by: .fill(1))
        }
        await #expect(processExitsWith: .failure) {
            let rows = RowBuffer(rowCapacity: 1, width: 40)
            let pool = try ComputePool(threadCount: 1, pinned: false)
            var sums = [0.0]
            try KernelSet(path: .portable).accumulate(
                .sum, of: rows, rows: [1], at: 0, ColumnRuns([0..<1]), into: &sums, pool: pool)
        }
        await #expect(processExitsWith: .failure) { SharedSums(count: 3)[3] = 1 }
    }
}
