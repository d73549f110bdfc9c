import Hooks

/// Collects one capture of one sequence as its rows pass, in order of position.
///
/// Accumulators are in double precision and rows arrive in order of position whatever the prompt
/// chunking, so results have the same bits always.
final class CaptureAccumulator {
    let capture: ResolvedCapture
    private let input: CaptureInput
    private let shape: ModelShape

    private(set) var positions: [Int] = []
    private(set) var tokens: [Int32] = []
    private var rows: [Float] = []
    /// Elements of each row of a pattern: one head's source positions.
    private var rowWidths: [Int] = []
    /// One accumulator an element, for reductions over positions.
    private var sums: [Double]
    private var rowValues: [Double] = []
    private var indices: [Int32] = []

    init(_ capture: ResolvedCapture, input: CaptureInput, shape: ModelShape) {
        self.capture = capture
        self.input = input
        self.shape = shape
        let layout = capture.layouts(rowCount: 0, widestPattern: 0, shape: shape)[0]
        let initial = capture.reduction == .max ? -Double.infinity : 0
        sums = layout.isPerRow ? [] : Array(repeating: initial, count: layout.shape[0])
    }

    func wants(position: Int, token: Int32, promptCount: Int) -> Bool {
        capture.positions.contains(position: position, token: token, promptCount: promptCount)
    }

    /// Takes the selected elements of one row.
    func take(_ elements: [Float], position: Int, token: Int32) {
        positions.append(position)
        tokens.append(token)
        switch capture.reduction {
        case nil:
            rows.append(contentsOf: elements)
            rowWidths.append(elements.count / max(1, capture.units.count))
        case .mean: accumulate(elements) { $0 + Double($1) }
        case .meanAbs: accumulate(elements) { $0 + Double(abs($1)) }
        case .rms, .l2: accumulate(elements) { $0 + Double($1) * Double($1) }
        case .max:
            accumulate(elements) { $1.isNaN || $0.isNaN ? .nan : Swift.max($0, Double($1)) }
        case .sum: accumulate(elements) { $0 + Double($1) }
        case .countAbove(let threshold): accumulate(elements) { $0 + ($1 > threshold ? 1 : 0) }
        case .topK(let count, let absolute): takeTop(elements, count, absolute: absolute)
        case .norm:
            let sum = elements.reduce(0.0) { $0 + Double($1) * Double($1) }
            rowValues.append(sum.squareRoot())
        case .dot:
            rowValues.append(
                zip(elements, input.vector).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
        case .logProbability(let ids):
            let normalizer = LogitMath.logSumExp(elements)
            rowValues.append(contentsOf: ids.map { Double(elements[Int($0)]) - normalizer })
        case .rank(let ids):
            indices.append(contentsOf: ids.map { LogitMath.rank(of: Int($0), in: elements) })
        case .entropy: rowValues.append(LogitMath.entropy(elements))
        case .klDivergence:
            rowValues.append(input.reference?.divergence(of: elements, position: position) ?? .nan)
        }
    }

    private func accumulate(_ elements: [Float], _ combine: (Double, Float) -> Double) {
        for index in elements.indices { sums[index] = combine(sums[index], elements[index]) }
    }

    /// Descending by value or magnitude, ties by index; indices are elements of the site's row
    /// (of a head: head · head dimension + offset).
    private func takeTop(_ elements: [Float], _ count: Int, absolute: Bool) {
        let key = absolute ? elements.map { abs($0) } : elements
        let best = LogitMath.top(count, of: key)
        let units = capture.units.indices
        let perUnit = shape.elementsPerUnit(of: capture.site.kind) ?? 1
        for index in best {
            rowValues.append(Double(elements[index]))
            indices.append(Int32(units[index / perUnit] * perUnit + index % perUnit))
        }
    }
}

extension CaptureAccumulator {
    /// The labelled result; several tensors for reductions that answer values and indices.
    func finish() -> [CapturedTensor] {
        let widest = rowWidths.max() ?? 0
        let layouts = capture.layouts(
            rowCount: positions.count, widestPattern: widest, shape: shape)
        return zip(layouts, values(widest: widest)).map { layout, values in
            CapturedTensor(
                name: layout.name, site: capture.site, capture: capture.index,
                shape: layout.shape, values: values,
                positions: layout.isPerRow ? positions : [],
                tokens: layout.isPerRow ? tokens : [],
                units: capture.reduction == nil || !layout.isPerRow
                    ? capture.units : IndexRanges([]),
                reducedRows: layout.isPerRow ? 0 : positions.count)
        }
    }

    /// One for each layout.
    ///
    /// Means and maxima of no rows are NaN: there is nothing to average.
    private func values(widest: Int) -> [TensorValues] {
        let count = Double(positions.count)
        switch capture.reduction {
        case nil: return [rawValues(widest: widest)]
        case .mean, .meanAbs: return [.f64(sums.map { $0 / count })]
        case .rms: return [.f64(sums.map { ($0 / count).squareRoot() })]
        case .l2: return [.f64(sums.map { $0.squareRoot() })]
        case .max: return [.f64(positions.isEmpty ? sums.map { _ in .nan } : sums)]
        case .sum, .countAbove: return [.f64(sums)]
        case .topK: return [.f32(rowValues.map { Float($0) }), .i32(indices)]
        case .norm, .dot, .entropy, .klDivergence, .logProbability: return [.f64(rowValues)]
        case .rank: return [.i32(indices)]
        }
    }

    /// Raw rows; rows of patterns grow with the position and are padded with zeros to the widest.
    private func rawValues(widest: Int) -> TensorValues {
        let isPattern = capture.site.kind == .attnPattern
        let values = isPattern ? padded(to: widest) : rows
        return capture.format == .f16 ? .f16(values.map { Float16($0) }) : .f32(values)
    }

    private func padded(to width: Int) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(positions.count * capture.units.count * width)
        var next = 0
        for rowWidth in rowWidths {
            for _ in 0..<capture.units.count {
                result.append(contentsOf: rows[next..<(next + rowWidth)])
                result.append(contentsOf: repeatElement(0, count: width - rowWidth))
                next += rowWidth
            }
        }
        return result
    }
}
