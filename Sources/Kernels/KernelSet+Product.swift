internal import KernelTypes

extension KernelSet {
    /// Puts some columns of some rows into the form that a product reads, at the same row numbers.
    public func prepare(
        _ input: RowBuffer, columns: Range<Int>, rows: Range<Int>, into prepared: PreparedRows
    ) {
        precondition(columns.count == prepared.inputs, "columns differ from prepared inputs")
        precondition(
            rows.lowerBound >= 0 && rows.upperBound <= prepared.rowCapacity,
            "rows lie outside the prepared rows")
        for row in rows {
            let values = input.pointer(row, columns)
            let blocks = prepared.blocks + row * prepared.rowBytes
            if prepared.form == .int8 {
                let groups = row * prepared.groupCount
                table.quantize(
                    QuantizeRow(
                        values: values, count: columns.count, blocks: blocks,
                        scales: prepared.scales + groups, offsets: prepared.offsets + groups))
            } else {
                blocks.copyMemory(from: values, byteCount: columns.count * 4)
            }
        }
    }

    /// Multiplies rows by some panels: output[r][column + o] for each output o of those panels.
    ///
    /// - Parameters:
    ///   - matrix: Weights of (outputs, inputs).
    ///   - input: Rows prepared by this set, int8 if and only if the weights are.
    ///   - rows: Row numbers, the same in `input` and `output`.
    ///   - panels: Panels of 16 outputs; the last one of the matrix may be short.
    ///   - output: Where sums go; nothing past the matrix's outputs is written.
    ///   - column: Where output 0 of the matrix goes.
    public func product(
        _ matrix: PackedMatrix, _ input: PreparedRows, rows: Range<Int>, panels: Range<Int>,
        into output: RowBuffer, at column: Int
    ) {
        let layout = matrix.layout
        precondition(layout.inputs == input.inputs, "matrix and rows differ in inputs")
        precondition(
            (layout.form == .int8) == (input.form == .int8), "rows are prepared for another form")
        precondition(
            panels.lowerBound >= 0 && panels.upperBound <= layout.panelCount,
            "panels lie outside the matrix")
        precondition(
            rows.lowerBound >= 0 && rows.upperBound <= input.rowCapacity
                && rows.upperBound <= output.rowCapacity, "rows lie outside the buffers")
        guard !panels.isEmpty, !rows.isEmpty else { return }
        let first = panels.lowerBound * PanelShape.rows
        let end = min(layout.outputs, panels.upperBound * PanelShape.rows)
        let target = ProductOutput(
            values: output.pointer(rows.lowerBound, column + first..<column + end),
            stride: output.stride, rowCount: rows.count, outputCount: end - first)
        let weights = matrix.panel(panels.lowerBound)
        if layout.form == .int8 {
            multiplyQuantized(layout, weights, input, rows.lowerBound, target)
        } else {
            multiplyFloats(layout, weights, input, rows.lowerBound, target)
        }
    }

    private func multiplyQuantized(
        _ layout: MatrixLayout, _ panels: UnsafeRawPointer, _ input: PreparedRows, _ row: Int,
        _ output: ProductOutput
    ) {
        let groups = row * input.groupCount
        table.quantizedProduct(
            QuantizedProduct(
                panels: panels, panelStride: layout.panelByteCount, groupCount: layout.groupCount,
                blocks: UnsafeRawPointer(input.blocks + row * input.rowBytes),
                blockStride: input.rowBytes, scales: input.scales + groups,
                offsets: input.offsets + groups, groupStride: input.groupCount, output: output))
    }

    private func multiplyFloats(
        _ layout: MatrixLayout, _ panels: UnsafeRawPointer, _ input: PreparedRows, _ row: Int,
        _ output: ProductOutput
    ) {
        let rows = (input.blocks + row * input.rowBytes).assumingMemoryBound(to: Float.self)
        let product = FloatProduct(
            panels: panels, panelStride: layout.panelByteCount, inputCount: layout.inputs,
            rows: rows, rowStride: input.rowBytes / 4, output: output)
        if layout.form == .f16 {
            table.halfProduct(product)
        } else {
            table.singleProduct(product)
        }
    }
}
