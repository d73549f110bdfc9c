import Testing

@testable import Studies

@Suite("Statistics of evaluations") struct EvaluationStatisticsTests {
    /// scipy.stats.binomtest(k, n).proportion_ci(c, method='wilson'), SciPy 1.16.
    static let wilson: [(k: Int, n: Int, confidence: Double, low: Double, high: Double)] = [
        (7, 10, 0.95, 0.39677814746114526, 0.892208732593699),
        (7, 10, 0.99, 0.32002467920110256, 0.9204336834769342),
        (0, 20, 0.95, 0, 0.16112515805281935), (0, 20, 0.99, 0, 0.2491054010987534),
        (20, 20, 0.95, 0.8388748419471808, 1), (20, 20, 0.99, 0.7508945989012464, 1),
        (629, 1319, 0.95, 0.45002818489291474, 0.5038589573694837),
        (2386, 5000, 0.99, 0.4590473328341099, 0.4954130972334414),
    ]

    @Test("Wilson's interval is SciPy's", arguments: wilson)
    func wilsonInterval(k: Int, n: Int, confidence: Double, low: Double, high: Double) {
        let interval = Accuracy(correct: k, count: n).interval(confidence: confidence)
        #expect(abs(interval.lowerBound - low) < 1e-12)
        #expect(abs(interval.upperBound - high) < 1e-12)
    }

    @Test("nothing is known of nothing")
    func nothing() {
        #expect(Accuracy(correct: 0, count: 0).value == 0)
        #expect(Accuracy(correct: 0, count: 0).interval() == 0...1)
    }

    /// scipy.stats.norm.ppf(p).
    @Test(
        "quantiles of the normal distribution are SciPy's",
        arguments: [
            (0.975, 1.959963984540054), (0.995, 2.5758293035489004), (0.5, 0),
            (0.001, -3.090232306167813), (1e-12, -7.034483825301132), (0.9, 1.2815515655446004),
        ])
    func quantile(p: Double, x: Double) {
        #expect(abs(Normal.quantile(p) - x) < 1e-9)
    }

    /// binomtest(b, b + c).pvalue; with f = binom.pmf(b, b + c, 0.5), mid-p is
    /// 2·binom.cdf(min(b, c), b + c, 0.5) − f, and 1 − f/2 where b is c.
    static let mcNemar: [(b: Int, c: Int, exact: Double, midP: Double)] = [
        (10, 3, 0.09228515625, 0.05737304687500003), (3, 10, 0.09228515625, 0.05737304687500003),
        (0, 5, 0.0625, 0.03125), (25, 25, 1, 0.9438624136703915), (1, 0, 1, 0.5), (0, 0, 1, 1),
        (120, 80, 0.005685155996750306, 0.00466005197464012),
        (900, 700, 6.319484959450105e-07, 5.594509727662507e-07),
    ]

    @Test("McNemar's exact test and its mid-p are SciPy's", arguments: mcNemar)
    func mcNemarTest(b: Int, c: Int, exact: Double, midP: Double) {
        let test = McNemar(gained: b, lost: c)
        #expect(abs(test.exact - exact) <= 1e-10 * exact)
        #expect(abs(test.midP - midP) <= 1e-10 * midP)
    }

    @Test("items that change sides are counted")
    func changes() {
        let test = McNemar(
            before: [true, true, false, false, false], after: [true, false, true, true, false])
        #expect(test == McNemar(gained: 2, lost: 1))
    }

    @Test("a table counts by group in order of first occurrence, and over all items")
    func table() {
        let table = AccuracyTable(
            outcomes: [true, false, true, true], groups: ["b", "b", "a", "b"])
        #expect(table.rows.map(\.group) == ["b", "a"])
        #expect(
            table.rows.map(\.accuracy)
                == [Accuracy(correct: 2, count: 3), Accuracy(correct: 1, count: 1)])
        #expect(table.rows.map(\.items) == [[0, 1, 3], [2]])
        #expect(table.total == Accuracy(correct: 3, count: 4))
        #expect(abs(table.macro - 5.0 / 6) < 1e-15)
        #expect(AccuracyTable(outcomes: [], groups: []).macro == 0)
    }

    @Test("the micro average of the paper's counts is its average")
    func microAverage() {
        // MATH's test set has these many problems of each subject.
        let counts = [1187, 474, 546, 871, 479, 903, 540]
        let groups = counts.enumerated().flatMap { Array(repeating: "\($0)", count: $1) }
        let table = AccuracyTable(outcomes: groups.map { $0 == "0" }, groups: groups)
        #expect(table.total == Accuracy(correct: 1187, count: 5000))
        #expect(abs(table.macro - 1.0 / 7) < 1e-15)
    }

    @Test("means of two values fall on three places, a quarter, a half and a quarter of the time")
    func bootstrapOfTwo() {
        let interval = Bootstrap.meanInterval(of: [0, 1], confidence: 0.4, seed: 1)
        #expect(interval == 0.5...0.5)
        #expect(Bootstrap.meanInterval(of: [0, 1], confidence: 0.6, seed: 1) == 0...1)
        #expect(Bootstrap.meanInterval(of: [3], seed: 1) == 3...3)
        #expect(Bootstrap.meanInterval(of: [2, 2, 2], resamples: 50, seed: 1) == 2...2)
    }

    @Test("with many values it is the normal interval")
    func bootstrapIsNormal() {
        let values = (0..<400).map { Double($0 * 37 % 101) }
        let mean = values.reduce(0, +) / 400
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400
        let half = 1.959964 * (variance / 400).squareRoot()
        let interval = Bootstrap.meanInterval(of: values, resamples: 4000, seed: 7)
        // The error of a 2.5 % quantile of 4,000 draws is about 0.04 standard errors.
        #expect(abs(interval.lowerBound - (mean - half)) < 0.15 * half)
        #expect(abs(interval.upperBound - (mean + half)) < 0.15 * half)
    }

    @Test("a paired difference is of the pairs, and a function of the seed")
    func paired() {
        let before = (0..<100).map { Double($0) }
        let constant = PairedDifference(
            before: before, after: before.map { $0 + 0.5 }, resamples: 100, seed: 3)
        #expect(constant.mean == 0.5)
        #expect(constant.interval == 0.5...0.5)
        let right = (0..<100).map { $0 < 40 }
        let more = (0..<100).map { $0 < 50 }
        let one = PairedDifference(before: right, after: more, resamples: 500, seed: 3)
        #expect(abs(one.mean - 0.1) < 1e-12)
        #expect(one.interval.lowerBound > 0 && one.interval.upperBound < 0.2)
        #expect(one == PairedDifference(before: right, after: more, resamples: 500, seed: 3))
        let empty = PairedDifference(before: [Bool](), after: [], seed: 3)
        #expect(empty.mean == 0)
    }
}
