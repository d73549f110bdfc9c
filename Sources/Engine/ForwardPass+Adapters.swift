import Kernels

/// Rows side by side that run with one adapter, as many as one task takes at most.
struct AdaptedRows {
    let adapter: Adapter
    let rows: Range<Int>

    /// The rows of a step that run with an adapter.
    static func all(in rows: [StepRow]) -> [AdaptedRows] {
        var tiles: [AdaptedRows] = []
        for (index, row) in rows.enumerated() {
            guard let adapter = row.sequence.job.adapter else { continue }
            if let last = tiles.last, last.adapter === adapter, last.rows.upperBound == index,
                last.rows.count < EngineLimits.rowsPerChunk
            {
                tiles[tiles.count - 1] = AdaptedRows(
                    adapter: adapter, rows: last.rows.lowerBound..<(index + 1))
            } else {
                tiles.append(AdaptedRows(adapter: adapter, rows: index..<(index + 1)))
            }
        }
        return tiles
    }
}

extension ForwardPass {
    /// output += B (A input) for the rows whose adapter changes a matrix, right after its product.
    ///
    /// Threads share tiles of rows and panels of outputs, never a sum: a row's bits depend on its
    /// own adapter and input alone.
    func adapt(
        _ step: StepRows, _ layer: Int, _ matrix: AdaptedMatrix, _ input: RowBuffer,
        _ output: RowBuffer
    ) {
        let tiles = step.adapted
        guard tiles.contains(where: { $0.adapter.change(layer, matrix) != nil }) else { return }
        // So many shares of each tile that every thread has some, with few tiles as well.
        let shares = min(
            EngineLimits.adapterShares, (2 * pool.threadCount + tiles.count - 1) / tiles.count)
        pool.run(taskCount: tiles.count * shares) { task, _ in
            let tile = tiles[task / shares]
            guard let change = tile.adapter.change(layer, matrix) else { return }
            kernels.product(
                change.down, input, columns: 0..<change.down.layout.inputs, rows: tile.rows,
                panels: change.down.panels(ofShare: task % shares, of: shares), adding: false,
                into: buffers.lowRank, at: 0)
        }
        pool.run(taskCount: tiles.count * shares) { task, _ in
            let tile = tiles[task / shares]
            guard let change = tile.adapter.change(layer, matrix) else { return }
            for part in change.parts {
                kernels.product(
                    part.up, buffers.lowRank, columns: part.ranks, rows: tile.rows,
                    panels: part.up.panels(ofShare: task % shares, of: shares), adding: true,
                    into: output, at: part.column)
            }
        }
    }
}

extension PackedMatrix {
    /// One of so many parts of its panels, possibly none.
    fileprivate func panels(ofShare share: Int, of count: Int) -> Range<Int> {
        let panels = layout.panelCount
        return (share * panels / count)..<((share + 1) * panels / count)
    }
}
