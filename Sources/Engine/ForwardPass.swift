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
    private let rotary: RotaryTable?
    let buffers: StepBuffers
    /// What hooks of all sequences compute with.
    let hookTools: HookTools
    let sites: ModelSites
    private let attentionScale: Float

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
        rowPass(step, at: sites.input) { chunk in
            normalize(buffers.residual, chunk, layer.attentionNorm)
            prepare(buffers.normed, chunk, of: count, for: layer.queryKeyValue)
        }
        product(
            layer.queryKeyValue, count, buffers.queryKeyValue, bias: layer.biases.queryKeyValue)
        adapt(step, index, .queryKeyValue, buffers.normed, buffers.queryKeyValue)
        visit(sites.projections, step)
        rotateAndStore(layer, index, work, keys: keys, values: values)
        attend(index, rows, work)
        rowPass(step, at: sites.mixed) { chunk in
            prepare(buffers.mixed, chunk, of: count, for: layer.attentionOutput)
        }
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
        if model.configuration.block.residual == .sequential {
            rowPass(
                step, at: sites.attentionOutput, { addContribution($0) },
                thenAt: sites.middle, { readForMLP(layer, $0, of: count) })
        } else {
            rowPass(step, at: sites.attentionOutput) { chunk in
                readForMLP(layer, chunk, of: count)
                addContribution(chunk)
            }
        }
        product(layer.gateUp, count, buffers.gateUp, bias: layer.biases.gateUp)
        adapt(step, index, .gateUp, buffers.normed, buffers.gateUp)
        rowPass(
            step, at: sites.neuronInputs, { activate($0) },
            thenAt: sites.neurons, { prepare(buffers.act, $0, of: count, for: layer.down) })
        product(layer.down, count, buffers.contribution, bias: layer.biases.down)
        adapt(step, index, .down, buffers.act, buffers.contribution)
        addValueNoise(index, step)
        rowPass(
            step, at: sites.mlpOutput, { addContribution($0) }, thenAt: sites.output, { _ in })
    }

    private func readForMLP(_ layer: Model.Layer, _ rows: Range<Int>, of count: Int) {
        normalize(buffers.residual, rows, layer.mlpNorm)
        prepare(buffers.normed, rows, of: count, for: layer.gateUp)
    }

    private func addContribution(_ rows: Range<Int>) {
        kernels.add(buffers.contribution, rows: rows, into: buffers.residual)
    }

    // MARK: - Attention

    private func rotateAndStore(
        _ layer: Model.Layer, _ index: Int, _ work: AttentionWork, keys: Range<Int>,
        values: Range<Int>
    ) {
        pool.run(taskCount: work.store.count) { task, _ in
            let run = work.runs[work.store[task].run]
            for row in work.store[task].rows {
                let position = run.position(ofRow: row)
                turn(layer, row, queries: 0..<keys.lowerBound, keys: keys, position)
                kernels.storeKeyValue(
                    keyValues, layer: index,
                    block: Int(run.blocks[position / KeyValueStore.blockPositions]),
                    slot: position % KeyValueStore.blockPositions,
                    from: buffers.queryKeyValue, row: row, keyColumn: keys.lowerBound,
                    valueColumn: values.lowerBound)
            }
        }
    }

    /// Normalizes and rotates the queries and keys of a row, as far as the family does.
    private func turn(
        _ layer: Model.Layer, _ row: Int, queries: Range<Int>, keys: Range<Int>, _ position: Int
    ) {
        turn(row, queries, gain: layer.headNorms?.query, position)
        turn(row, keys, gain: layer.headNorms?.key, position)
    }

    private func turn(_ row: Int, _ columns: Range<Int>, gain: [Float]?, _ position: Int) {
        if let gain {
            kernels.rmsNormHeads(
                buffers.queryKeyValue, row: row, columns: columns, weight: gain,
                epsilon: model.configuration.normEpsilon)
        }
        guard let rotary else { return }
        kernels.rotate(
            buffers.queryKeyValue, row: row, columns: columns,
            headDimension: model.configuration.headDimension, table: rotary,
            position: position)
    }

    /// Every row attends to positions 0…its own, or to the last of them, whose keys and values are
    /// all stored by now.
    ///
    /// Rows with a hook on the pattern go one at a time, so that all heads are seen together.
    private func attend(_ layer: Int, _ rows: [StepRow], _ work: AttentionWork) {
        let hooked = work.runs.indices.filter { run in
            let first = rows[work.runs[run].rows.lowerBound]
            return first.sequence.hooks.plan.touches(.attnPattern, layer)
        }
        let chunks =
            hooked.isEmpty ? work.attend : work.attend.filter { !hooked.contains($0.run) }
        let window = model.configuration.window(ofLayer: layer)
        pool.run(taskCount: chunks.count) { task, worker in
            // The last chunks see the most positions: they go first, so that none is left alone.
            let chunk = chunks[chunks.count - 1 - task]
            let run = work.runs[chunk.run]
            kernels.attend(
                keyValues, layer: layer, keyHead: chunk.head, blocks: run.blocks,
                rows: chunk.rows, position: run.position(ofRow: chunk.rows.lowerBound),
                window: window, heads: headGroup(of: chunk.head), query: buffers.queryKeyValue,
                scale: attentionScale, scratch: buffers.attention[worker], into: buffers.mixed)
        }
        for run in hooked.map({ work.runs[$0] }) {
            for index in run.rows { attendHooked(layer, rows[index], index, run) }
        }
    }

    private func attendHooked(_ layer: Int, _ row: StepRow, _ index: Int, _ run: RowRun) {
        let shape = model.configuration
        let pattern = buffers.pattern
        let count = row.position + 1
        pool.run(taskCount: shape.headCount) { head, _ in
            kernels.attentionPattern(
                keyValues, layer: layer, keyHead: keyHead(of: head), blocks: run.blocks,
                positions: count, window: model.configuration.window(ofLayer: layer),
                query: buffers.queryKeyValue, row: index, column: head * shape.headDimension,
                scale: attentionScale, into: pattern,
                patternRow: head)
        }
        row.sequence.hooks.visitPattern(
            Site(.attnPattern, layer: layer), in: pattern, positions: count,
            position: row.position, token: row.token)
        pool.run(taskCount: shape.headCount) { head, _ in
            kernels.attentionMix(
                keyValues, layer: layer, keyHead: keyHead(of: head), blocks: run.blocks,
                positions: count, pattern: pattern, patternRow: head, into: buffers.mixed,
                row: index, column: head * shape.headDimension)
        }
    }

    /// The key-value head that a query head reads.
    private func keyHead(of head: Int) -> Int {
        head * model.configuration.keyValueHeadCount / model.configuration.headCount
    }

    /// Query heads that read key-value head `keyHead`.
    private func headGroup(of keyHead: Int) -> Range<Int> {
        let group = model.configuration.headCount / model.configuration.keyValueHeadCount
        return (keyHead * group)..<((keyHead + 1) * group)
    }
}
