import Kernels
import ModelFile

/// Scratch rows of a step, allocated once for the engine's life.
///
/// Safe to share with the pool's threads because they write disjoint rows or columns.
final class StepBuffers: Sendable {
    /// (rows, width).
    let residual: RowBuffer
    /// (rows, width); also the final norm's output.
    let normed: RowBuffer
    /// (rows, (heads + 2·kv_heads)·head_dim).
    let queryKeyValue: RowBuffer
    /// Attention outputs before W_O: (rows, heads·head_dim).
    let mixed: RowBuffer
    /// What attention or MLP adds to the residual stream: (rows, width).
    let contribution: RowBuffer
    /// (rows, 2·neurons); without a gate (rows, neurons).
    let gateUp: RowBuffer
    /// Neuron coefficients: (rows, neurons).
    let act: RowBuffer
    /// A x of adapters, for the matrices that are stacked: (rows, ranks of three).
    let lowRank: RowBuffer
    /// Residual rows whose logits are computed: (logit rows, width).
    let headInput: RowBuffer
    /// (logit rows, vocabulary).
    let logits: RowBuffer
    /// What is made of the logits of each row.
    let logitSlots = LogitSlots(count: EngineLimits.logitRows)
    /// What sampling weighs tokens in, one for each worker: (1, vocabulary).
    let tokenWeights: [RowBuffer]
    /// Attention probabilities of one row, for hooks on them: (heads, context).
    let pattern: RowBuffer
    /// What attention needs, one for each worker.
    let attention: [AttentionScratch]
    /// Inputs in product form, by width.
    let prepared: [Int: PreparedRows]

    init(_ model: ModelConfiguration, form: WeightForm, workers: Int) {
        let rows = EngineLimits.rowsPerStep
        let headWidth = model.headCount * model.headDimension
        let keyWidth = model.keyValueHeadCount * model.headDimension
        func buffer(_ width: Int, rows: Int = rows) -> RowBuffer {
            RowBuffer(rowCapacity: rows, width: width)
        }
        residual = buffer(model.width)
        normed = buffer(model.width)
        queryKeyValue = buffer(headWidth + 2 * keyWidth)
        mixed = buffer(headWidth)
        contribution = buffer(model.width)
        gateUp = buffer((model.block.isGated ? 2 : 1) * model.neuronCount)
        act = buffer(model.neuronCount)
        lowRank = buffer(3 * AdapterFile.largestRank)
        headInput = buffer(model.width, rows: EngineLimits.logitRows)
        logits = buffer(model.vocabularyCount, rows: EngineLimits.logitRows)
        tokenWeights = (0..<workers).map { _ in buffer(model.vocabularyCount, rows: 1) }
        pattern = buffer(model.contextLength, rows: model.headCount)
        attention = (0..<workers).map { _ in
            AttentionScratch(
                contextLength: model.contextLength, headDimension: model.headDimension)
        }
        var prepared: [Int: PreparedRows] = [:]
        for inputs in [model.width, headWidth, model.neuronCount] {
            prepared[inputs] = PreparedRows(rowCapacity: rows, inputs: inputs, form: form)
        }
        self.prepared = prepared
    }
}
