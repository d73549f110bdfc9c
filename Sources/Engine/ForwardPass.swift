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

/// Where a row's keys and values are.
struct RowPlace: Sendable {
    let position: Int
    let blocks: [Int32]
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
    private let rotary: RotaryTable
    let buffers: StepBuffers
    private let attentionScale: Float

    init(model: Model, kernels: KernelSet, pool: ComputePool, keyValues: KeyValueStore) {
        self.model = model
        self.kernels = kernels
        self.pool = pool
        self.keyValues = keyValues
        rotary = model.makeRotaryTable()
        buffers = StepBuffers(model.configuration, form: model.form, workers: pool.threadCount)
        attentionScale = 1 / Float(model.configuration.headDimension).squareRoot()
    }

    /// Runs the rows through every layer.
    ///
    /// - Parameter deliver: given the logits of each row that needs them, in row order.
    /// - Returns: false if every sequence was cancelled meanwhile and the pass was given up.
    func run(_ rows: [StepRow], deliver: (StepRow, [Float]) -> Void) -> Bool {
        embed(rows)
        for (index, layer) in model.layers.enumerated() {
            if rows.allSatisfy(\.sequence.isCancelled) { return false }
            visit(.residPre, index, rows, buffers.residual)
            attention(layer, index, rows)
            visit(.residMid, index, rows, buffers.residual)
            mlp(layer, index, rows)
            visit(.residPost, index, rows, buffers.residual)
        }
        head(rows, deliver: deliver)
        return true
    }

    private func embed(_ rows: [StepRow]) {
        var values: [Float] = []
        for (index, row) in rows.enumerated() {
            model.embedding.unpackRow(Int(row.token), into: &values)
            buffers.residual.setRow(index, from: values, at: 0)
        }
        visit(.embed, 0, rows, buffers.residual)
    }

    /// x += W_O · attention(rotate(W_Q n), rotate(W_K n), W_V n), n = norm(x).
    private func attention(_ layer: Model.Layer, _ index: Int, _ rows: [StepRow]) {
        let shape = model.configuration
        let queryWidth = shape.headCount * shape.headDimension
        let keyWidth = shape.keyValueHeadCount * shape.headDimension
        normalize(buffers.residual, rows.count, layer.attentionNorm)
        product(layer.queryKeyValue, buffers.normed, rows.count, buffers.queryKeyValue)
        let keys = queryWidth..<(queryWidth + keyWidth)
        let values = keys.upperBound..<(keys.upperBound + keyWidth)
        visit(.attnQ, index, rows, buffers.queryKeyValue, columns: 0..<queryWidth)
        visit(.attnK, index, rows, buffers.queryKeyValue, columns: keys)
        visit(.attnV, index, rows, buffers.queryKeyValue, columns: values)
        let places = rows.map { RowPlace(position: $0.position, blocks: $0.sequence.blocks) }
        rotateAndStore(index, places, keys: keys, values: values)
        attend(index, rows, places)
        visit(.attnZ, index, rows, buffers.mixed, columns: 0..<queryWidth)
        product(layer.attentionOutput, buffers.mixed, rows.count, buffers.contribution)
        visit(.attnOut, index, rows, buffers.contribution)
        kernels.add(buffers.contribution, rows: 0..<rows.count, into: buffers.residual)
    }

    /// x += W_down · (silu(W_gate n) ⊙ W_up n), n = norm(x).
    private func mlp(_ layer: Model.Layer, _ index: Int, _ rows: [StepRow]) {
        let neurons = model.configuration.neuronCount
        normalize(buffers.residual, rows.count, layer.mlpNorm)
        product(layer.gateUp, buffers.normed, rows.count, buffers.gateUp)
        visit(.mlpGate, index, rows, buffers.gateUp, columns: 0..<neurons)
        visit(.mlpUp, index, rows, buffers.gateUp, columns: neurons..<(2 * neurons))
        forEachRowChunk(rows.count) { chunk in
            kernels.swiglu(buffers.gateUp, rows: chunk, width: neurons, into: buffers.act)
        }
        visit(.mlpAct, index, rows, buffers.act)
        product(layer.down, buffers.act, rows.count, buffers.contribution)
        addValueNoise(index, rows)
        visit(.mlpOut, index, rows, buffers.contribution)
        kernels.add(buffers.contribution, rows: 0..<rows.count, into: buffers.residual)
    }

