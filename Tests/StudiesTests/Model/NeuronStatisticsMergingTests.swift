import Hooks
import Testing

@testable import Studies

@Suite("Merged statistics") struct NeuronStatisticsMergingTests {
    @Test("any split in any order has the bits of the whole")
    func splitsMergeToTheWhole() throws {
        let raw = RawActivations.planted([], gain: 1, chains: 11, seed: 3)
        let whole = raw.statistics()
        for cuts in [[3], [1, 2, 7], [5, 10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]] {
            let ends = cuts + [11]
            let parts = zip([0] + cuts, ends).map { raw.statistics(of: $0..<$1) }
            #expect(NeuronStatistics.merged(parts) == whole)
            #expect(NeuronStatistics.merged(parts.reversed()) == whole)
        }
        #expect(NeuronStatistics.merged([]) == nil)
    }

    @Test("the mean over items is the mean of each item's reading, for every reading")
    func meansAreOverItems() throws {
        let raw = RawActivations.planted([], gain: 1, chains: 5, seed: 9)
        let statistics = raw.statistics()
        let index = 37
        let rows = raw.chains.map { chain in chain.map { $0[index] } }
        func mean(_ reading: ([Double]) -> Double) -> Double {
            rows.map(reading).reduce(0, +) / Double(rows.count)
        }
        func squares(_ row: [Double]) -> Double { row.reduce(0) { $0 + $1 * $1 } }
        let expected: [(ActivationReading, Double)] = [
            (.meanAbs, mean { $0.reduce(0) { $0 + abs($1) } / Double($0.count) }),
            (.rms, mean { (squares($0) / Double($0.count)).squareRoot() }),
            (.l2OverN, mean { squares($0).squareRoot() / Double($0.count) }),
            (.l2, mean { squares($0).squareRoot() }),
        ]
        for (reading, value) in expected {
            let found = try #require(statistics.mean(of: reading.sum)).values[index]
            #expect(abs(found - value) < 1e-12 * value, "\(reading)")
        }
        let positive = rows.joined().count { $0 > 0 }
        let rate = try #require(statistics.positiveRate).values[index]
        #expect(rate == Double(positive) / Double(rows.joined().count))
    }

    @Test("what was not summed has no mean")
    func missingSums() {
        var statistics = RawActivations.planted([], gain: 1, chains: 1, seed: 1).statistics()
        statistics.sums[.rms] = nil
        #expect(statistics.mean(of: .rms) == nil)
        #expect(statistics.mean(of: .l2) != nil)
    }
}
