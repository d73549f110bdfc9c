import Kernels

/// The logits of one row, where the step left them, with what its sequence makes of them.
///
/// Made by whichever thread is free. Valid until the step hands out the next rows.
struct LogitRow {
    /// What a sequence makes of a row.
    struct Reading: Sendable {
        /// How many of the likeliest tokens it tells.
        var topCount = 0
        /// Chooses the next token; nil where none is chosen.
        var sampler: Sampler?
        /// 0-based number of the token that is chosen.
        var tokenIndex = 0
    }

    private let buffer: RowBuffer
    private let row: Int
    /// ln Σ exp(logit); NaN if a logit is NaN or positive infinity.
    let normalizer: Double
    /// The first id with the largest logit.
    let best: Int
    /// The next token; nil where none was asked for, and where the logits are no distribution.
    let choice: Int32?
    /// The likeliest tokens that were asked for, in descending order.
    let top: [ScoredToken]

    /// - Parameters:
    ///   - buffer: holds the logits: (rows, vocabulary).
    ///   - row: the row of it.
    ///   - scratch: of the thread that makes this: (1, vocabulary).
    init(
        _ buffer: RowBuffer, row: Int, reading: Reading, kernels: KernelSet, scratch: RowBuffer
    ) {
        let normalizer = kernels.logSumExp(buffer, row: row)
        let best = kernels.largestColumn(buffer, row: row)
        self.buffer = buffer
        self.row = row
        self.normalizer = normalizer
        self.best = best
        choice =
            normalizer.isFinite
            ? reading.sampler?.choose(
                from: TokenLogits(buffer: buffer, row: row, best: best),
                index: reading.tokenIndex, kernels: kernels, scratch: scratch)
            : nil
        top =
            reading.topCount == 0
            ? []
            : LogitMath.top(reading.topCount, of: Self.copy(buffer, row)).map { id in
                ScoredToken(
                    id: Int32(id), logit: buffer[row, id],
                    logProbability: Double(buffer[row, id]) - normalizer)
            }
    }

    /// logit − ln Σ exp(logit), in nats.
    func logProbability(_ id: Int) -> Double { Double(buffer[row, id]) - normalizer }

    private static func copy(_ buffer: RowBuffer, _ row: Int) -> [Float] {
        buffer.copyRow(row, columns: 0..<buffer.width)
    }
}
