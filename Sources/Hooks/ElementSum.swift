/// What Statistics sums up for every element: over the counted rows of an item, then over items.
///
/// The raw value is the name on the wire. a(t) is an element's value in counted row t, N the
/// number of counted rows of an item.
public enum ElementSum: String, Sendable, Hashable, Codable, CaseIterable {
    /// Σ |a(t)|.
    case sumAbs = "sum_abs"
    /// Σ a(t)².
    case sumSquares = "sum_squares"
    /// Σ a(t).
    case sum
    /// How many a(t) are above 0.
    case positive
    /// The largest |a(t)|: over items the largest again, where all others are sums.
    case maxAbs = "max_abs"
    /// Σ |a(t)| / N.
    case meanAbs = "mean_abs"
    /// √(Σ a(t)² / N).
    case rms
    /// √(Σ a(t)²) / N.
    case l2OverN = "l2_over_n"
    /// √(Σ a(t)²).
    case l2
}
