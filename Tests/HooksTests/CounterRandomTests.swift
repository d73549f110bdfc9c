import Testing

@testable import Hooks

@Suite struct CounterRandomTests {
    /// The known-answer vectors that Random123 publishes for philox4x32-10.
    @Test func blocksAreThePublishedOnes() {
        let zero = CounterRandom.block(key: (0, 0), counter: (0, 0, 0, 0))
        #expect(zero == (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
        let ones = CounterRandom.block(key: (.max, .max), counter: (.max, .max, .max, .max))
        #expect(ones == (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
        let digits = CounterRandom.block(
            key: (0xA409_3822, 0x299F_31D0),
            counter: (0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344))
        #expect(digits == (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
    }

    @Test func theNumbersAreStandardNormal() {
        var sum = 0.0
        var squares = 0.0
        let count = 20_000
        for unit in 0..<count {
            let value = Double(CounterRandom.normal(seed: 3, coordinates: (0, UInt32(unit), 9, 1)))
            sum += value
            squares += value * value
        }
        // Five standard errors of mean and variance over 20,000 draws.
        #expect(abs(sum / Double(count)) < 0.036)
        #expect(abs(squares / Double(count) - 1) < 0.05)
    }

    @Test func everyCoordinateMatters() {
        let site = Site(.mlpAct, layer: 3)
        let all = [
            CounterRandom.noiseCoordinates(site: site, position: 1, unit: 2, element: 0),
            CounterRandom.noiseCoordinates(site: site, position: 2, unit: 2, element: 0),
            CounterRandom.noiseCoordinates(site: site, position: 1, unit: 3, element: 0),
            CounterRandom.noiseCoordinates(site: site, position: 1, unit: 2, element: 1),
            CounterRandom.noiseCoordinates(
                site: Site(.mlpAct, layer: 4), position: 1, unit: 2, element: 0),
            CounterRandom.noiseCoordinates(
                site: Site(.mlpUp, layer: 3), position: 1, unit: 2, element: 0),
            CounterRandom.valueNoiseCoordinates(layer: 3, neuron: 2, dimension: 0),
        ].map { CounterRandom.normal(seed: 5, coordinates: $0) }
        #expect(Set(all).count == all.count)
        let site0 = CounterRandom.noiseCoordinates(site: site, position: 1, unit: 2, element: 0)
        #expect(
            CounterRandom.normal(seed: 1 << 32, coordinates: site0)
                != CounterRandom.normal(seed: 0, coordinates: site0))
    }

    /// The codes are part of the formula, so a new site goes to the end.
    @Test func siteCodesAreFrozen() {
        #expect(
            SiteKind.allCases == [
                .embed, .residPre, .attnQ, .attnK, .attnV, .attnPattern, .attnZ, .attnOut,
                .residMid, .mlpGate, .mlpUp, .mlpAct, .mlpOut, .residPost, .finalNorm, .logits,
            ])
        #expect(
            CounterRandom.siteCode(Site(.mlpAct, layer: 3)) == 11 << 16 | 3)
    }
}
