/// What of a selection is found again in chains that had no part in it.
///
/// The ratios of one half of the chains are set against those of the other half: what agrees no
/// better than chance is noise.
package struct CrossFit: Sendable, Equatable {
    /// Spearman's correlation of the two halves' ratios.
    package var correlation: Double?
    /// Neurons that have a ratio in both halves.
    package var compared: Int
    /// How many neurons the first half selects.
    package var selectedByFirst: Int
    /// How many neurons the second half selects.
    package var selectedBySecond: Int
    /// How many both select.
    package var shared: Int
    /// The median ratio, in the other half, of the neurons that a half selects; of both halves.
    ///
    /// Where selection finds noise it is that of all neurons.
    package var heldOutMedian: Double?
    /// The median ratio of those neurons in the half that selected them.
    package var ownMedian: Double?
    /// How many of those neurons have, in the other half, a ratio above that half's median.
    ///
    /// Half of them where selection finds noise, however much noisier some neurons are.
    package var heldOutAbove: Accuracy

    /// How many both would select if each half drew its number by chance.
    package var expectedShared: Double {
        guard compared > 0 else { return 0 }
        return Double(selectedByFirst) * Double(selectedBySecond) / Double(compared)
    }

    package init(
        _ first: NeuronGrid<Double?>, _ second: NeuronGrid<Double?>, rule: CascadeRule
    ) {
        let common = first.values.indices.filter {
            first.values[$0] != nil && second.values[$0] != nil
        }
        let pairs = common.map { (first.values[$0] ?? 0, second.values[$0] ?? 0) }
        correlation = RankCorrelation.spearman(pairs.map(\.0), pairs.map(\.1))
        compared = common.count
        let sets = (
            CascadeSelection(from: first, rule: rule).neurons,
            CascadeSelection(from: second, rule: rule).neurons
        )
        selectedByFirst = sets.0.count
        selectedBySecond = sets.1.count
        shared = Set(sets.0).intersection(sets.1).count
        let own = sets.0.compactMap { first[$0] } + sets.1.compactMap { second[$0] }
        let heldOut = sets.0.compactMap { second[$0] } + sets.1.compactMap { first[$0] }
        let medians = (median(pairs.map(\.0)), median(pairs.map(\.1)))
        heldOutAbove = Accuracy(
            correct: sets.0.count { second[$0].map { $0 > medians.1 } ?? false }
                + sets.1.count { first[$0].map { $0 > medians.0 } ?? false },
            count: heldOut.count)
        ownMedian = own.isEmpty ? nil : median(own)
        heldOutMedian = heldOut.isEmpty ? nil : median(heldOut)
    }
}
