import Hooks
import Kernels
import ModelFile

extension ForwardPass {
    /// Rotates queries and keys, and stores keys and values.
    func rotateAndStore(
        _ layer: Model.Layer, _ index: Int, _ work: AttentionWork, keys: Range<Int>,
        values: Range<Int>
    ) {
        pool.run(
            taskCount: work.store.count,
            StoreWork(
                pass: self, layer: layer, index: index, work: work, keys: keys, values: values))
    }

    /// Parts of `rotateAndStore`: a task is a chunk of a run.
    private struct StoreWork: PoolWork {
        let pass: ForwardPass
        let layer: Model.Layer
        let index: Int
        let work: AttentionWork
        let keys: Range<Int>
        let values: Range<Int>

        func perform(_ task: Int, worker: Int) {
            let run = work.runs[work.store[task].run]
            for row in work.store[task].rows {
                let position = run.position(ofRow: row)
                pass.turn(layer, row, queries: 0..<keys.lowerBound, keys: keys, position)
                pass.kernels.storeKeyValue(
                    pass.keyValues, layer: index,
                    block: Int(run.blocks[position / KeyValueStore.blockPositions]),
                    slot: position % KeyValueStore.blockPositions,
                    from: pass.buffers.queryKeyValue, row: row, keyColumn: keys.lowerBound,
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
    func attend(_ layer: Int, _ rows: [StepRow], _ work: AttentionWork) {
        let hooked = work.runs.indices.filter { run in
            let first = rows[work.runs[run].rows.lowerBound]
            return first.sequence.hooks.plan.touches(.attnPattern, layer)
        }
        let chunks =
            hooked.isEmpty ? work.attend : work.attend.filter { !hooked.contains($0.run) }
        pool.run(
            taskCount: chunks.count,
            AttendWork(
                pass: self, layer: layer, runs: work.runs, chunks: chunks,
                window: model.configuration.window(ofLayer: layer)))
        for run in hooked.map({ work.runs[$0] }) {
            for index in run.rows { attendHooked(layer, rows[index], index, run) }
        }
    }

    /// Parts of `attend`: a task is a chunk of a run, for a key head.
    private struct AttendWork: PoolWork {
        let pass: ForwardPass
        let layer: Int
        let runs: [RowRun]
        let chunks: [RunChunk]
        let window: Int?

        func perform(_ task: Int, worker: Int) {
            // The last chunks see the most positions: they go first, so that none is left alone.
            let chunk = chunks[chunks.count - 1 - task]
            let run = runs[chunk.run]
            let buffers = pass.buffers
            pass.kernels.attend(
                pass.keyValues, layer: layer, keyHead: chunk.head, blocks: run.blocks,
                rows: chunk.rows, position: run.position(ofRow: chunk.rows.lowerBound),
                window: window, heads: pass.headGroup(of: chunk.head),
                query: buffers.queryKeyValue, scale: pass.attentionScale,
                scratch: buffers.attention[worker], into: buffers.mixed)
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
