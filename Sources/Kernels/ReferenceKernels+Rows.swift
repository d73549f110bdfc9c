internal import Glibc

extension ReferenceKernels {
    /// Root-mean-square normalisation in double precision.
    public static func rmsNorm(_ row: [Float], weight: [Float], epsilon: Float) -> [Float] {
        let squares = row.reduce(0.0) { $0 + Double($1) * Double($1) }
        let factor = 1 / (squares / Double(row.count) + Double(epsilon)).squareRoot()
        return zip(row, weight).map { Float(Double($0) * factor * Double($1)) }
    }

    /// Normalisation by mean and variance in double precision.
    public static func layerNorm(
        _ row: [Float], weight: [Float], bias: [Float], epsilon: Float
    ) -> [Float] {
        let mean = row.reduce(0.0) { $0 + Double($1) } / Double(row.count)
        let squares = row.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        let factor = 1 / (squares / Double(row.count) + Double(epsilon)).squareRoot()
        return row.indices.map { index in
            let normed = (Double(row[index]) - mean) * factor
            return Float(normed * Double(weight[index]) + Double(bias[index]))
        }
    }

    /// x times the normal distribution up to x, in double precision.
    public static func gelu(_ row: [Float], byTanh: Bool) -> [Float] {
        row.map { value in
            let x = Double(value)
            guard byTanh else { return Float(x * erfc(-x / 2.0.squareRoot()) / 2) }
            let argument = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
            return Float(x * (1 + tanh(argument)) / 2)
        }
    }

    /// silu(gate) * up in double precision.
    public static func swiglu(gate: [Float], up: [Float]) -> [Float] {
        zip(gate, up).map { gate, up in
            Float(Double(gate) / (1 + exp(-Double(gate))) * Double(up))
        }
    }

    /// log(sum(exp(row))) in double precision.
    public static func logSumExp(_ row: [Float]) -> Double {
        let largest = Double(row.max() ?? -.infinity)
        guard largest.isFinite else { return largest }
        return largest + log(row.reduce(0) { $0 + exp(Double($1) - largest) })
    }

    /// One head rotated by the angles position * frequency, in double precision.
    public static func rotate(
        head: [Float], inverseFrequencies: [Double], position: Int, layout: RotaryTable.Layout
    ) -> [Float] {
        var rotated = head
        for (pair, frequency) in inverseFrequencies.enumerated() {
            let first = layout == .interleaved ? 2 * pair : pair
            let second = layout == .interleaved ? first + 1 : pair + inverseFrequencies.count
            let angle = Double(position) * frequency
            let x = Double(head[first])
            let y = Double(head[second])
            rotated[first] = Float(x * cos(angle) - y * sin(angle))
            rotated[second] = Float(y * cos(angle) + x * sin(angle))
        }
        return rotated
    }

    /// Attention of one query over keys and values of (positions, head dimension), in double
    /// precision: the pattern and the mix.
    public static func attention(
        query: [Float], keys: [[Float]], values: [[Float]], scale: Float
    ) -> (pattern: [Float], mix: [Float]) {
        let scores = keys.map { key in
            zip(query, key).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } * Double(scale)
        }
        let largest = scores.max() ?? 0
        let weights = scores.map { exp($0 - largest) }
        let total = weights.reduce(0, +)
        var mix = Array(repeating: 0.0, count: query.count)
        for (weight, value) in zip(weights, values) {
            for (index, element) in value.enumerated() {
                mix[index] += weight / total * Double(element)
            }
        }
        return (weights.map { Float($0 / total) }, mix.map { Float($0) })
    }
}
