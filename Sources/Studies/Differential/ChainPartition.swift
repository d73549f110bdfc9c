/// One kind of chains, the finest that anything is asked of apart.
package struct ChainCell: Sendable, Hashable, Comparable {
    /// Place of the subject in the study's list.
    package var subject: Int
    /// 0 or 1: chains of one problem are in one half.
    package var half: Int
    package var isCorrect: Bool
    /// Whether the problem's right and wrong chain are about as long.
    package var isMatched: Bool

    package init(subject: Int, half: Int, isCorrect: Bool, isMatched: Bool) {
        self.subject = subject
        self.half = half
        self.isCorrect = isCorrect
        self.isMatched = isMatched
    }

    /// The label of its group.
    package var label: String {
        let quality = isCorrect ? "right" : "wrong"
        let length = isMatched ? "matched" : "unmatched"
        return "subject-\(subject)/half-\(half)/\(quality)/\(length)"
    }

    package static func < (one: ChainCell, other: ChainCell) -> Bool {
        one.order.lexicographicallyPrecedes(other.order)
    }

    private var order: [Int] { [subject, half, isCorrect ? 0 : 1, isMatched ? 0 : 1] }
}

/// Statistics of every kind of chains; those of coarser kinds are merged from them, to the bit.
package struct ChainPartition: Sendable {
    package let cells: [ChainCell: NeuronStatistics]

    package init(_ cells: [ChainCell: NeuronStatistics]) { self.cells = cells }

    /// The statistics of all chains of these kinds; nil without one.
    package func statistics(where isWanted: (ChainCell) -> Bool) -> NeuronStatistics? {
        NeuronStatistics.merged(
            cells.filter { isWanted($0.key) }.sorted { $0.key < $1.key }.map(\.value))
    }

    /// Right against wrong chains, of those of some kind.
    package func contrast(
        _ reading: ActivationReading, guardFraction: Double,
        where isWanted: (ChainCell) -> Bool = { _ in true }
    ) -> ActivationContrast? {
        ActivationContrast(
            statistics { $0.isCorrect && isWanted($0) },
            against: statistics { !$0.isCorrect && isWanted($0) },
            reading: reading, guardFraction: guardFraction)
    }

    /// One half of the right chains against the other, or of the wrong ones.
    package func sameQuality(
        correct: Bool, _ reading: ActivationReading, guardFraction: Double
    ) -> ActivationContrast? {
        ActivationContrast(
            statistics { $0.isCorrect == correct && $0.half == 0 },
            against: statistics { $0.isCorrect == correct && $0.half == 1 },
            reading: reading, guardFraction: guardFraction)
    }

    /// Right chains of one half against wrong ones of the other: problems differ, as they do in
    /// the contrast of equal quality, and so does the number of chains.
    package func acrossHalves(
        correctHalf: Int, _ reading: ActivationReading, guardFraction: Double
    ) -> ActivationContrast? {
        ActivationContrast(
            statistics { $0.isCorrect && $0.half == correctHalf },
            against: statistics { !$0.isCorrect && $0.half != correctHalf },
            reading: reading, guardFraction: guardFraction)
    }
}

/// A chain whose activations are counted: which one, and of what kind.
package struct PlacedChain: Sendable, Hashable {
    /// Index of the problem.
    package var problem: Int
    /// Index among the problem's samples.
    package var sample: Int
    package var cell: ChainCell
    /// Generated tokens.
    package var length: Int

    package init(problem: Int, sample: Int, cell: ChainCell, length: Int) {
        self.problem = problem
        self.sample = sample
        self.cell = cell
        self.length = length
    }
}

extension PlacedChain {
    /// Places the two chains of each pair.
    ///
    /// Problems of a subject go to the halves in turn. A pair is matched where the shorter chain
    /// lacks at most `tolerance` of the longer one's tokens.
    ///
    /// - Parameters:
    ///   - subjects: The place of each problem's subject.
    ///   - length: Generated tokens of a problem's sample.
    /// - Returns: Chains in order of their cells, so that parts of a call concern few groups.
    package static func place(
        _ pairs: [ContrastPair], subjects: [Int], tolerance: Double, length: (Int, Int) -> Int
    ) -> [PlacedChain] {
        var halves: [Int: Int] = [:]
        var turns: [Int: Int] = [:]
        var chains: [PlacedChain] = []
        for pair in pairs {
            let subject = subjects[pair.problem]
            if halves[pair.problem] == nil {
                halves[pair.problem] = turns[subject, default: 0] % 2
                turns[subject, default: 0] += 1
            }
            let lengths = (
                length(pair.problem, pair.correct), length(pair.problem, pair.incorrect)
            )
            let longer = Double(max(lengths.0, lengths.1))
            let isMatched = Double(abs(lengths.0 - lengths.1)) <= tolerance * longer
            for (sample, count, isCorrect) in [
                (pair.correct, lengths.0, true), (pair.incorrect, lengths.1, false),
            ] {
                let cell = ChainCell(
                    subject: subject, half: halves[pair.problem] ?? 0, isCorrect: isCorrect,
                    isMatched: isMatched)
                chains.append(
                    PlacedChain(problem: pair.problem, sample: sample, cell: cell, length: count))
            }
        }
        return chains.enumerated().sorted {
            ($0.element.cell, $0.offset) < ($1.element.cell, $1.offset)
        }.map(\.element)
    }
}
