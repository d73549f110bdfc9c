/// Bounds and constants of the differential study.
package enum DifferentialLimits {
    /// Of the median m⁻ of a layer: below it a neuron is as good as silent, and its ratio noise.
    package static let guardFraction = 1e-6

    /// Tokens of a projection that a table shows: the paper shows five.
    static let shownTokens = 8
}
