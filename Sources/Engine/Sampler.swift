import Foundation
import Hooks

/// Chooses tokens from logits.
///
/// The uniform number of the n-th token is a function of (seed, n) alone, so a sampled text does
/// not depend on batch, chunking or restarts.
struct Sampler {
    let sampling: Sampling

    /// Draws a token at a temperature above 0; at 0 the largest logit needs no sampler.
    ///
    /// - Parameter index: 0-based number of the generated token.
    /// - Returns: a token id.
    func choose(_ logits: [Float], index: Int) -> Int32 {
        let candidates = filtered(logits)
        let total = candidates.reduce(0.0) { $0 + $1.weight }
        let uniform = CounterRandom.uniform(
            seed: sampling.seed, coordinates: (UInt32(truncatingIfNeeded: index), 0, 0, .max)
        ).0
        var remaining = uniform * total
        for candidate in candidates {
            remaining -= candidate.weight
            if remaining <= 0 { return Int32(candidate.id) }
        }
        return Int32(candidates.last?.id ?? 0)
    }

    /// Candidates in descending order after top-k, then top-p, then min-p.
    ///
    /// All on the distribution at the given temperature. Weights are relative to the best
    /// candidate's.
    private func filtered(_ logits: [Float]) -> [(id: Int, weight: Double)] {
        let count = sampling.topK > 0 ? min(sampling.topK, logits.count) : logits.count
        let order = LogitMath.top(count, of: logits)
        let peak = Double(logits[order[0]])
        var candidates = order.map { id in
            (id: id, weight: exp((Double(logits[id]) - peak) / Double(sampling.temperature)))
        }
        if sampling.topP > 0, sampling.topP < 1 {
            let total = candidates.reduce(0.0) { $0 + $1.weight }
            var sum = 0.0
            let kept = candidates.firstIndex { candidate in
                sum += candidate.weight
                return sum >= Double(sampling.topP) * total
            }
            candidates.removeLast(candidates.count - 1 - (kept ?? candidates.count - 1))
        }
        if sampling.minP > 0 {
            candidates.removeAll { $0.weight < Double(sampling.minP) }
        }
        return candidates
    }
}
