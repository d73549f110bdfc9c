import Kernels
import ModelFile
import Synchronization

extension ForwardPass {
    /// Panels that one task multiplies at most.
    ///
    /// As many as a product walks together; few enough that threads end a product together.
    private static let panelsPerTask = 16

    /// output = prepared rows · matrixᵀ + bias; threads share the output panels, never the sum.
    func product(
        _ matrix: PackedMatrix, _ count: Int, _ output: RowBuffer, bias: [Float]? = nil
    ) {
        let panels = matrix.layout.panelCount
        let perTask = min(Self.panelsPerTask, max(1, panels / (pool.threadCount * 4)))
        pool.run(
            taskCount: (panels + perTask - 1) / perTask,
            ProductWork(
                kernels: kernels, matrix: matrix, rows: preparedRows(for: matrix),
                rowCount: count, panelsPerTask: perTask, output: output, bias: bias))
    }

    /// Where rows lie in the form that products with a matrix read.
    func preparedRows(for matrix: PackedMatrix) -> PreparedRows {
        guard let prepared = buffers.prepared[matrix.layout.inputs] else {
            preconditionFailure("no buffer for products over \(matrix.layout.inputs) inputs")
        }
        return prepared
    }

    /// Splits rows among threads.
    ///
    /// A chunk is small enough to stay in a core's cache from one operation on it to the next, and
    /// where there are many rows it is a whole number of the tiles that products read.
    func forEachRowChunk(_ count: Int, _ operation: some RowOperation) {
        let share = (count + pool.threadCount - 1) / pool.threadCount
        let chunk = max(1, min(share, EngineLimits.rowsPerChunk))
        pool.run(
            taskCount: (count + chunk - 1) / chunk,
            RowChunks(operation: operation, count: count, rowsPerTask: chunk))
    }

    /// Final norm and output head for the rows that need them, a few at a time.
    func head(
        _ rows: [StepRow], _ lists: inout StepLists, deliver: (StepRow, LogitRow) -> Void
    ) {
        var next = 0
        while true {
            lists.takeLogitRows(of: rows, from: &next) { row, place in
                buffers.headInput.copyRow(from: buffers.residual, row: row, to: place)
            }
            let group = lists.logitRows
            guard !group.isEmpty else { return }
            let (step, count) = (StepRows(group, kernels: kernels), group.count)
            rowPass(
                step, at: [],
                Normalize(pass: self, input: buffers.headInput, norm: model.finalNorm),
                thenAt: sites.finalNorm,
                Prepare(pass: self, input: buffers.normed, count: count, matrix: model.head))
            product(model.head, count, buffers.logits, bias: model.headBias)
            visit(sites.logits, step)
            readLogits(&lists)
            for (place, row) in group.enumerated() {
                deliver(row, buffers.logitSlots.take(place))
            }
        }
    }

    /// Makes of the rows' logits what their sequences ask for, shared out among the threads.
    private func readLogits(_ lists: inout StepLists) {
        lists.readings.removeAll(keepingCapacity: true)
        for row in lists.logitRows {
            lists.readings.append(row.sequence.logitReading(at: row.position))
        }
        pool.run(
            taskCount: lists.readings.count,
            ReadLogits(buffers: buffers, readings: lists.readings, kernels: kernels))
    }
}

/// Parts of a product: a task is some panels of outputs, for all rows.
private struct ProductWork: PoolWork {
    let kernels: KernelSet
    let matrix: PackedMatrix
    let rows: PreparedRows
    let rowCount: Int
    let panelsPerTask: Int
    let output: RowBuffer
    let bias: [Float]?

    func perform(_ task: Int, worker: Int) {
        let first = task * panelsPerTask
        let panels = first..<min(matrix.layout.panelCount, first + panelsPerTask)
        kernels.product(matrix, rows, rowCount: rowCount, panels: panels, into: output, at: 0)
        guard let bias else { return }
        let width = MatrixLayout.panelRows
        let columns = (first * width)..<min(bias.count, panels.upperBound * width)
        kernels.addBias(bias, columns: columns, rows: 0..<rowCount, into: output)
    }
}

/// Parts of an operation: a task is some rows.
private struct RowChunks<Operation: RowOperation>: PoolWork {
    let operation: Operation
    let count: Int
    let rowsPerTask: Int

    func perform(_ task: Int, worker: Int) {
        let first = task * rowsPerTask
        operation.perform(first..<min(count, first + rowsPerTask))
    }
}

/// What sequences ask of their logits: a task is a row.
private struct ReadLogits: PoolWork {
    let buffers: StepBuffers
    let readings: [LogitRow.Reading]
    let kernels: KernelSet

    func perform(_ task: Int, worker: Int) {
        let row = LogitRow(
            buffers.logits, row: task, reading: readings[task], kernels: kernels,
            scratch: buffers.tokenWeights[worker])
        buffers.logitSlots.put(row, at: task)
    }
}
