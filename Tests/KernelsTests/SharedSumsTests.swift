import ExitTesting
import Testing

@testable import Kernels

@Suite("Shared sums") struct SharedSumsTests {
    private static let reductions: [ColumnReduction] = [
        .magnitude, .square, .sum, .countAbove(0), .largestMagnitude,
    ]

    @Test("sums of several sequences agree with the reference to the bit, however they come")
    func sums() throws {
        var noise = Noise(seed: 50)
        var values = (0..<40).map { _ in noise.floats(1300, bound: 3) }
        (values[3][5], values[9][70], values[12][1290]) = (.nan, .infinity, -0.0)
        let rows = buffer(values)
        let columns = ColumnRuns([0..<1200])
        let wanted = [Array(0..<17), Array(17..<20), Array(22..<40)]
        for (kernels, threads) in zip(try allKernels(), [1, 2, 3]) {
            let pool = try ComputePool(threadCount: threads, pinned: false)
            defer { pool.shutdown() }
            let sums = wanted.map { _ in SharedSums(count: 5 * 1200 + 7) }
            // Each sequence's rows in two parts, all sequences together.
            for isFirst in [true, false] {
                let work = zip(wanted, sums).map { rows, sums in
                    SummedRows(
                        rows: isFirst ? Array(rows.prefix(2)) : Array(rows.dropFirst(2)),
                        sums: sums,
                        parts: Self.reductions.enumerated().map { index, reduction in
                            .init(reduction, first: 7 + 1200 * index)
                        })
                }
                kernels.accumulate(work, of: rows, at: 100, columns, pool: pool)
            }
            for (rows, sums) in zip(wanted, sums) {
                for (index, reduction) in Self.reductions.enumerated() {
                    for column in 0..<1200 {
                        let expected = ReferenceKernels.accumulate(
                            reduction, rows.map { values[$0][100 + column] }, onto: 0)
                        let sum = sums[7 + 1200 * index + column]
                        try #require(sum.bitPattern == expected.bitPattern)
                    }
                }
                #expect((0..<7).allSatisfy { sums[$0] == 0 })
            }
        }
    }

    @Test("nothing is added for no rows")
    func nothing() throws {
        let kernels = try KernelSet.best(forced: nil)
        let pool = try ComputePool(threadCount: 1, pinned: false)
        let rows = buffer([[1, 2, 3]])
        let sums = SharedSums(count: 3)
        kernels.accumulate([], of: rows, at: 0, ColumnRuns([0..<3]), pool: pool)
        kernels.accumulate(
            [SummedRows(rows: [], sums: sums, parts: [.init(.sum, first: 0)])], of: rows, at: 0,
            ColumnRuns([0..<3]), pool: pool)
        #expect((0..<3).allSatisfy { sums[$0] == 0 })
    }

    @Test("places past the sums trap", .enabled(if: exitTestsAreOn))
    func leaving() async {
        await #expect(processExitsWith: .failure) {
            let rows = RowBuffer(rowCapacity: 1, width: 3)
            let sums = SharedSums(count: 3)
            let pool = try ComputePool(threadCount: 1, pinned: false)
            try KernelSet(path: .portable).accumulate(
                [SummedRows(rows: [0], sums: sums, parts: [.init(.sum, first: 1)])], of: rows,
                at: 0, ColumnRuns([0..<3]), pool: pool)
        }
    }
}

@Suite("Fixed-point sums") struct FixedPointSumsTests {
    /// A number in units of 2^-64 by arithmetic on its bits alone.
    private func units(_ value: Double) -> Int128 {
        let mantissa = Int128(value.significandBitPattern | (value.isNormal ? 1 << 52 : 0))
        let shift = Int(max(1, value.exponentBitPattern)) - 1075 + 64
        guard shift < 0 else { return (value < 0 ? -1 : 1) * (mantissa << shift) }
        guard shift > -120 else { return 0 }
        let (whole, rest) = (mantissa >> -shift, mantissa & ((1 << -shift) - 1))
        let half = Int128(1) << (-shift - 1)
        let isUp = rest > half || (rest == half && whole & 1 == 1)
        return (value < 0 ? -1 : 1) * (whole + (isUp ? 1 : 0))
    }

