import Kernels
import ModelFile
import Synchronization

extension ForwardPass {
    /// Norm of some rows into `buffers.normed`.
    func normalize(_ input: RowBuffer, _ rows: Range<Int>, _ norm: Model.Norm) {
        let epsilon = model.configuration.normEpsilon
        if let bias = norm.bias {
            kernels.layerNorm(
                input, rows: rows, weight: norm.gain, bias: bias, epsilon: epsilon,
                into: buffers.normed)
        } else {
            kernels.rmsNorm(
                input, rows: rows, weight: norm.gain, epsilon: epsilon, into: buffers.normed)
        }
    }

    /// Neuron coefficients of some rows from what the MLP's input projection gave.
    func activate(_ rows: Range<Int>) {
        let width = model.configuration.neuronCount
        let block = model.configuration.block
        if block.isGated {
            kernels.swiglu(buffers.gateUp, rows: rows, width: width, into: buffers.act)
        } else {
            kernels.gelu(
                buffers.gateUp, rows: rows, width: width, byTanh: block.activation == .geluTanh,
                into: buffers.act)
        }
    }

    /// Puts some of `count` rows into the form that the product with a matrix reads.
    func prepare(
        _ input: RowBuffer, _ rows: Range<Int>, of count: Int, for matrix: PackedMatrix
    ) {
        kernels.prepare(
            input, columns: 0..<matrix.layout.inputs, rows: rows, of: count,
            into: preparedRows(for: matrix))
    }

    /// Panels that one task multiplies at most.
    ///
    /// As many as a product walks together; few enough that threads end a product together.
    private static let panelsPerTask = 16

    /// output = prepared rows · matrixᵀ + bias; threads share the output panels, never the sum.
    func product(
        _ matrix: PackedMatrix, _ count: Int, _ output: RowBuffer, bias: [Float]? = nil
    ) {
        let prepared = preparedRows(for: matrix)
        let panels = matrix.layout.panelCount
        let perTask = min(Self.panelsPerTask, max(1, panels / (pool.threadCount * 4)))
        pool.run(taskCount: (panels + perTask - 1) / perTask) { task, _ in
            let range = (task * perTask)..<min(panels, (task + 1) * perTask)
            kernels.product(
                matrix, prepared, rowCount: count, panels: range, into: output, at: 0)
            guard let bias else { return }
            let first = range.lowerBound * MatrixLayout.panelRows
            let end = min(bias.count, range.upperBound * MatrixLayout.panelRows)
            kernels.addBias(bias, columns: first..<end, rows: 0..<count, into: output)
        }
    }

    private func preparedRows(for matrix: PackedMatrix) -> PreparedRows {
        guard let prepared = buffers.prepared[matrix.layout.inputs] else {
            preconditionFailure("no buffer for products over \(matrix.layout.inputs) inputs")
        }
        return prepared
    }

    /// Splits rows among threads.
    ///
    /// A chunk is small enough to stay in a core's cache from one operation on it to the next, and
    /// where there are many rows it is a whole number of the tiles that products read.
    func forEachRowChunk(_ count: Int, _ body: @Sendable (Range<Int>) -> Void) {
        let share = (count + pool.threadCount - 1) / pool.threadCount
        let chunk = max(1, min(share, EngineLimits.rowsPerChunk))
        pool.run(taskCount: (count + chunk - 1) / chunk) { task, _ in
            body((task * chunk)..<min(count, (task + 1) * chunk))
        }
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
                step, at: [], { normalize(buffers.headInput, $0, model.finalNorm) },
                thenAt: sites.finalNorm,
                { prepare(buffers.normed, $0, of: count, for: model.head) })
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
        let readings = lists.readings
        pool.run(taskCount: readings.count) { task, worker in
            buffers.logitSlots.put(
                LogitRow(
                    buffers.logits, row: task, reading: readings[task], kernels: kernels,
                    scratch: buffers.tokenWeights[worker]), at: task)
        }
    }
}
