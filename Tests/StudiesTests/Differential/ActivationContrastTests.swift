import Testing

@testable import Studies

@Suite("Contrast of activations") struct ActivationContrastTests {
    @Test("a ratio is m⁺/m⁻")
    func ratios() {
        let contrast = ActivationContrast(
            positive: grid([[3, 1], [0, 5]]), negative: grid([[2, 4], [1, 5]]))
        #expect(contrast.ratios.values == [1.5, 0.25, 0, 1])
        #expect(contrast.definedRatios == [1.5, 0.25, 0, 1])
        #expect(contrast.skipped.isEmpty)
    }

    @Test("a neuron that is silent beside its layer has no ratio, and is named")
    func silentNeuronsAreSkipped() {
        // The medians of m⁻ are 2 and 0.002: the same m⁻ is silent in one layer, not in the other.
        let ones = [Double](repeating: 1, count: 7)
        let contrast = ActivationContrast(
            positive: grid([ones, ones]),
            negative: grid([
                [0, 1.9e-6, 2, 2, 2.1e-6, 2, 3], [1.9e-6, 0.001, 0.002, 0.002, 0.002, 0.003, 1],
            ]))
        #expect(contrast.skipped == [neuron(0, 0), neuron(0, 1)])
        #expect(contrast.ratios[neuron(0, 4)] == 1 / 2.1e-6)
        #expect(contrast.ratios[neuron(1, 0)] == 1 / 1.9e-6)
    }

    @Test("a layer that is silent altogether has no ratios")
    func silentLayer() {
        let contrast = ActivationContrast(
            positive: grid([[0, 0], [1, 1]]), negative: grid([[0, 0], [1, 1]]))
        #expect(contrast.skipped == [neuron(0, 0), neuron(0, 1)])
    }

    @Test("the guard's fraction can be chosen")
    func guardFraction() {
        let contrast = ActivationContrast(
            positive: grid([[1, 1, 1]]), negative: grid([[0.4, 1, 2]]), guardFraction: 0.5)
        #expect(contrast.skipped == [neuron(0, 0)])
    }

    @Test("without chains of both kinds there is no contrast")
    func needsBothKinds() {
        let some = RawActivations.planted([], gain: 1, chains: 2, seed: 5).statistics()
        var none = some
        none.items = 0
        #expect(ActivationContrast(some, against: some, reading: .rms) != nil)
        #expect(ActivationContrast(some, against: none, reading: .rms) == nil)
        #expect(ActivationContrast(nil, against: some, reading: .rms) == nil)
    }

    @Test("each reading's letter and sum are its own")
    func readings() {
        #expect(ActivationReading.allCases.map(\.letter) == ["A", "B", "C", "D"])
        #expect(Set(ActivationReading.allCases.map(\.sum)).count == 4)
    }

    @Test(
        "the median of an even number is between the middle two",
        arguments: [
            ([], 0), ([4], 4), ([9, 1], 5), ([3, 1, 2], 2), ([4, 1, 3, 2], 2.5),
        ] as [([Double], Double)])
    func medians(values: [Double], expected: Double) {
        #expect(median(values) == expected)
    }
}

@Suite("Planted neurons") struct PlantedNeuronTests {
    static let planted: Set = [neuron(0, 3), neuron(2, 0), neuron(2, 15), neuron(3, 7)]

    @Test(
        "each reading finds exactly the neurons that fire more in one class",
        arguments: ActivationReading.allCases)
    func foundByEachReading(reading: ActivationReading) throws {
        let right = RawActivations.planted(Self.planted, gain: 1.6, chains: 40, seed: 11)
        let wrong = RawActivations.planted([], gain: 1, chains: 40, seed: 12)
        let contrast = try #require(
            ActivationContrast(right.statistics(), against: wrong.statistics(), reading: reading))
        let selection = CascadeSelection(from: contrast.ratios)
        #expect(Set(selection.neurons) == Self.planted)
        #expect(selection.binding == .threshold)
        let lowest = CascadeSelection(from: contrast.ratios, end: .lowest)
        #expect(lowest.neurons.isEmpty)
    }

    @Test("classes of the same distribution give none", arguments: ActivationReading.allCases)
    func noneWithoutDifference(reading: ActivationReading) throws {
        let right = RawActivations.planted([], gain: 1, chains: 40, seed: 21)
        let wrong = RawActivations.planted([], gain: 1, chains: 40, seed: 22)
        let contrast = try #require(
            ActivationContrast(right.statistics(), against: wrong.statistics(), reading: reading))
        #expect(CascadeSelection(from: contrast.ratios).neurons.isEmpty)
    }

    @Test("longer chains of one class shift every ratio of readings C and D, and of no other")
    func lengthArtefact() throws {
        let short = RawActivations.planted([], gain: 1, chains: 40, seed: 31)
        var long = RawActivations.planted([], gain: 1, chains: 40, seed: 32)
        let more = RawActivations.planted([], gain: 1, chains: 40, seed: 33)
        for index in long.chains.indices { long.chains[index] += more.chains[index] }
        let medians = try ActivationReading.allCases.map { reading in
            let contrast = try #require(
                ActivationContrast(
                    short.statistics(), against: long.statistics(), reading: reading))
            return median(contrast.definedRatios)
        }
        #expect(abs(medians[0] - 1) < 0.03)
        #expect(abs(medians[1] - 1) < 0.03)
        #expect(abs(medians[2] - 2.0.squareRoot()) < 0.05)
        #expect(abs(medians[3] - 0.5.squareRoot()) < 0.03)
    }

    @Test("planted neurons are found again in the other half, noise is not")
    func crossFit() throws {
        func ratios(_ gain: Double, _ seed: UInt64) throws -> NeuronGrid<Double?> {
            let right = RawActivations.planted(
                Self.planted, gain: gain, chains: 40, seed: seed)
            let wrong = RawActivations.planted([], gain: 1, chains: 40, seed: seed + 1)
            return try #require(
                ActivationContrast(
                    right.statistics(), against: wrong.statistics(), reading: .meanAbs)
            ).ratios
        }
        let rule = CascadeRule(threshold: 1)
        let found = CrossFit(try ratios(1.6, 41), try ratios(1.6, 51), rule: rule)
        #expect(found.shared >= Self.planted.count)
        #expect(found.expectedShared < 1)
        let noise = CrossFit(try ratios(1, 41), try ratios(1, 51), rule: rule)
        #expect(try #require(found.correlation) > #require(noise.correlation))
        #expect(abs(try #require(noise.heldOutMedian) - 1) < 0.02)
        #expect(try #require(noise.ownMedian) > 1.02)
        #expect(try #require(found.heldOutMedian) > 1.3)
    }
}
