import Hooks
import ModelFile

/// Collects one capture of one sequence as its rows pass, in order of position.
///
/// Accumulators are in double precision and rows arrive in order of position whatever the prompt
/// chunking, so results have the same bits always.
final class CaptureAccumulator {
    let capture: ResolvedCapture
    /// Elements of a unit; nil for attention patterns.
    private let elementsPerUnit: Int?
    private let vector: [Float]
    private let reference: ReferenceLogits?

    private(set) var positions: [Int] = []
    private(set) var tokens: [Int32] = []
    private var rows: [Float] = []
    /// Elements of each row of a pattern: one head's source positions.
    private var rowWidths: [Int] = []
    private var sums: [Double] = []
    private var rowValues: [Double] = []
    private var indices: [Int32] = []

    init(
        _ capture: ResolvedCapture, shape: ModelShape, objects: ObjectStore
    ) throws(EngineError) {
        self.capture = capture
        elementsPerUnit = shape.elementsPerUnit(of: capture.site.kind)
        var vector: [Float] = []
        var reference: ReferenceLogits?
        if case .dot(let value) = capture.reduction {
            vector = try StoredTensors.vector(value, objects: objects)
            let wanted = capture.units.count * (elementsPerUnit ?? 1)
            guard vector.count == wanted else {
                throw StoredTensors.lengthMismatch(
                    capture.site, got: vector.count, wanted: wanted)
            }
        }
        if case .klDivergence(let value) = capture.reduction {
            reference = try ReferenceLogits(
                value, vocabularyCount: shape.vocabularyCount, objects: objects)
        }
        self.vector = vector
        self.reference = reference
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
            accumulate(elements, from: -.infinity) { $1.isNaN ? .nan : Swift.max($0, Double($1)) }
        case .sum: accumulate(elements) { $0 + Double($1) }
        case .countAbove(let threshold): accumulate(elements) { $0 + ($1 > threshold ? 1 : 0) }
        case .topK(let count, let absolute): takeTop(elements, count, absolute: absolute)
        case .norm:
            let sum = elements.reduce(0.0) { $0 + Double($1) * Double($1) }
            rowValues.append(sum.squareRoot())
        case .dot:
            rowValues.append(zip(elements, vector).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
        case .logProbability(let ids):
            let normalizer = LogitMath.logSumExp(elements)
            rowValues.append(contentsOf: ids.map { Double(elements[Int($0)]) - normalizer })
        case .rank(let ids):
            indices.append(contentsOf: ids.map { LogitMath.rank(of: Int($0), in: elements) })
        case .entropy: rowValues.append(LogitMath.entropy(elements))
        case .klDivergence:
            rowValues.append(reference?.divergence(of: elements, position: position) ?? .nan)
        }
    }

    private func accumulate(
        _ elements: [Float], from initial: Double = 0, _ combine: (Double, Float) -> Double
    ) {
        if sums.isEmpty { sums = Array(repeating: initial, count: elements.count) }
        for index in elements.indices { sums[index] = combine(sums[index], elements[index]) }
    }

    /// Descending by value or magnitude, ties by index; indices are units of the site.
    private func takeTop(_ elements: [Float], _ count: Int, absolute: Bool) {
        let key = absolute ? elements.map { abs($0) } : elements
        let best = LogitMath.top(count, of: key)
        let units = capture.units.indices
        for index in best {
            rowValues.append(Double(elements[index]))
            let unit = units[index / (elementsPerUnit ?? 1)] * (elementsPerUnit ?? 1)
            indices.append(Int32(unit + index % (elementsPerUnit ?? 1)))
        }
    }

    /// Bytes held.
    var byteCount: Int {
        rows.count * 4 + (sums.count + rowValues.count) * 8 + indices.count * 4
    }
}

extension CaptureAccumulator {
    /// The labelled result; several tensors for reductions that answer values and indices.
    func finish() -> [CapturedTensor] {
        switch capture.reduction {
        case nil: [finishRows()]
        case .mean, .meanAbs: [perUnit(sums.map { $0 / Double(max(1, positions.count)) })]
        case .rms:
            [perUnit(sums.map { ($0 / Double(max(1, positions.count))).squareRoot() })]
        case .l2: [perUnit(sums.map { $0.squareRoot() })]
        case .max, .sum, .countAbove: [perUnit(sums)]
        case .topK(let count, _): finishTop(count)
        case .norm, .dot, .entropy, .klDivergence:
            [perRow([positions.count], .f64(rowValues))]
        case .logProbability(let ids):
            [perRow([positions.count, ids.count], .f64(rowValues))]
        case .rank(let ids):
            [perRow([positions.count, ids.count], .i32(indices))]
        }
    }

    private func tensor(
        _ suffix: String, _ shape: [Int], _ values: TensorValues, isPerRow: Bool,
        units: IndexRanges
    ) -> CapturedTensor {
        CapturedTensor(
            name: capture.site.description + suffix, site: capture.site, capture: capture.index,
            shape: shape, values: values, positions: isPerRow ? positions : [],
            tokens: isPerRow ? tokens : [], units: units,
            reducedRows: isPerRow ? 0 : positions.count)
    }

    private func perUnit(_ values: [Double]) -> CapturedTensor {
        let values: TensorValues =
            capture.format == .f16 ? .f16(values.map { Float16($0) }) : .f64(values)
        let suffix = ":" + (capture.reduction?.name ?? "")
        return tensor(
            suffix, [values.count], values, isPerRow: false, units: capture.units)
    }

    private func perRow(_ shape: [Int], _ values: TensorValues) -> CapturedTensor {
        let suffix = ":" + (capture.reduction?.name ?? "")
        return tensor(suffix, shape, values, isPerRow: true, units: IndexRanges([]))
    }

    private func finishTop(_ count: Int) -> [CapturedTensor] {
        let width = positions.isEmpty ? count : rowValues.count / positions.count
        let shape = [positions.count, width]
        return [
            tensor(
                ":top_k", shape, .f32(rowValues.map { Float($0) }), isPerRow: true,
                units: IndexRanges([])),
            tensor(
                ":top_k.indices", shape, .i32(indices), isPerRow: true, units: IndexRanges([])),
        ]
    }

    /// Raw rows; rows of patterns grow with the position and are padded with zeros to the widest.
    private func finishRows() -> CapturedTensor {
        var values = rows
        var shape = [positions.count]
        if let elementsPerUnit {
            shape.append(capture.units.count * elementsPerUnit)
        } else {
            let width = rowWidths.max() ?? 0
            shape += [capture.units.count, width]
            values = padded(to: width)
        }
        let typed: TensorValues =
            capture.format == .f16 ? .f16(values.map { Float16($0) }) : .f32(values)
        return tensor("", shape, typed, isPerRow: true, units: capture.units)
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
