import Hooks
import Kernels
import Synchronization

/// Reduces each captured row to a few numbers; threads share rows.
struct RowReducer: Sendable {
    private let reduction: Reduction
    private let input: CaptureInput
    private let elementsPerUnit: Int
    private let results: RowResults
    /// What `top_k` by value norm ordered by; the places are those of the values.
    private let topScores: RowResults

    /// For reductions of single rows.
    init(_ reduction: Reduction, input: CaptureInput, elementsPerUnit: Int) {
        self.reduction = reduction
        self.input = input
        self.elementsPerUnit = elementsPerUnit
        let (values, indices) = Self.width(reduction, elements: input.columns.count)
        results = RowResults(valuesPerRow: values, indicesPerRow: indices)
        let isScored = if case .topK(_, by: .valueNorm) = reduction { true } else { false }
        topScores = RowResults(valuesPerRow: isScored ? values : 0, indicesPerRow: 0)
    }

    /// How many values and indices a row is reduced to.
    private static func width(
        _ reduction: Reduction, elements: Int
    ) -> (values: Int, indices: Int) {
        switch reduction {
        case .topK(let count, _): (min(count, elements), min(count, elements))
        case .logProbability(let ids): (ids.count, 0)
        case .rank(let ids): (0, ids.count)
        default: (1, 0)
        }
    }

    /// Takes rows of a site in order of position.
    func take(_ rows: [Int], of site: SiteElements, labels: [RowLabel], tools: HookTools) {
        let first = results.addRows(rows.count)
        _ = topScores.addRows(rows.count)
        tools.pool.run(taskCount: rows.count) { task, worker in
            let row = rows[task]
            tools.scratch[worker].withValues { elements in
                site.buffer.append(row, at: site.column, input.columns, to: &elements)
                if case .topK(let count, let order) = reduction {
                    weigh(&elements, by: order)
                    takeTop(elements, count, order, of: site, row, at: first + task)
                } else {
                    take(elements, labels[row].position, at: first + task)
                }
            }
        }
    }

    private func take(_ elements: [Float], _ position: Int, at place: Int) {
        switch reduction {
        case .norm:
            let sum = elements.reduce(0.0) { $0 + Double($1) * Double($1) }
            results.setValue(sum.squareRoot(), at: place)
        case .dot:
            let sum = zip(elements, input.vector).reduce(0.0) {
                $0 + Double($1.0) * Double($1.1)
            }
            results.setValue(sum, at: place)
        case .logProbability(let ids):
            let normalizer = LogitMath.logSumExp(elements)
            for (offset, id) in ids.enumerated() {
                results.setValue(Double(elements[Int(id)]) - normalizer, at: place, offset)
            }
        case .rank(let ids):
            for (offset, id) in ids.enumerated() {
                results.setIndex(LogitMath.rank(of: Int(id), in: elements), at: place, offset)
            }
        case .entropy: results.setValue(LogitMath.entropy(elements), at: place)
        case .klDivergence:
            let divergence = input.reference?.divergence(of: elements, position: position)
            results.setValue(divergence ?? .nan, at: place)
        case .topK, .mean, .meanAbs, .rms, .l2, .max, .sum, .countAbove:
            preconditionFailure("not a reduction of single rows to numbers")
        }
    }

    /// Turns values into what they are ordered by.
    private func weigh(_ elements: inout [Float], by order: TopOrder) {
        switch order {
        case .value: return
        case .magnitude:
            for index in elements.indices { elements[index] = abs(elements[index]) }
        case .valueNorm:
            for index in elements.indices {
                elements[index] = abs(elements[index]) * input.vector[index]
            }
        }
    }

    /// Descending by what the elements were turned into, ties by index; indices are elements of
    /// the site's row (of a head: head · head dimension + offset).
    private func takeTop(
        _ elements: [Float], _ count: Int, _ order: TopOrder, of site: SiteElements,
        _ row: Int, at place: Int
    ) {
        for (rank, index) in LogitMath.top(count, of: elements).enumerated() {
            let unit = input.units[index / elementsPerUnit]
            let element = unit * elementsPerUnit + index % elementsPerUnit
            let value = site.buffer[row, site.column + element]
            results.setValue(Double(value), at: place, rank)
            results.setIndex(Int32(element), at: place, rank)
            if order == .valueNorm {
                topScores.setValue(Double(elements[index]), at: place, rank)
            }
        }
    }

    /// All numbers of all rows so far, in order of the rows.
    var values: [Double] { results.values }
    /// All indices of all rows so far, in order of the rows.
    var indices: [Int32] { results.indices }
    /// All scores of `top_k` by value norm so far, in order of the rows.
    var scores: [Double] { topScores.values }
}

/// Numbers of rows, which threads enter at the rows' places.
private final class RowResults: Sendable {
    private struct Numbers {
        var values: [Double] = []
        var indices: [Int32] = []
    }

    private let valuesPerRow: Int
    private let indicesPerRow: Int
    private let numbers = Mutex(Numbers())

    init(valuesPerRow: Int, indicesPerRow: Int) {
        self.valuesPerRow = valuesPerRow
        self.indicesPerRow = indicesPerRow
    }

    /// Makes room for rows and returns the place of the first.
    func addRows(_ count: Int) -> Int {
        numbers.withLock { numbers in
            let first = max(
                numbers.values.count / max(1, valuesPerRow),
                numbers.indices.count / max(1, indicesPerRow))
            numbers.values.append(contentsOf: repeatElement(0, count: count * valuesPerRow))
            numbers.indices.append(contentsOf: repeatElement(0, count: count * indicesPerRow))
            return first
        }
    }

    func setValue(_ value: Double, at place: Int, _ offset: Int = 0) {
        numbers.withLock { $0.values[place * valuesPerRow + offset] = value }
    }

    func setIndex(_ index: Int32, at place: Int, _ offset: Int = 0) {
        numbers.withLock { $0.indices[place * indicesPerRow + offset] = index }
    }

    var values: [Double] { numbers.withLock { $0.values } }
    var indices: [Int32] { numbers.withLock { $0.indices } }
}
