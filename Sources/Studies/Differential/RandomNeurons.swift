import Hooks

/// Neurons drawn at random, the same for the same seed, use and draw.
///
/// Each neuron gets a number that is a pure function of its coordinates, and the smallest numbers
/// win: a draw depends on no other.
package struct RandomNeurons: Sendable {
    /// What a draw is for; draws for different uses are independent.
    package enum Use: Sendable {
        /// As many neurons of the whole model.
        case uniform
        /// As many of each layer as another set has there.
        case layerMatched
        /// The control of a domain's own set, by the domain's place.
        case domain(Int)

        var code: UInt32 {
            switch self {
            case .uniform: 0
            case .layerMatched: 1
            case .domain(let place): 2 + UInt32(clamping: place)
            }
        }
    }

    package let seed: UInt64
    package let layers: Int
    /// Of one layer.
    package let neurons: Int

    package init(seed: UInt64, layers: Int, neurons: Int) {
        self.seed = seed
        self.layers = layers
        self.neurons = neurons
    }

    /// `count` neurons of the model, each set of that size as likely, in ascending order.
    package func uniform(_ count: Int, draw: Int, use: Use = .uniform) -> [Neuron] {
        let all = (0..<layers).flatMap { layer in (0..<neurons).map { (layer, $0) } }
        return lowest(count, of: all.map { Neuron(layer: $0.0, index: $0.1) }, draw, use)
    }

    /// As many neurons of each layer as `set` has there, in ascending order.
    package func layerMatched(to set: [Neuron], draw: Int) -> [Neuron] {
        let counts = Dictionary(grouping: set, by: \.layer).mapValues(\.count)
        return counts.keys.sorted().flatMap { layer in
            let all = (0..<neurons).map { Neuron(layer: layer, index: $0) }
            return lowest(counts[layer] ?? 0, of: all, draw, .layerMatched)
        }
    }

    private func lowest(
        _ count: Int, of candidates: [Neuron], _ draw: Int, _ use: Use
    ) -> [Neuron] {
        let numbered = candidates.map { (number(of: $0, draw: draw, use: use), $0) }
        return numbered.sorted { $0 < $1 }.prefix(count).map(\.1).sorted()
    }

    private func number(of neuron: Neuron, draw: Int, use: Use) -> UInt64 {
        let key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        let words = CounterRandom.block(
            key: key,
            counter: (
                UInt32(clamping: neuron.layer), UInt32(clamping: neuron.index),
                UInt32(clamping: draw), use.code
            ))
        return UInt64(words.0) << 32 | UInt64(words.1)
    }
}
