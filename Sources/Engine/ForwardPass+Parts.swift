import Hooks
import Kernels
import ModelFile
import Synchronization

extension ForwardPass {
    /// Lets each row's hooks see and change a site.
    func visit(
        _ kind: SiteKind, _ layer: Int, _ rows: [StepRow], _ buffer: RowBuffer,
        columns: Range<Int>? = nil
    ) {
        let columns = columns ?? 0..<buffer.width
        for (index, row) in rows.enumerated() where row.sequence.hooks.plan.touches(kind, layer) {
            row.sequence.hooks.visit(
                Site(kind, layer: layer), in: buffer, row: index, columns: columns,
                position: row.position, token: row.token)
        }
    }

    /// RMS norm of every row into `buffers.normed`.
    func normalize(_ input: RowBuffer, _ count: Int, _ gain: [Float]) {
        let epsilon = model.configuration.normEpsilon
        forEachRowChunk(count) { chunk in
            kernels.rmsNorm(
                input, rows: chunk, weight: gain, epsilon: epsilon, into: buffers.normed)
        }
    }

    /// output = input · matrixᵀ; threads share the output panels, never the sum.
    func product(
        _ matrix: PackedMatrix, _ input: RowBuffer, _ count: Int, _ output: RowBuffer
    ) {
        guard let prepared = buffers.prepared[matrix.layout.inputs] else {
            preconditionFailure("no buffer for products over \(matrix.layout.inputs) inputs")
        }
        forEachRowChunk(count) { chunk in
            kernels.prepare(
                input, columns: 0..<matrix.layout.inputs, rows: chunk, of: count,
                into: prepared)
        }
        let panels = matrix.layout.panelCount
        let perTask = max(1, panels / (pool.threadCount * 4))
        pool.run(taskCount: (panels + perTask - 1) / perTask) { task, _ in
            let range = (task * perTask)..<min(panels, (task + 1) * perTask)
            kernels.product(
                matrix, prepared, rowCount: count, panels: range, into: output, at: 0)
        }
    }

    /// Splits rows among threads.
    func forEachRowChunk(_ count: Int, _ body: @Sendable (Range<Int>) -> Void) {
        let chunk = max(1, (count + pool.threadCount - 1) / pool.threadCount)
        if chunk == count {
            body(0..<count)
        } else {
            pool.run(taskCount: (count + chunk - 1) / chunk) { task, _ in
                body((task * chunk)..<min(count, (task + 1) * chunk))
            }
        }
    }

    /// Final norm and output head for the rows that need them, a few at a time.
    func head(_ rows: [StepRow], deliver: (StepRow, LogitRow) -> Void) {
        let needed = rows.indices.filter { rows[$0].needsLogits }
        for start in stride(from: 0, to: needed.count, by: EngineLimits.logitRows) {
            let indices = needed[start..<min(needed.count, start + EngineLimits.logitRows)]
            let group = indices.map { rows[$0] }
            for (place, index) in indices.enumerated() {
                buffers.headInput.copyRow(from: buffers.residual, row: index, to: place)
            }
            normalize(buffers.headInput, group.count, model.finalNorm)
            visit(.finalNorm, 0, group, buffers.normed)
            product(model.head, buffers.normed, group.count, buffers.logits)
            visit(.logits, 0, group, buffers.logits)
            for (row, logits) in zip(group, logitRows(group.count)) { deliver(row, logits) }
        }
    }

    /// The first rows of logits with their sums, shared out among the threads.
    private func logitRows(_ count: Int) -> [LogitRow] {
        let rows = Mutex([LogitRow?](repeating: nil, count: count))
        pool.run(taskCount: count) { task, _ in
            let row = LogitRow(buffers.logits, row: task, kernels: kernels)
            rows.withLock { $0[task] = row }
        }
        return rows.withLock { $0.compactMap { $0 } }
    }
}
