import Testing

@testable import Studies

@Suite("Baselines") struct BaselineTests {
    @Test("Top-activation takes the largest m⁺, Wanda the largest ‖v‖·m⁺")
    func magnitudes() {
        let positive = grid([[4.0, 3, 2, 1]])
        let norms: NeuronGrid<Float> = grid([[1, 1, 4, 1]])
        #expect(
            Baselines.topActivation(2, positive: positive) == [neuron(0, 0), neuron(0, 1)])
        #expect(
            Baselines.wanda(2, positive: positive, norms: norms) == [neuron(0, 0), neuron(0, 2)])
    }

    @Test("the rate variant takes the largest gain in how often a neuron is above 0")
    func rates() {
        let found = Baselines.positiveRate(
            1, positive: grid([[0.9, 0.5]]), negative: grid([[0.8, 0.1]]))
        #expect(found == [neuron(0, 1)])
    }

    @Test("MathNeuro takes what is high for one kind and not for the other")
    func mathNeuro() {
        let norms: NeuronGrid<Float> = grid([[1, 1, 1, 1, 1, 1]])
        // In order of s⁺: 0 1 2 3 4 5; of s⁻: 1 0 4 5 2 3.
        let found = MathNeuroSelection(
            2, positive: grid([[6, 5, 4, 3, 2, 1]]), negative: grid([[5, 6, 2, 1, 4, 3]]),
            norms: norms)
        #expect(found.depth == 4 && found.filled == 0)
        #expect(found.neurons == [neuron(0, 2), neuron(0, 3)])
    }

    @Test("where no depth gives enough neurons, the largest gains fill the set")
    func mathNeuroFills() {
        let norms: NeuronGrid<Float> = grid([[1, 1, 1, 1]])
        let found = MathNeuroSelection(
            3, positive: grid([[9, 5, 4, 3]]), negative: grid([[6, 5, 2, 3.5]]), norms: norms)
        // The orders differ in the last two places only: one neuron at depth 3.
        #expect(found.depth == 3 && found.filled == 2)
        #expect(found.neurons == [neuron(0, 0), neuron(0, 1), neuron(0, 2)])
    }

    @Test("MathNeuro's size is the wanted one, whatever the scores", arguments: 0..<40)
    func mathNeuroSizes(seed: Int) {
        let raw = (0..<2).map {
            RawActivations.planted([], gain: 1, chains: 1, seed: UInt64(seed * 2 + $0))
        }
        func absolute(_ raw: RawActivations) -> NeuronGrid<Double> {
            NeuronGrid(layers: 4, neurons: 16, values: raw.chains[0][0].map(abs))
        }
        let norms = NeuronGrid(layers: 4, neurons: 16, values: [Float](repeating: 2, count: 64))
        let count = 1 + seed % 20
        let found = MathNeuroSelection(
            count, positive: absolute(raw[0]), negative: absolute(raw[1]), norms: norms)
        #expect(found.neurons.count == count)
        #expect(Set(found.neurons).count == count)
        if found.filled == 0 {
            let other = NeuronRanking.largest(found.depth, of: absolute(raw[1]))
            #expect(Set(other).isDisjoint(with: found.neurons))
        }
    }
}

@Suite("Random neurons") struct RandomNeuronTests {
    static let random = RandomNeurons(seed: 7, layers: 4, neurons: 32)

    @Test("a draw is the same each time and differs from other draws, seeds and uses")
    func draws() {
        let draw = Self.random.uniform(10, draw: 0)
        #expect(draw.count == 10 && Set(draw).count == 10 && draw == draw.sorted())
        #expect(Self.random.uniform(10, draw: 0) == draw)
        #expect(Self.random.uniform(10, draw: 1) != draw)
        #expect(Self.random.uniform(10, draw: 0, use: .domain(0)) != draw)
        #expect(
            Self.random.uniform(10, draw: 0, use: .domain(0))
                != Self.random.uniform(10, draw: 0, use: .domain(1)))
        #expect(RandomNeurons(seed: 8, layers: 4, neurons: 32).uniform(10, draw: 0) != draw)
    }

    @Test("a smaller draw is part of a larger one, and the largest is the model")
    func nested() {
        let small = Set(Self.random.uniform(5, draw: 0))
        #expect(small.isSubset(of: Self.random.uniform(20, draw: 0)))
        #expect(Self.random.uniform(500, draw: 0).count == 128)
    }

    @Test("every neuron is drawn about as often")
    func evenly() {
        var counts: [Neuron: Int] = [:]
        for draw in 0..<400 {
            for neuron in Self.random.uniform(32, draw: draw) { counts[neuron, default: 0] += 1 }
        }
        // 400 draws of a quarter: 100 ± 8.7; five deviations.
        #expect(counts.count == 128)
        #expect(counts.values.allSatisfy { (57...143).contains($0) })
    }

    @Test("a layer-matched draw has as many of each layer")
    func layerMatched() {
        let set = [neuron(0, 1), neuron(2, 0), neuron(2, 5), neuron(2, 9)]
        let draw = Self.random.layerMatched(to: set, draw: 3)
        #expect(NeuronSets.layerCounts(draw, layers: 4) == [1, 0, 3, 0])
        #expect(draw != set)
        #expect(Self.random.layerMatched(to: set, draw: 3) == draw)
    }
}
