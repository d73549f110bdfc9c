/// A claim of the paper, or of a control, and what the numbers say of it.
struct Finding: Sendable, Equatable {
    /// What an interval says of a claim about a sign.
    enum Verdict: String, Sendable {
        case held
        case opposite = "the opposite held"
        /// The interval includes 0.
        case open = "not shown"
        /// There was nothing to measure.
        case unmeasured = "not measured"
    }

    var claim: String
    var verdict: Verdict
    /// The numbers, with their interval.
    var evidence: String
    var sources: [StudySource]
}

extension Finding.Verdict {
    /// - Parameters:
    ///   - interval: Of a difference.
    ///   - isBelow: Whether the claim is that the difference is below 0.
    init(_ interval: ClosedRange<Double>, claimsBelow isBelow: Bool) {
        let isAbove = interval.lowerBound > 0
        let isUnder = interval.upperBound < 0
        switch (isAbove, isUnder) {
        case (false, false): self = .open
        case (true, _): self = isBelow ? .opposite : .held
        case (_, true): self = isBelow ? .held : .opposite
        }
    }
}
