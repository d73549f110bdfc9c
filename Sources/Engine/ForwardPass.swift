import Hooks
import Kernels
import ModelFile

/// One row of a step: a position of a sequence.
struct StepRow {
    let sequence: Sequence
    let position: Int
    let token: Int32
    let needsLogits: Bool
}

/// One batched pass over the weights.
///
/// Confined to the engine thread, which takes part in the
/// pool's work.
///
/// Every row goes through the same operations in the same order whatever its neighbours, and no
/// sum is split over threads, so a row's bits depend on nothing but its own sequence.
final class ForwardPass: Sendable {
    let model: Model
    let kernels: KernelSet
    let pool: ComputePool
    let keyValues: KeyValueStore
    /// Nil where positions are learned.
    let rotary: RotaryTable?
    let buffers: StepBuffers
    /// What hooks of all sequences compute with.
    let hookTools: HookTools
    let sites: ModelSites
    let attentionScale: Float

    init(model: Model, kernels: KernelSet, pool: ComputePool, keyValues: KeyValueStore) {
        self.model = model
        self.kernels = kernels
        self.pool = pool
        self.keyValues = keyValues
        rotary = model.makeRotaryTable()
        buffers = StepBuffers(model.configuration, form: model.form, workers: pool.threadCount)
        hookTools = HookTools(kernels: kernels, pool: pool)
        sites = ModelSites(model.configuration, buffers: buffers)
        attentionScale = 1 / Float(model.configuration.headDimension).squareRoot()
    }

    /// Runs the rows through every layer.
    ///
    /// - Parameters:
    ///   - lists: of the step before, whose room is used again.
    ///   - deliver: given the logits of each row that needs them, in row order.
    /// - Returns: false if every sequence was cancelled meanwhile and the pass was given up.
    func run(
        _ rows: [StepRow], lists: inout StepLists, deliver: (StepRow, LogitRow) -> Void
    ) -> Bool {
        let step = StepRows(rows, kernels: kernels)
        lists.attention.plan(rows, keyHeads: model.configuration.keyValueHeadCount)
        embed(step, &lists.values)
        for (index, layer) in model.layers.enumerated() {
            if rows.allSatisfy(\.sequence.isCancelled) { return false }
            attention(layer, index, step, lists.attention)
            mlp(layer, index, step)
        }
        head(rows, &lists, deliver: deliver)
        return true
    }

    private func embed(_ step: StepRows, _ values: inout [Float]) {
        for (index, row) in step.rows.enumerated() {
            model.embedding.unpackRow(Int(row.token), into: &values)
            buffers.residual.setRow(index, from: values, at: 0)
        }
        visit(sites.embedding, step)
        guard let positions = model.positionEmbedding else { return }
        for (index, row) in step.rows.enumerated() {
            positions.unpackRow(row.position, into: &values)
            kernels.addBias(
                values, columns: values.indices, rows: index..<(index + 1),
                into: buffers.residual)
        }
    }

    /// W_O · attention(rotate(W_Q n), rotate(W_K n), W_V n), n = norm(x), as a contribution to x.
    private func attention(
        _ layer: Model.Layer, _ index: Int, _ step: StepRows, _ work: AttentionWork
    ) {
        let (rows, count, sites) = (step.rows, step.count, sites.layers[index])
        let shape = model.configuration
        let queryWidth = shape.headCount * shape.headDimension
        let keyWidth = shape.keyValueHeadCount * shape.headDimension
        let keys = queryWidth..<(queryWidth + keyWidth)
        let values = keys.upperBound..<(keys.upperBound + keyWidth)
        rowPass(
            step, at: sites.input,
            read(for: layer.queryKeyValue, layer.attentionNorm, rowCount: count))
        product(
            layer.queryKeyValue, count, buffers.queryKeyValue, bias: layer.biases.queryKeyValue)
        adapt(step, index, .queryKeyValue, buffers.normed, buffers.queryKeyValue)
        visit(sites.projections, step)
        rotateAndStore(layer, index, work, keys: keys, values: values)
        attend(index, rows, work)
        rowPass(
            step, at: sites.mixed,
            Prepare(
                pass: self, input: buffers.mixed, count: count, matrix: layer.attentionOutput))
        product(
            layer.attentionOutput, count, buffers.contribution,
            bias: layer.biases.attentionOutput)
        adapt(step, index, .attentionOutput, buffers.mixed, buffers.contribution)
    }

    /// x += attention's contribution, then x += W_down · (act(W_gate n) ⊙ W_up n), n = norm(x).
    ///
    /// Without a gate it is W_down · act(W_gate n). Where attention and MLP stand side by side, n
    /// is of the x that attention has read.
    private func mlp(_ layer: Model.Layer, _ index: Int, _ step: StepRows) {
        let (count, sites) = (step.count, sites.layers[index])
        let (read, add) = (
            read(for: layer.gateUp, layer.mlpNorm, rowCount: count), AddContribution(pass: self)
        )
        if model.configuration.block.residual == .sequential {
            rowPass(step, at: sites.attentionOutput, add, thenAt: sites.middle, read)
        } else {
            rowPass(step, at: sites.attentionOutput, Chain(read, add))
        }
        product(layer.gateUp, count, buffers.gateUp, bias: layer.biases.gateUp)
        adapt(step, index, .gateUp, buffers.normed, buffers.gateUp)
        rowPass(
            step, at: sites.neuronInputs, Activate(pass: self), thenAt: sites.neurons,
            Prepare(pass: self, input: buffers.act, count: count, matrix: layer.down))
        product(layer.down, count, buffers.contribution, bias: layer.biases.down)
        adapt(step, index, .down, buffers.act, buffers.contribution)
        addValueNoise(index, step)
        rowPass(step, at: sites.mlpOutput, add, thenAt: sites.output, NoOperation())
    }

    /// The norm of the residual stream, as a matrix reads it.
    private func read(
        for matrix: PackedMatrix, _ norm: Model.Norm, rowCount: Int
    ) -> Chain<Normalize, Prepare> {
        Chain(
            Normalize(pass: self, input: buffers.residual, norm: norm),
            Prepare(pass: self, input: buffers.normed, count: rowCount, matrix: matrix))
    }
}
