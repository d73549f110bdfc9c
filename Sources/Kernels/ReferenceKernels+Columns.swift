extension ReferenceKernels {
    /// One column's values added to a sum, in their order.
    public static func accumulate(
        _ reduction: ColumnReduction, _ values: [Float], onto sum: Double
    ) -> Double {
        values.reduce(sum) { sum, value in
            let wide = Double(value)
            switch reduction {
            case .sum: return sum + wide
            case .magnitude: return sum + abs(wide)
            case .square: return sum + wide * wide
            case .largest: return sum.isNaN || wide.isNaN ? .nan : max(sum, wide)
            case .largestMagnitude:
                return sum.isNaN || wide.isNaN ? .nan : max(sum, abs(wide))
            case .countAbove(let threshold): return value > threshold ? sum + 1 : sum
            }
        }
    }

    /// What an edit makes of values.
    public static func edit(_ values: [Float], by edit: RowEdit) -> [Float] {
        switch edit {
        case .fill(let value): values.map { _ in value }
        case .scale(let factor): values.map { factor * $0 }
        case .add(let value): values.map { $0 + value }
        case .clamp(let low, let high):
            // min and max of NaN would hide it: a NaN stays a NaN.
            values.map { $0.isNaN ? $0 : min(max($0, low), high) }
        case .fillEach(let others): others
        case .addEach(let others): zip(values, others).map { $0 + $1 }
        }
    }
}
