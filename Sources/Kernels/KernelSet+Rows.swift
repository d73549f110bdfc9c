internal import KernelTypes

extension KernelSet {
    /// Root-mean-square normalisation of whole rows (Zhang, Sennrich 2019):
    /// into[r][i] = input[r][i] / sqrt(mean(input[r]^2) + epsilon) * weight[i].
    public func rmsNorm(
        _ input: RowBuffer, rows: Range<Int>, weight: [Float], epsilon: Float, into: RowBuffer
    ) {
        let columns = 0..<weight.count
        weight.withUnsafeBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            for row in rows {
                table.normalize(
                    input.pointer(row, columns), weights, columns.count, epsilon,
                    into.pointer(row, columns))
            }
        }
    }

    /// Root-mean-square normalisation of each of consecutive heads of a row, in place.
    ///
    /// - Parameter weight: The gain, as wide as a head.
    public func rmsNormHeads(
        _ buffer: RowBuffer, row: Int, columns: Range<Int>, weight: [Float], epsilon: Float
    ) {
        precondition(
            !weight.isEmpty && columns.count % weight.count == 0, "columns are not whole heads")
        weight.withUnsafeBufferPointer { weights in
            guard let weights = weights.baseAddress else { return }
            for start in stride(from: columns.lowerBound, to: columns.upperBound, by: weight.count)
            {
                let head = buffer.pointer(row, start..<start + weight.count)
                table.normalize(head, weights, weight.count, epsilon, head)
            }
        }
    }

    /// Normalisation of whole rows by mean and variance (Ba, Kiros, Hinton 2016):
    /// into[r][i] = (input[r][i] - mean) / sqrt(variance + epsilon) * weight[i] + bias[i].
    public func layerNorm(
        _ input: RowBuffer, rows: Range<Int>, weight: [Float], bias: [Float], epsilon: Float,
        into: RowBuffer
    ) {
        precondition(weight.count == bias.count, "gain and bias differ in width")
        let columns = 0..<weight.count
        weight.withUnsafeBufferPointer { weights in
            bias.withUnsafeBufferPointer { biases in
                guard let weights = weights.baseAddress, let biases = biases.baseAddress else {
                    return
                }
                for row in rows {
                    table.centre(
                        CentredRow(
                            values: input.pointer(row, columns), weight: weights, bias: biases,
                            count: columns.count, epsilon: epsilon,
                            target: into.pointer(row, columns)))
                }
            }
        }
    }

    /// Rotates consecutive heads of a row in place by the angles of a position.
    public func rotate(
        _ buffer: RowBuffer, row: Int, columns: Range<Int>, headDimension: Int,
        table rotary: RotaryTable, position: Int
    ) {
        precondition(
            headDimension > 0 && columns.count % headDimension == 0,
            "columns are not whole heads")
        precondition(2 * rotary.pairCount <= headDimension, "a head has fewer pairs than the table")
        precondition(
            position >= 0 && position < rotary.positions, "position lies outside the table")
        let angles = position * rotary.pairCount
        rotary.cosines.withUnsafeBufferPointer { cosines in
            rotary.sines.withUnsafeBufferPointer { sines in
                guard let cosines = cosines.baseAddress, let sines = sines.baseAddress else {
                    return
                }
                table.rotate(
                    RotateRow(
                        values: buffer.pointer(row, columns),
                        headCount: columns.count / headDimension, headDimension: headDimension,
                        cosines: cosines + angles, sines: sines + angles,
                        pairCount: rotary.pairCount, interleaved: rotary.layout == .interleaved))
            }
        }
    }

    /// The gated activation: into[r][i] = silu(gateUp[r][i]) * gateUp[r][width + i].
    public func swiglu(_ gateUp: RowBuffer, rows: Range<Int>, width: Int, into: RowBuffer) {
        for row in rows {
            table.gate(
                gateUp.pointer(row, 0..<width), gateUp.pointer(row, width..<2 * width), width,
                into.pointer(row, 0..<width))
        }
    }

    /// The activation without a gate: into[r][i] = gelu(input[r][i]).
    ///
    /// - Parameter byTanh: Whether the normal distribution is computed by its formula with tanh.
    public func gelu(
        _ input: RowBuffer, rows: Range<Int>, width: Int, byTanh: Bool, into: RowBuffer
    ) {
        for row in rows {
            table.gelu(
                input.pointer(row, 0..<width), width, byTanh, into.pointer(row, 0..<width))
        }
    }

    /// into[r][c] += bias[c] for some columns c.
    public func addBias(
        _ bias: [Float], columns: Range<Int>, rows: Range<Int>, into: RowBuffer
    ) {
        precondition(
            columns.lowerBound >= 0 && columns.upperBound <= bias.count,
            "columns lie outside the bias")
        bias.withUnsafeBufferPointer { bias in
            guard let bias = bias.baseAddress else { return }
            for row in rows {
                table.add(
                    bias + columns.lowerBound, columns.count, into.pointer(row, columns))
            }
        }
    }

    /// into[r] += delta[r], over the whole width of `delta`.
    public func add(_ delta: RowBuffer, rows: Range<Int>, into: RowBuffer) {
        let columns = 0..<delta.width
        for row in rows {
            table.add(delta.pointer(row, columns), columns.count, into.pointer(row, columns))
        }
    }

    /// into[i] = exp((row[i] - peak) / temperature), over the whole width of the row.
    ///
    /// Relative error below 3e-7 · (1 + |exponent|).
    public func weigh(
        _ buffer: RowBuffer, row: Int, peak: Float, temperature: Float, into: RowBuffer,
        target: Int
    ) {
        let columns = 0..<buffer.width
        table.weigh(
            buffer.pointer(row, columns), columns.count, peak,
            min(1 / temperature, .greatestFiniteMagnitude),
            into.pointer(target, columns))
    }

    /// The sum of some columns of a row.
    public func sum(_ buffer: RowBuffer, row: Int, columns: Range<Int>) -> Double {
        table.sum(buffer.pointer(row, columns), columns.count)
    }

    /// log(sum(exp(row))), stable; NaN if the row holds one.
    public func logSumExp(_ buffer: RowBuffer, row: Int) -> Double {
        table.logSumExp(buffer.pointer(row, 0..<buffer.width), buffer.width)
    }

    /// The first column with the row's largest value.
    ///
    /// NaN does not count; a row of nothing but NaN answers 0.
    public func largestColumn(_ buffer: RowBuffer, row: Int) -> Int {
        table.largestIndex(buffer.pointer(row, 0..<buffer.width), buffer.width)
    }
}
