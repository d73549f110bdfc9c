/// Which ratios make a neuron one of the selected.
package struct CascadeRule: Sendable, Hashable, Codable {
    /// Among which neurons the highest fraction is taken.
    package enum Scope: String, Sendable, Hashable, Codable, CaseIterable {
        /// Among those of all layers.
        case global
        /// In each layer apart.
        case perLayer = "per_layer"
        /// Not at all: the threshold decides alone, as in the paper's Algorithm 1.
        case thresholdOnly = "threshold_only"
    }

    package var scope: Scope
    /// Of the neurons that have a ratio; the nearest whole number of them is taken.
    package var fraction: Double
    /// θ: a selected neuron's ratio is above it.
    package var threshold: Double

    package init(scope: Scope = .global, fraction: Double = 0.10, threshold: Double = 1.15) {
        self.scope = scope
        self.fraction = fraction
        self.threshold = threshold
    }
}

/// Neurons that passed both filters, and which filter kept others out.
package struct CascadeSelection: Sendable, Equatable {
    /// Which end of the ratios is selected.
    package enum End: Sendable {
        /// The highest, with r > θ.
        case highest
        /// The lowest, with r < 1/θ: the control.
        case lowest
    }

    /// Which filter decides: the one that turns away neurons that the other would let pass.
    package enum Binding: String, Sendable, Codable {
        case fraction, threshold, both, neither
    }

    /// In ascending order.
    package var neurons: [Neuron]
    /// Neurons that have a ratio.
    package var candidates: Int
    /// How many of them pass the filter by fraction.
    package var inFraction: Int
    /// How many of them pass the threshold.
    package var beyondThreshold: Int
    /// The last ratio that the filter by fraction lets pass, of all layers.
    package var cutoff: Double?

    package var binding: Binding {
        switch (inFraction > neurons.count, beyondThreshold > neurons.count) {
        case (true, true): .both
        case (true, false): .threshold
        case (false, true): .fraction
        case (false, false): .neither
        }
    }
}

extension CascadeSelection {
    /// Applies both filters to the ratios.
    package init(
        from ratios: NeuronGrid<Double?>, rule: CascadeRule = CascadeRule(), end: End = .highest
    ) {
        let sign: Double = end == .highest ? 1 : -1
        let limit = end == .highest ? rule.threshold : -1 / rule.threshold
        let scores = ratios.values.map { ($0 ?? 0) * sign }
        let candidates = ratios.values.indices.filter { ratios.values[$0] != nil }
        let inside = Self.highestFraction(of: candidates, in: ratios, scores: scores, rule: rule)
        self.candidates = candidates.count
        inFraction = inside.count
        beyondThreshold = candidates.count { scores[$0] > limit }
        cutoff = inside.map { scores[$0] }.min().map { $0 * sign }
        neurons = inside.filter { scores[$0] > limit }.sorted().map(ratios.neuron)
    }

    /// The candidates that the first filter lets pass.
    private static func highestFraction(
        of candidates: [Int], in ratios: NeuronGrid<Double?>, scores: [Double], rule: CascadeRule
    ) -> [Int] {
        func highest(_ some: [Int]) -> [Int] {
            let count = (rule.fraction * Double(some.count)).rounded()
            let order = NeuronRanking.descending(scores, among: some)
            return Array(order.prefix(Int(min(max(count, 0), Double(some.count)))))
        }
        switch rule.scope {
        case .thresholdOnly: return candidates
        case .global: return highest(candidates)
        case .perLayer:
            let layers = Dictionary(grouping: candidates) { $0 / ratios.neurons }
            return layers.keys.sorted().flatMap { highest(layers[$0] ?? []) }
        }
    }

    /// The neurons of the lowest or highest ratios, whatever the ratios are.
    package static func extreme(
        _ count: Int, of ratios: NeuronGrid<Double?>, end: End
    ) -> [Neuron] {
        let sign: Double = end == .highest ? 1 : -1
        let scores = ratios.values.map { ($0 ?? 0) * sign }
        let candidates = ratios.values.indices.filter { ratios.values[$0] != nil }
        let order = NeuronRanking.descending(scores, among: candidates)
        return order.prefix(count).sorted().map(ratios.neuron)
    }
}
