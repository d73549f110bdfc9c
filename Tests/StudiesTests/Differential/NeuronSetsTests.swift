import Testing

@testable import Studies

@Suite("Sets of neurons") struct NeuronSetsTests {
    @Test("layers are counted")
    func layers() {
        let set = [neuron(0, 3), neuron(2, 1), neuron(2, 2)]
        #expect(NeuronSets.layerCounts(set, layers: 4) == [1, 0, 2, 0])
    }

    @Test("Jaccard's index is shared over all")
    func jaccard() {
        let set = [neuron(0, 0), neuron(0, 1), neuron(0, 2)]
        #expect(NeuronSets.jaccard(set, [neuron(0, 2), neuron(1, 0)]) == 0.25)
        #expect(NeuronSets.jaccard(set, set) == 1)
        #expect(NeuronSets.jaccard([], []) == nil)
        #expect(NeuronSets.jaccard([], set) == 0)
    }

    @Test("overlap is of the layer's own neurons with its highest")
    func overlap() {
        let positive = grid([[4.0, 3, 2, 1], [1, 2, 3, 4], [1, 1, 1, 1]])
        let set = [neuron(0, 0), neuron(0, 3), neuron(1, 3)]
        #expect(NeuronSets.overlapWithTop(0.25, of: positive, set: set) == [0.5, 1, nil])
        #expect(NeuronSets.overlapWithTop(1, of: positive, set: set) == [1, 1, nil])
        #expect(NeuronSets.overlapWithTop(0, of: positive, set: set) == [0, 0, nil])
    }

    @Test("a domain's own neurons are those of no other domain")
    func specific() {
        let sets = [
            "ages": [neuron(0, 0), neuron(0, 1), neuron(1, 1)],
            "time": [neuron(0, 1), neuron(0, 2)], "none": [],
        ]
        #expect(
            NeuronSets.specific(sets) == [
                "ages": [neuron(0, 0), neuron(1, 1)], "time": [neuron(0, 2)], "none": [],
            ])
    }

    @Test("ranks of equal values are their mean; correlation is of ranks")
    func ranks() {
        #expect(RankCorrelation.ranks([10, 30, 20, 20]) == [1, 4, 2.5, 2.5])
        #expect(RankCorrelation.spearman([1, 2, 3], [1, 8, 27]) == 1)
        #expect(RankCorrelation.spearman([1, 2, 3], [5, 4, -1]) == -1)
        #expect(RankCorrelation.spearman([1, 1, 1], [1, 2, 3]) == nil)
        #expect(RankCorrelation.spearman([1], [1]) == nil)
        let found = RankCorrelation.spearman([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])
        #expect(found.map { abs($0 - 0.8) < 1e-12 } == true)
    }

    @Test("a histogram counts every ratio once; its peak is the fullest bin")
    func histogram() {
        let bins = RatioHistogram.Bins(low: 0.5, high: 1.5, count: 10)
        let found = RatioHistogram(
            of: [0.4, 0.5, 0.98, 1.04, 1.16, 1.17, 1.18, 1.5, 7], bins: bins)
        #expect(found.below == 1 && found.above == 2)
        #expect(found.counts.reduce(0, +) == 6 && found.counts[6] == 3)
        #expect(found.peak.map { abs($0 - 1.15) < 1e-12 } == true)
        #expect(found.median == 1.16)
        #expect(RatioHistogram(of: [], bins: bins).peak == nil)
    }

    @Test("a ratio just under the upper bound is in the last bin")
    func histogramEdge() {
        let bins = RatioHistogram.Bins(low: 0.1, high: 0.7, count: 6)
        let found = RatioHistogram(of: [(0.7).nextDown], bins: bins)
        #expect(found.counts == [0, 0, 0, 0, 0, 1])
    }
}
