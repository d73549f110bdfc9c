/// Number format of captured rows on the wire.
public enum CaptureFormat: String, Sendable, Hashable, Codable {
    /// Single precision goes with anything, half precision with raw rows only.
    case f32, f16
}

/// What `top_k` orders a row's elements by, descending; ties go to the smaller index.
public enum TopOrder: String, Sendable, Hashable, CaseIterable {
    /// The value itself.
    case value
    /// |x|.
    case magnitude = "abs"
    /// |m|·‖v‖ of neurons, `mlp.act` only: the coefficient's magnitude times the Euclidean norm of
    /// the value vector in the served weights, an adapter left aside.
    case valueNorm = "value_norm"

    /// The order that two flags ask for.
    ///
    /// - Throws: `HookError` if both are set.
    public init(absolute: Bool, valueNorm: Bool) throws(HookError) {
        switch (absolute, valueNorm) {
        case (false, false): self = .value
        case (true, false): self = .magnitude
        case (false, true): self = .valueNorm
        case (true, true):
            throw .syntax(
                found: "absolute and value_norm of top_k",
                expected: "one of them: an order by value norm is by magnitude already")
        }
    }
}

/// A reduction that the daemon computes instead of sending rows.
public enum Reduction: Sendable, Hashable {
    // Per element over the selected positions of one item. Result shape: (elements).
    /// Σx/n, Σ|x|/n, √(Σx²/n), √(Σx²), the largest x (NaN if any is) and Σx, over n positions.
    case mean, meanAbs, rms, l2, max, sum
    /// How many selected positions exceed the threshold.
    case countAbove(Float)

    // Per row. Result shape: (rows, k) with indices, or (rows).
    /// The k elements that come first in the order; by value norm their scores too.
    case topK(Int, by: TopOrder)
    /// Euclidean norm of the row's selected elements.
    case norm
    /// Inner product with a vector as long as the selected elements.
    case dot(HookValue)

    // Per row, `logits` only.
    /// Natural log-probability of these tokens. Result shape: (rows, tokens).
    case logProbability([Int32])
    /// 0-based rank of these tokens: how many tokens have a larger logit. Shape: (rows, tokens).
    case rank([Int32])
    /// Entropy of the distribution, in nats.
    case entropy
    /// KL(row ‖ stored) in nats against stored logits: one row, or one for each position.
    case klDivergence(HookValue)
}

/// What to read: rows of a site, or a reduction of them, at some positions.
public struct Capture: Sendable, Hashable {
    /// One selection; layers may be several, each answered as a tensor of its own.
    public var selection: Selection
    /// Positions whose rows are answered, or reduced over.
    public var positions: Positions
    /// nil: raw rows.
    public var reduction: Reduction?
    /// Number format of raw rows; a reduction is refused unless this is `.f32`.
    public var format: CaptureFormat
    /// Read before this site's actions instead of after them.
    public var beforeActions: Bool

    /// Reads raw f32 rows at every position, after the site's actions, unless told otherwise.
    public init(
        _ selection: Selection, positions: Positions = .all, reduction: Reduction? = nil,
        format: CaptureFormat = .f32, beforeActions: Bool = false
    ) {
        self.selection = selection
        self.positions = positions
        self.reduction = reduction
        self.format = format
        self.beforeActions = beforeActions
    }
}
