package import Hooks

extension NeuronStatistics {
    /// Joins the statistics of further items to these.
    ///
    /// Sums are integers, so that any split of a group, merged in any order, has the bits of the
    /// whole. Only what both have is kept together: parts come from one question.
    ///
    /// - Precondition: both have the same sums, of the same shape.
    package mutating func merge(_ other: NeuronStatistics) {
        precondition(sums.keys == other.sums.keys, "parts of a group have the same sums")
        items += other.items
        tokens += other.tokens
        for (sum, grid) in other.sums { sums[sum]?.merge(grid, by: sum) }
    }

    /// The statistics of all parts together, or nil without a part.
    package static func merged(_ parts: some Sequence<NeuronStatistics>) -> NeuronStatistics? {
        var parts = parts.makeIterator()
        guard var whole = parts.next() else { return nil }
        while let part = parts.next() { whole.merge(part) }
        return whole
    }
}

extension NeuronGrid<Int128> {
    /// Adds value by value, or takes the larger for a maximum.
    fileprivate mutating func merge(_ other: NeuronGrid<Int128>, by sum: ElementSum) {
        precondition(
            layers == other.layers && neurons == other.neurons, "parts have the model's shape")
        for index in values.indices {
            if sum == .maxAbs {
                values[index] = Swift.max(values[index], other.values[index])
            } else {
                values[index] += other.values[index]
            }
        }
    }
}

extension NeuronStatistics {
    /// The unit of exact sums.
    private static let unit = 0x1p-64

    /// The mean over items of what is summed for each neuron, or nil where it was not summed.
    ///
    /// - Precondition: there is an item, and the sum is one over items: not a maximum.
    package func mean(of sum: ElementSum) -> NeuronGrid<Double>? {
        precondition(items > 0 && sum != .maxAbs, "a mean is of sums over at least one item")
        let scale = (sum == .positive ? 1 : Self.unit) / Double(items)
        return sums[sum].map { $0.mapped { Double($0) * scale } }
    }

    /// The fraction of counted tokens at which each neuron is above 0, or nil without that count.
    package var positiveRate: NeuronGrid<Double>? {
        precondition(tokens > 0, "a rate is of at least one token")
        return sums[.positive].map { $0.mapped { Double($0) / Double(tokens) } }
    }
}

extension NeuronGrid {
    /// The grid of another value for each neuron.
    package func mapped<Other>(_ transform: (Value) -> Other) -> NeuronGrid<Other> {
        NeuronGrid<Other>(layers: layers, neurons: neurons, values: values.map(transform))
    }

    /// The indices of one layer's values.
    package func indices(ofLayer layer: Int) -> Range<Int> {
        layer * neurons..<(layer + 1) * neurons
    }
}
