internal import KernelTypes

extension KernelSet {
    /// Puts some columns of some rows into the form that a product reads, at the same row numbers.
    ///
    /// - Parameters:
    ///   - rows: Rows to prepare now, out of 0..<rowCount; threads may share them out.
    ///   - rowCount: Rows that will be multiplied together: it decides where each one lies.
    public func prepare(
        _ input: RowBuffer, columns: Range<Int>, rows: Range<Int>, of rowCount: Int,
        into prepared: PreparedRows
    ) {
        precondition(columns.count == prepared.inputs, "columns differ from prepared inputs")
        precondition(
            rows.lowerBound >= 0 && rows.upperBound <= rowCount,
            "rows lie outside those to be prepared")
        guard !rows.isEmpty else { return }
        _ = input.pointer(rows.upperBound - 1, columns)
        let values = input.pointer(0, columns)
        if prepared.form == .int8 {
            table.quantize(
                QuantizeRows(
                    values: values, stride: input.stride, count: columns.count,
                    tiles: prepared.activationTiles(rowCount: rowCount), rows: rows))
        } else {
            table.tile(
                TileRows(
                    values: values, stride: input.stride,
                    tiles: prepared.floatTiles(rowCount: rowCount), rows: rows))
        }
    }

    /// Multiplies rows by some panels: output[r][column + o] for each output o of those panels.
    ///
    /// - Parameters:
    ///   - matrix: Weights of (outputs, inputs).
    ///   - input: Rows prepared by this set, int8 if and only if the weights are.
    ///   - rowCount: How many rows were prepared together; they go to the first rows of `output`.
    ///   - panels: Panels of 16 outputs; the last one of the matrix may be short.
    ///   - output: Where sums go; nothing past the matrix's outputs is written.
    ///   - column: Where output 0 of the matrix goes.
    public func product(
        _ matrix: PackedMatrix, _ input: PreparedRows, rowCount: Int, panels: Range<Int>,
        into output: RowBuffer, at column: Int
    ) {
        let layout = matrix.layout
        precondition(layout.inputs == input.inputs, "matrix and rows differ in inputs")
        precondition(
            (layout.form == .int8) == (input.form == .int8), "rows are prepared for another form")
        precondition(
            panels.lowerBound >= 0 && panels.upperBound <= layout.panelCount,
            "panels lie outside the matrix")
        precondition(rowCount <= output.rowCapacity, "rows lie outside the output")
        guard !panels.isEmpty, rowCount > 0 else { return }
        let first = panels.lowerBound * PanelShape.rows
        let end = min(layout.outputs, panels.upperBound * PanelShape.rows)
        let target = ProductOutput(
            values: output.pointer(0, column + first..<column + end), stride: output.stride,
            rowCount: rowCount, outputCount: end - first)
        let weights = matrix.panel(panels.lowerBound)
        if layout.form == .int8 {
            table.quantizedProduct(
                QuantizedProduct(
                    panels: weights, panelStride: layout.panelByteCount,
                    rows: input.activationTiles(rowCount: rowCount), output: target))
        } else {
            let product = FloatProduct(
                panels: weights, panelStride: layout.panelByteCount,
                rows: input.floatTiles(rowCount: rowCount), output: target)
            if layout.form == .f16 {
                table.halfProduct(product)
            } else {
                table.singleProduct(product)
            }
        }
    }

    /// Multiplies some columns of some rows, as they are, by some panels of an f32 matrix: to
    /// output[r][column + o] for each output o of those panels, in the place of what is there or
    /// added to it.
    ///
    /// - Parameters:
    ///   - matrix: Weights of (outputs, inputs), f32.
    ///   - columns: As many as the matrix has inputs.
    ///   - rows: Row numbers of both buffers, which must be two.
    ///   - panels: Panels of 16 outputs; the last one of the matrix may be short.
    ///   - adding: Whether the sums begin with what is there.
    ///   - column: Where output 0 of the matrix goes.
    public func product(
        _ matrix: PackedMatrix, _ input: RowBuffer, columns: Range<Int>, rows: Range<Int>,
        panels: Range<Int>, adding: Bool, into output: RowBuffer, at column: Int
    ) {
        let layout = matrix.layout
        precondition(layout.form == .f32, "rows as they are meet weights of single precision")
        precondition(layout.inputs == columns.count, "matrix and columns differ in inputs")
        precondition(input !== output, "a product needs two buffers")
        precondition(
            panels.lowerBound >= 0 && panels.upperBound <= layout.panelCount,
            "panels lie outside the matrix")
        guard !panels.isEmpty, !rows.isEmpty else { return }
        let first = panels.lowerBound * PanelShape.rows
        let end = min(layout.outputs, panels.upperBound * PanelShape.rows)
        let targets = column + first..<column + end
        _ = input.pointer(rows.upperBound - 1, columns)
        _ = output.pointer(rows.upperBound - 1, targets)
        table.rowProduct(
            RowProduct(
                panels: matrix.panel(panels.lowerBound), panelStride: layout.panelByteCount,
                values: input.pointer(rows.lowerBound, columns), valueStride: input.stride,
                inputCount: layout.inputs, adds: adding,
                output: ProductOutput(
                    values: output.pointer(rows.lowerBound, targets), stride: output.stride,
                    rowCount: rows.count, outputCount: end - first)))
    }
}
