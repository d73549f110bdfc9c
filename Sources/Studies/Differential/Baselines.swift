/// Other ways to select as many neurons, to compare with.
///
/// They are the baselines of Tang et al. 2025, appendix C.
package enum Baselines {
    /// Those with the largest m⁺.
    package static func topActivation(
        _ count: Int, positive: NeuronGrid<Double>
    ) -> [Neuron] {
        NeuronRanking.largest(count, of: positive)
    }

    /// Those with the largest ‖v‖·m⁺, as Wanda weighs weights, taken to neurons.
    package static func wanda(
        _ count: Int, positive: NeuronGrid<Double>, norms: NeuronGrid<Float>
    ) -> [Neuron] {
        NeuronRanking.largest(count, of: weighted(positive, by: norms))
    }

    /// Those that are above 0 more often in the first kind of chains than in the second.
    package static func positiveRate(
        _ count: Int, positive: NeuronGrid<Double>, negative: NeuronGrid<Double>
    ) -> [Neuron] {
        NeuronRanking.largest(count, of: difference(positive, negative))
    }

    /// ‖v‖·m of every neuron.
    static func weighted(
        _ means: NeuronGrid<Double>, by norms: NeuronGrid<Float>
    ) -> NeuronGrid<Double> {
        precondition(
            means.layers == norms.layers && means.neurons == norms.neurons,
            "norms and means are of one model")
        return NeuronGrid(
            layers: means.layers, neurons: means.neurons,
            values: zip(means.values, norms.values).map { $0 * Double($1) })
    }

    static func difference(
        _ first: NeuronGrid<Double>, _ second: NeuronGrid<Double>
    ) -> NeuronGrid<Double> {
        NeuronGrid(
            layers: first.layers, neurons: first.neurons,
            values: zip(first.values, second.values).map { $0 - $1 })
    }
}

/// MathNeuro taken to neurons: important for the first kind of chains and not for the second.
///
/// With s = ‖v‖·m, the set is Top_q(s⁺) \ Top_q(s⁻), for the smallest q at which it has the wanted
/// size. Raising q by one changes the size by at most one, so that every size up to the largest is
/// met exactly. Where even the largest is too small, neurons of the largest s⁺ − s⁻ fill it up.
package struct MathNeuroSelection: Sendable, Equatable {
    /// In ascending order.
    package var neurons: [Neuron]
    /// How many of the highest scores of each kind were compared.
    package var depth: Int
    /// How many neurons were taken by s⁺ − s⁻ because no depth gives enough.
    package var filled: Int

    package init(
        _ count: Int, positive: NeuronGrid<Double>, negative: NeuronGrid<Double>,
        norms: NeuronGrid<Float>
    ) {
        let first = Baselines.weighted(positive, by: norms)
        let second = Baselines.weighted(negative, by: norms)
        let all = first.values.indices
        let orders = (
            NeuronRanking.descending(first.values, among: all),
            NeuronRanking.descending(second.values, among: all)
        )
        depth = Self.depth(reaching: count, orders.0, orders.1)
        let unwanted = Set(orders.1.prefix(depth))
        var chosen = Set(orders.0.prefix(depth).filter { !unwanted.contains($0) })
        let gains = Baselines.difference(first, second)
        let rest = all.filter { !chosen.contains($0) }
        let filling = NeuronRanking.descending(gains.values, among: rest)
            .prefix(max(0, count - chosen.count))
        chosen.formUnion(filling)
        filled = filling.count
        neurons = chosen.sorted().map(first.neuron)
    }

    /// The smallest depth at which the difference has `count` neurons, or the largest number.
    private static func depth(reaching count: Int, _ first: [Int], _ second: [Int]) -> Int {
        var seenFirst = [Bool](repeating: false, count: first.count)
        var seenSecond = seenFirst
        var size = 0
        var best = (depth: 0, size: 0)
        for depth in first.indices {
            if best.size >= count { break }
            seenFirst[first[depth]] = true
            if !seenSecond[first[depth]] { size += 1 }
            seenSecond[second[depth]] = true
            if seenFirst[second[depth]] { size -= 1 }
            if size > best.size { best = (depth + 1, size) }
        }
        return best.depth
    }
}
