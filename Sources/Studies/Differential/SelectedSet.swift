/// Neurons that one method selects, all methods the same number.
package struct SelectedSet: Sendable, Hashable {
    package enum Method: Sendable, Hashable {
        /// The highest ratios: the paper's own method.
        case differential
        /// The lowest ratios: the control at the other end.
        case lowestRatio
        case topActivation
        case mathNeuro
        case wanda
        /// A draw from the whole model.
        case random(Int)
        /// A draw with as many neurons of each layer as the selected ones.
        case layerMatched(Int)
    }

    package var method: Method
    /// In ascending order.
    package var neurons: [Neuron]
    /// How the set came about, in one sentence.
    package var origin: String

    package init(_ method: Method, _ neurons: [Neuron], origin: String) {
        self.method = method
        self.neurons = neurons
        self.origin = origin
    }
}

extension SelectedSet.Method {
    /// A word for labels and file names.
    package var word: String {
        switch self {
        case .differential: "selected"
        case .lowestRatio: "lowest-ratio"
        case .topActivation: "top-activation"
        case .mathNeuro: "mathneuro"
        case .wanda: "wanda"
        case .random(let draw): "random-\(draw)"
        case .layerMatched(let draw): "layer-matched-\(draw)"
        }
    }

    /// For tables; draws of one kind share it.
    package var title: String {
        switch self {
        case .differential: "Selected"
        case .lowestRatio: "Lowest ratio"
        case .topActivation: "Top-activation"
        case .mathNeuro: "MathNeuro"
        case .wanda: "Wanda"
        case .random: "Random"
        case .layerMatched: "Random, layer-matched"
        }
    }
}

/// Which neurons are selected by each method, and how.
package struct DifferentialSelections: Sendable {
    /// Right against wrong chains, all of them, in the configured reading.
    package let contrast: ActivationContrast
    package let cascade: CascadeSelection
    /// The control: how many pass at the other end.
    package let inverse: CascadeSelection
    /// Nil where the variant by rates stands in for it, or nothing is selected.
    package let mathNeuro: MathNeuroSelection?
    /// The selected neurons first; empty where nothing is selected.
    package let sets: [SelectedSet]

    /// - Returns: nil where a kind of chains is missing.
    package init?(
        _ partition: ChainPartition, norms: NeuronGrid<Float>,
        configuration: DifferentialConfiguration
    ) {
        let selection = configuration.selection
        guard
            let contrast = partition.contrast(
                selection.reading, guardFraction: selection.guardFraction)
        else { return nil }
        self.contrast = contrast
        cascade = CascadeSelection(from: contrast.ratios, rule: selection.rule)
        inverse = CascadeSelection(from: contrast.ratios, rule: selection.rule, end: .lowest)
        guard !cascade.neurons.isEmpty else {
            mathNeuro = nil
            sets = []
            return
        }
        let builder = SetBuilder(
            partition: partition, contrast: contrast, norms: norms, configuration: configuration)
        mathNeuro = builder.mathNeuro(cascade.neurons.count)
        sets = builder.sets(like: cascade.neurons, mathNeuro: mathNeuro)
    }

    package func set(_ method: SelectedSet.Method) -> SelectedSet? {
        sets.first { $0.method == method }
    }
}

/// Builds the sets of all methods, of the size of the selected one.
private struct SetBuilder {
    let partition: ChainPartition
    let contrast: ActivationContrast
    let norms: NeuronGrid<Float>
    let configuration: DifferentialConfiguration

    func sets(like selected: [Neuron], mathNeuro: MathNeuroSelection?) -> [SelectedSet] {
        let count = selected.count
        let selection = configuration.selection
        let rule = selection.rule
        let reading = selection.reading.rawValue
        let how =
            "r = m⁺/m⁻ of \(reading), \(rule.scope.rawValue), highest \(rule.fraction), "
            + "above \(rule.threshold)"
        let fixed = [
            SelectedSet(.differential, selected, origin: how),
            SelectedSet(
                .lowestRatio, CascadeSelection.extreme(count, of: contrast.ratios, end: .lowest),
                origin: "lowest r = m⁺/m⁻ of \(reading)"),
            SelectedSet(
                .topActivation,
                Studies.Baselines.topActivation(count, positive: contrast.positive),
                origin: "largest m⁺ of \(reading)"),
            mathNeuroSet(count, mathNeuro),
            SelectedSet(
                .wanda,
                Studies.Baselines.wanda(count, positive: contrast.positive, norms: norms),
                origin: "largest ‖v‖·m⁺ of \(reading)"),
        ]
        return fixed + draws(like: selected)
    }

    func mathNeuro(_ count: Int) -> MathNeuroSelection? {
        guard configuration.baselines.mathNeuro == .setDifference else { return nil }
        return MathNeuroSelection(
            count, positive: contrast.positive, negative: contrast.negative, norms: norms)
    }

    private func mathNeuroSet(_ count: Int, _ found: MathNeuroSelection?) -> SelectedSet {
        if let found {
            return SelectedSet(
                .mathNeuro, found.neurons,
                origin: "among the \(found.depth) largest ‖v‖·m⁺ and not ‖v‖·m⁻, "
                    + "\(found.filled) filled by difference")
        }
        guard let positive = partition.statistics(where: \.isCorrect)?.positiveRate,
            let negative = partition.statistics(where: { !$0.isCorrect })?.positiveRate
        else { preconditionFailure("there are chains of both kinds, with counts above 0") }
        return SelectedSet(
            .mathNeuro,
            Studies.Baselines.positiveRate(count, positive: positive, negative: negative),
            origin: "largest gain in the fraction of tokens above 0")
    }

    private func draws(like selected: [Neuron]) -> [SelectedSet] {
        let random = RandomNeurons(
            seed: configuration.seed, layers: norms.layers, neurons: norms.neurons)
        let draws = 0..<configuration.baselines.draws
        return draws.map { draw in
            SelectedSet(
                .random(draw), random.uniform(selected.count, draw: draw),
                origin: "drawn from the whole model, seed \(configuration.seed), draw \(draw)")
        }
            + draws.map { draw in
                SelectedSet(
                    .layerMatched(draw), random.layerMatched(to: selected, draw: draw),
                    origin: "drawn with the selected neurons' number in each layer, "
                        + "seed \(configuration.seed), draw \(draw)")
            }
    }
}
