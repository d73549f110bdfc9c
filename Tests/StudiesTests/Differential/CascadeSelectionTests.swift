import Testing

@testable import Studies

@Suite("Cascade selection") struct CascadeSelectionTests {
    /// Ten neurons in two layers; the first layer has all of the highest ratios.
    static let ratios: NeuronGrid<Double?> = grid([
        [2.0, 1.9, 1.8, 1.7, 1.6], [1.3, 1.2, 1.1, 0.9, 0.5],
    ])

    static func rule(
        _ scope: CascadeRule.Scope, _ fraction: Double, _ threshold: Double
    ) -> CascadeRule {
        CascadeRule(scope: scope, fraction: fraction, threshold: threshold)
    }

    @Test("defaults are the paper's")
    func defaults() {
        let rule = CascadeRule()
        #expect(rule.scope == .global && rule.fraction == 0.1 && rule.threshold == 1.15)
    }

    @Test("the global fraction is of all layers together, and binds")
    func globalFraction() {
        let found = CascadeSelection(from: Self.ratios, rule: Self.rule(.global, 0.4, 1.15))
        #expect(found.neurons == (0..<4).map { neuron(0, $0) })
        #expect(found.candidates == 10 && found.inFraction == 4 && found.beyondThreshold == 7)
        #expect(found.binding == .fraction && found.cutoff == 1.7)
    }

    @Test("per layer, each layer has its own fraction and both filters may bind")
    func perLayerFraction() {
        let found = CascadeSelection(from: Self.ratios, rule: Self.rule(.perLayer, 0.4, 1.25))
        #expect(found.neurons == [neuron(0, 0), neuron(0, 1), neuron(1, 0)])
        #expect(found.inFraction == 4 && found.beyondThreshold == 6)
        #expect(found.binding == .both && found.cutoff == 1.2)
    }

    @Test("the threshold alone decides in its variant, and is not passed by itself")
    func thresholdOnly() {
        let found = CascadeSelection(
            from: Self.ratios, rule: Self.rule(.thresholdOnly, 0.1, 1.6))
        #expect(found.neurons == (0..<4).map { neuron(0, $0) })
        #expect(found.binding == .threshold)
    }

    @Test("where both filters pass the same neurons, neither binds")
    func neitherBinds() {
        let found = CascadeSelection(from: Self.ratios, rule: Self.rule(.global, 0.7, 1.15))
        #expect(found.neurons.count == 7 && found.binding == .neither)
    }

    @Test("the control is the other end, beyond 1/θ")
    func lowestEnd() {
        let found = CascadeSelection(
            from: Self.ratios, rule: Self.rule(.global, 0.2, 1.15), end: .lowest)
        #expect(found.neurons == [neuron(1, 4)])
        #expect(found.inFraction == 2 && found.cutoff == 0.9)
        #expect(found.binding == .threshold)
        let both = CascadeSelection.extreme(2, of: Self.ratios, end: .lowest)
        #expect(both == [neuron(1, 3), neuron(1, 4)])
        let highest = CascadeSelection.extreme(2, of: Self.ratios, end: .highest)
        #expect(highest == [neuron(0, 0), neuron(0, 1)])
    }

    @Test("equal ratios are taken in order of neurons")
    func ties() {
        let ratios: NeuronGrid<Double?> = grid([[1.5, 2, 1.5], [1.5, 2, 1.5]])
        let found = CascadeSelection(from: ratios, rule: Self.rule(.global, 0.5, 1))
        #expect(found.neurons == [neuron(0, 0), neuron(0, 1), neuron(1, 1)])
        let lowest = CascadeSelection.extreme(3, of: ratios, end: .lowest)
        #expect(lowest == [neuron(0, 0), neuron(0, 2), neuron(1, 0)])
    }

    @Test("neurons without a ratio are no candidates")
    func skippedNeurons() {
        let ratios: NeuronGrid<Double?> = grid([[nil, 3, 2], [nil, 1, 0.5]])
        let found = CascadeSelection(from: ratios, rule: Self.rule(.global, 0.5, 1.15))
        #expect(found.candidates == 4 && found.inFraction == 2)
        #expect(found.neurons == [neuron(0, 1), neuron(0, 2)])
        #expect(CascadeSelection.extreme(9, of: ratios, end: .lowest).count == 4)
    }

    @Test("equal classes select none")
    func equalClasses() {
        let ratios: NeuronGrid<Double?> = grid([[1, 1, 1], [1, 1, 1]])
        let found = CascadeSelection(from: ratios, rule: Self.rule(.global, 0.5, 1.15))
        #expect(found.neurons.isEmpty && found.beyondThreshold == 0)
    }
}