    private func addValueNoise(_ layer: Int, _ rows: [StepRow]) {
        for (index, row) in rows.enumerated() where row.sequence.hooks.hasValueNoise(layer: layer) {
            row.sequence.hooks.addValueNoise(
                layer: layer, act: buffers.act, out: buffers.contribution, row: index,
                position: row.position, token: row.token)
        }
    }

    // MARK: - Attention

    private func rotateAndStore(
        _ layer: Int, _ rows: [RowPlace], keys: Range<Int>, values: Range<Int>
    ) {
        let dimension = model.configuration.headDimension
        forEachRowChunk(rows.count) { chunk in
            for index in chunk {
                let row = rows[index]
                for columns in [0..<keys.lowerBound, keys] {
                    kernels.rotate(
                        buffers.queryKeyValue, row: index, columns: columns,
                        headDimension: dimension, table: rotary, position: row.position)
                }
                let block = row.position / KeyValueStore.blockPositions
                kernels.storeKeyValue(
                    keyValues, layer: layer, block: Int(row.blocks[block]),
                    slot: row.position % KeyValueStore.blockPositions,
                    from: buffers.queryKeyValue, row: index, keyColumn: keys.lowerBound,
                    valueColumn: values.lowerBound)
            }
        }
    }

    /// Every row attends to positions 0…its own, whose keys and values are all stored by now.
    ///
    /// Rows with a hook on the pattern go one at a time, so that all heads are seen together.
    private func attend(_ layer: Int, _ rows: [StepRow], _ places: [RowPlace]) {
        let keyHeads = model.configuration.keyValueHeadCount
        let plain = rows.indices.filter {
            !rows[$0].sequence.hooks.plan.touches(.attnPattern, layer)
        }
        pool.run(taskCount: plain.count * keyHeads) { task, worker in
            let row = plain[task / keyHeads]
            let pattern = buffers.patterns[worker]
            for head in headGroup(of: task % keyHeads) {
                computePattern(layer, places[row], row, head, pattern)
                mix(layer, places[row], row, head, pattern)
            }
        }
        for (index, row) in rows.enumerated()
        where row.sequence.hooks.plan.touches(.attnPattern, layer) {
            let pattern = buffers.patterns[0]
            let heads = 0..<model.configuration.headCount
            for head in heads { computePattern(layer, places[index], index, head, pattern) }
            row.sequence.hooks.visitPattern(
                Site(.attnPattern, layer: layer), in: pattern, positions: row.position + 1,
                position: row.position, token: row.token)
            for head in heads { mix(layer, places[index], index, head, pattern) }
        }
    }

    /// Query heads that read key-value head `keyHead`.
    private func headGroup(of keyHead: Int) -> Range<Int> {
        let group = model.configuration.headCount / model.configuration.keyValueHeadCount
        return (keyHead * group)..<((keyHead + 1) * group)
    }

    private func computePattern(
        _ layer: Int, _ row: RowPlace, _ index: Int, _ head: Int, _ pattern: RowBuffer
    ) {
        let shape = model.configuration
        kernels.attentionPattern(
            keyValues, layer: layer, keyHead: head * shape.keyValueHeadCount / shape.headCount,
            blocks: row.blocks, positions: row.position + 1,
            query: buffers.queryKeyValue, row: index, column: head * shape.headDimension,
            scale: attentionScale, into: pattern, patternRow: head)
    }

    private func mix(
        _ layer: Int, _ row: RowPlace, _ index: Int, _ head: Int, _ pattern: RowBuffer
    ) {
        let shape = model.configuration
        kernels.attentionMix(
            keyValues, layer: layer, keyHead: head * shape.keyValueHeadCount / shape.headCount,
            blocks: row.blocks, positions: row.position + 1, pattern: pattern,
            patternRow: head, into: buffers.mixed, row: index,
            column: head * shape.headDimension)
    }
}
