/// Orders neurons by a score, the same way everywhere.
///
/// Equal scores keep the order of the neurons, so that a selection is a function of the scores
/// alone.
enum NeuronRanking {
    /// All candidates, the largest score first.
    ///
    /// - Parameter candidates: indices of `scores`; each at most once.
    static func descending(
        _ scores: [Double], among candidates: some Sequence<Int>
    ) -> [Int] {
        candidates.sorted { first, second in
            scores[first] == scores[second] ? first < second : scores[first] > scores[second]
        }
    }

    /// The neurons with the largest scores, in ascending order of neurons.
    static func largest(_ count: Int, of scores: NeuronGrid<Double>) -> [Neuron] {
        let order = descending(scores.values, among: scores.values.indices)
        return order.prefix(count).sorted().map(scores.neuron)
    }
}
