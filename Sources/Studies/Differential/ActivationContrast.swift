package import Hooks

/// How the activations of one neuron over the tokens of a chain become one number.
///
/// The paper names it AvgL2Norm and does not define it; these are the four formulas it may mean,
/// over N counted tokens. The first two do not depend on the length of a chain. With the third,
/// longer incorrect chains raise the ratio of every neuron; with the fourth they lower it.
package enum ActivationReading: String, Sendable, Hashable, Codable, CaseIterable {
    /// (1/N) Σ |a|
    case meanAbs = "mean_abs"
    /// √((1/N) Σ a²)
    case rms
    /// (1/N) √(Σ a²)
    case l2OverN = "l2_over_n"
    /// √(Σ a²)
    case l2

    /// The letter by which reports call it.
    package var letter: String {
        switch self {
        case .meanAbs: "A"
        case .rms: "B"
        case .l2OverN: "C"
        case .l2: "D"
        }
    }

    /// What is summed over chains for it.
    package var sum: ElementSum {
        switch self {
        case .meanAbs: .meanAbs
        case .rms: .rms
        case .l2OverN: .l2OverN
        case .l2: .l2
        }
    }
}

/// How strongly each neuron fires in chains of two kinds, and how the two compare.
///
/// m⁺ and m⁻ are means of one reading over the chains of each kind, and r = m⁺/m⁻
/// (Tang et al. 2025, §3.1).
package struct ActivationContrast: Sendable {
    /// m⁺, of the chains of the first kind; shape (layers, neurons).
    package let positive: NeuronGrid<Double>
    /// m⁻, of the chains of the second kind.
    package let negative: NeuronGrid<Double>
    /// r = m⁺/m⁻; nil where m⁻ is too near to 0 to divide by.
    package let ratios: NeuronGrid<Double?>

    /// Compares two means.
    ///
    /// - Parameter guardFraction: a neuron has no ratio where m⁻ is 0 or less than this fraction
    ///   of the median of m⁻ in its layer: what remains there is rounding.
    package init(
        positive: NeuronGrid<Double>, negative: NeuronGrid<Double>,
        guardFraction: Double = DifferentialLimits.guardFraction
    ) {
        precondition(
            positive.layers == negative.layers && positive.neurons == negative.neurons,
            "both means are of one model")
        self.positive = positive
        self.negative = negative
        var ratios = positive.mapped { _ in Double?.none }
        for layer in 0..<negative.layers {
            let indices = negative.indices(ofLayer: layer)
            let least = guardFraction * median(negative.values[indices])
            for index in indices {
                let divisor = negative.values[index]
                guard divisor > 0, divisor >= least else { continue }
                ratios.values[index] = positive.values[index] / divisor
            }
        }
        self.ratios = ratios
    }

    /// Compares the statistics of two kinds of chains in one reading.
    ///
    /// - Returns: nil where a kind has no chain or the reading was not summed.
    package init?(
        _ positive: NeuronStatistics?, against negative: NeuronStatistics?,
        reading: ActivationReading, guardFraction: Double = DifferentialLimits.guardFraction
    ) {
        guard let positive, let negative, positive.items > 0, negative.items > 0,
            let first = positive.mean(of: reading.sum), let second = negative.mean(of: reading.sum)
        else { return nil }
        self.init(positive: first, negative: second, guardFraction: guardFraction)
    }

    /// The neurons without a ratio.
    package var skipped: [Neuron] {
        ratios.values.indices.filter { ratios.values[$0] == nil }.map(ratios.neuron)
    }

    /// The ratios that exist, in order of neurons.
    package var definedRatios: [Double] { ratios.values.compactMap { $0 } }
}

/// The middle value, or the mean of the two middle ones; 0 of nothing.
package func median(_ values: some Sequence<Double>) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
