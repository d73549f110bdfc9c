/// Sizes, overlaps and differences of sets of neurons.
package enum NeuronSets {
    /// How many neurons of the set each layer has.
    package static func layerCounts(_ set: [Neuron], layers: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: layers)
        for neuron in set { counts[neuron.layer] += 1 }
        return counts
    }

    /// |A ∩ B| / |A ∪ B|; nil of two empty sets.
    package static func jaccard(_ first: [Neuron], _ second: [Neuron]) -> Double? {
        let shared = Set(first).intersection(second).count
        let union = first.count + second.count - shared
        return union == 0 ? nil : Double(shared) / Double(union)
    }

    /// For each layer, the part of the set that is among the layer's most strongly firing neurons.
    ///
    /// |N_l ∩ Top_q,l(m⁺)| / |N_l|, nil where the layer has none of the set. The nearest whole
    /// number of neurons is taken for the fraction q.
    package static func overlapWithTop(
        _ fraction: Double, of positive: NeuronGrid<Double>, set: [Neuron]
    ) -> [Double?] {
        let members = Set(set)
        let count = Int((fraction * Double(positive.neurons)).rounded())
        return (0..<positive.layers).map { layer in
            let own = members.count { $0.layer == layer }
            let order = NeuronRanking.descending(
                positive.values, among: positive.indices(ofLayer: layer))
            let shared = order.prefix(count).count { members.contains(positive.neuron(at: $0)) }
            return own == 0 ? nil : Double(shared) / Double(own)
        }
    }

    /// S_d = N_d \ ∪ N_e over all other domains e, for each domain d.
    package static func specific(_ domains: [String: [Neuron]]) -> [String: [Neuron]] {
        var holders: [Neuron: Int] = [:]
        for set in domains.values {
            for neuron in Set(set) { holders[neuron, default: 0] += 1 }
        }
        return domains.mapValues { set in set.filter { holders[$0] == 1 } }
    }
}
