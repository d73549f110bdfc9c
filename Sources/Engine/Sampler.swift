import Hooks
import Kernels

/// Chooses tokens from logits.
///
/// The uniform number of the n-th token is a function of (seed, n) alone, so a sampled text does
/// not depend on batch, chunking or restarts.
struct Sampler: Sendable {
    let sampling: Sampling

    /// Draws a token; at temperature 0 it is the one with the largest logit.
    ///
    /// Top-k leaves the likeliest tokens, then top-p the likeliest of these until their share
    /// reaches p, then min-p those at least so likely relative to the best. All are on the
    /// distribution at the given temperature.
    ///
    /// - Parameters:
    ///   - logits: of the tokens, at least one of them finite and none NaN or infinite upwards.
    ///   - index: 0-based number of the generated token.
    ///   - scratch: of the calling thread: (1, vocabulary).
    /// - Returns: a token id.
    func choose(
        from logits: TokenLogits, index: Int, kernels: KernelSet, scratch: RowBuffer
    ) -> Int32 {
        guard sampling.temperature > 0 else { return Int32(logits.best) }
        let tokens = TokenWeights(
            logits, temperature: sampling.temperature, kernels: kernels, weights: scratch)
        if sampling.topK > 0 { tokens.keepLikeliest(.count(sampling.topK)) }
        if sampling.topP > 0, sampling.topP < 1 {
            tokens.keepLikeliest(.weight(Double(sampling.topP) * tokens.total))
        }
        if sampling.minP > 0 { tokens.keep(from: sampling.minP) }
        let uniform = CounterRandom.uniform(
            seed: sampling.seed, coordinates: (UInt32(truncatingIfNeeded: index), 0, 0, .max)
        ).0
        return Int32(tokens.token(at: uniform * tokens.total))
    }
}
