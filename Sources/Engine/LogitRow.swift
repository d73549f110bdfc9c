import Kernels

/// The logits of one row, where the step left them, with what nearly every reader wants.
///
/// Valid until the step hands out the next rows.
struct LogitRow {
    private let buffer: RowBuffer
    private let row: Int
    /// ln Σ exp(logit); NaN if a logit is NaN or positive infinity.
    let normalizer: Double
    /// The first id with the largest logit.
    let best: Int

    init(_ buffer: RowBuffer, row: Int, kernels: KernelSet) {
        self.buffer = buffer
        self.row = row
        normalizer = kernels.logSumExp(buffer, row: row)
        best = kernels.largestColumn(buffer, row: row)
    }

    /// The logit of one token.
    subscript(id: Int) -> Float { buffer[row, id] }

    /// logit − ln Σ exp(logit), in nats.
    func logProbability(_ id: Int) -> Double { Double(self[id]) - normalizer }

    /// A copy of all logits, by token id.
    var values: [Float] { buffer.copyRow(row, columns: 0..<buffer.width) }
}