    @Test("numbers of every size are rounded to nearest even")
    func rounding() {
        var noise = Noise(seed: 51)
        var numbers: [Double] = [0, -0.0, 1, -1, 0x1p62, 0x1p-64, 0x1p-65, 0x1.8p-64, 0x1.8p-65]
        numbers += [0x1p-1074, 0x1.fffffffffffffp62, -0x1.fffffffffffffp62, 1 - 0x1p-53]
        for exponent in -140..<63 {
            for float in noise.floats(20, bound: 1) {
                let other = Double(noise.floats(1, bound: 1)[0])
                numbers.append((Double(float) + other * 0x1p-24) * exp2(exponent))
            }
        }
        for number in numbers {
            #expect(FixedPointSums.fixedPoint(number) == units(number), "\(number)")
        }
        for number in [.nan, .infinity, -.infinity, 0x1p63, -0x1p63] as [Double] {
            #expect(FixedPointSums.fixedPoint(number) == nil)
        }
    }

    private func exp2(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: 1)
    }

    @Test("readings, and what they come to in any order and grouping")
    func readings() {
        let rows: [[Double]] = [[1, 9, 0.1], [4, 2, 0x1p-70], [2, 0.3, 7e10], [0.7, 3, 1e-12]]
        let sums = rows.map { values in
            let sums = SharedSums(count: 5)
            for (index, value) in values.enumerated() { sums[2 + index] = value }
            return sums
        }
        let readings: [(FixedPointSums.Reading, (Double) -> Double)] = [
            (.sum, { $0 }), (.mean, { $0 / 7 }), (.rootOfMean, { ($0 / 7).squareRoot() }),
            (.rootOverCount, { $0.squareRoot() / 7 }), (.root, { $0.squareRoot() }),
        ]
        for (reading, formula) in readings {
            var whole = FixedPointSums(count: 3)
            let isWhole = sums.map { whole.add(reading, of: $0, first: 2, count: 7) }
            #expect(isWhole.allSatisfy { $0 })
            let parts = [[3, 1], [2, 0]].map { order in
                var part = FixedPointSums(count: 3)
                for index in order { _ = part.add(reading, of: sums[index], first: 2, count: 7) }
                return part
            }
            #expect(zip(parts[0].values, parts[1].values).map { $0 + $1 } == whole.values)
            for column in 0..<3 {
                let expected = rows.reduce(Int128(0)) { $0 + units(formula($1[column])) }
                #expect(whole.values[column] == expected)
                #expect(whole.rounded[column] == Double(expected) * 0x1p-64)
            }
        }
    }

    @Test("what is beyond the range is told")
    func overflow() {
        let sums = SharedSums(count: 1)
        func added(_ values: [Double], _ reading: FixedPointSums.Reading = .sum) -> [Bool] {
            var total = FixedPointSums(count: 1)
            return values.map { value in
                sums[0] = value
                return total.add(reading, of: sums, first: 0, count: 1)
            }
        }
        #expect(added([0x1p62, 0x1p61, -0x1p62]) == [true, true, true])
        #expect(added([0x1p62, 0x1p62]) == [true, false])
        #expect(added([-0x1p62, -0x1p62, -1]) == [true, true, false])
        #expect(added([.nan]) == [false])
        #expect(added([.infinity], .root) == [false])
        #expect(added([0x1p126], .root) == [false])
    }

    @Test("counts are added, and the largest stay")
    func others() {
        let sums = SharedSums(count: 2)
        (sums[0], sums[1]) = (9, 3)
        var counts: [Int64] = [5]
        sums.addCounts(from: 1, to: &counts)
        #expect(counts == [8])
        var largest: [Float] = [2, 4]
        let isTaken = sums.takeLargest(from: 0, to: &largest)
        #expect(isTaken)
        #expect(largest == [9, 4])
        for value in [0x1p63, .nan, .infinity] as [Double] {
            sums[0] = value
            let isTaken = sums.takeLargest(from: 0, to: &largest)
            #expect(!isTaken)
        }
    }
}
