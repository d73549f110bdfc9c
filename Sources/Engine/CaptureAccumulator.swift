import Hooks
import Kernels

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
    /// Raw rows, in the format that they are answered in.
    private var singles: [Float] = []
    private var halves: [Float16] = []
    /// Elements of each row of a pattern: one head's source positions.
    private var rowWidths: [Int] = []
    /// One accumulator an element, for reductions over positions.
    private var sums: [Double]
    /// For reductions of single rows.
    private let rowReducer: RowReducer?

    /// - Parameter rowCount: rows that will be taken at most; their memory is reserved.
    init(_ capture: ResolvedCapture, input: CaptureInput, shape: ModelShape, rowCount: Int) {
        self.capture = capture
        self.input = input
        self.shape = shape
        if let reduction = capture.reduction, reduction.ofColumns == nil {
            rowReducer = RowReducer(
                reduction, input: input,
                elementsPerUnit: shape.elementsPerUnit(of: capture.site.kind) ?? 1)
        } else {
            rowReducer = nil
        }
        let isSummed = capture.reduction?.ofColumns != nil
        let initial = capture.reduction == .max ? -Double.infinity : 0
        sums = Array(repeating: initial, count: isSummed ? input.columns.count : 0)
        guard capture.reduction == nil, capture.site.kind != .attnPattern else { return }
        if capture.format == .f16 {
            halves.reserveCapacity(rowCount * input.columns.count)
        } else {
            singles.reserveCapacity(rowCount * input.columns.count)
        }
    }

    /// Takes rows of the site, in order of position.
    ///
    /// - Parameter labels: of all rows of the site's buffer.
    func take(_ rows: [Int], of site: SiteElements, labels: [RowLabel], tools: HookTools) {
        for row in rows { append(labels[row]) }
        let (buffer, column) = (site.buffer, site.column)
        if let reduction = capture.reduction?.ofColumns {
            tools.kernels.accumulate(
                reduction, of: buffer, rows: rows, at: column, input.columns, into: &sums,
                pool: tools.pool)
        } else if let rowReducer {
            rowReducer.take(rows, of: site, labels: labels, tools: tools)
        } else if capture.format == .f16 {
            tools.kernels.appendRows(
                of: buffer, rows: rows, at: column, input.columns, to: &halves, pool: tools.pool)
        } else {
            tools.kernels.appendRows(
                of: buffer, rows: rows, at: column, input.columns, to: &singles,
                pool: tools.pool)
        }
    }

    /// Takes one row of a pattern: row h of the buffer holds head h's `count` positions.
    func takePattern(
        _ pattern: RowBuffer, positions count: Int, row: RowLabel, tools: HookTools
    ) {
        append(row)
        rowWidths.append(count)
        let (heads, columns) = (capture.units.indices, ColumnRuns(CollectionOfOne(0..<count)))
        if capture.format == .f16 {
            tools.kernels.appendRows(
                of: pattern, rows: heads, at: 0, columns, to: &halves, pool: tools.pool)
        } else {
            tools.kernels.appendRows(
                of: pattern, rows: heads, at: 0, columns, to: &singles, pool: tools.pool)
        }
    }

    private func append(_ row: RowLabel) {
        positions.append(row.position)
        tokens.append(row.token)
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
        let rowValues = rowReducer?.values ?? []
        let indices = rowReducer?.indices ?? []
        switch capture.reduction {
        case nil: return [rawValues(widest: widest)]
        case .mean, .meanAbs: return [.f64(sums.map { $0 / count })]
        case .rms: return [.f64(sums.map { ($0 / count).squareRoot() })]
        case .l2: return [.f64(sums.map { $0.squareRoot() })]
        case .max: return [.f64(positions.isEmpty ? sums.map { _ in .nan } : sums)]
        case .sum, .countAbove: return [.f64(sums)]
        case .topK(_, let order):
            let top = [TensorValues.f32(rowValues.map { Float($0) }), .i32(indices)]
            return order == .valueNorm
                ? top + [.f32((rowReducer?.scores ?? []).map { Float($0) })] : top
        case .norm, .dot, .entropy, .klDivergence, .logProbability: return [.f64(rowValues)]
        case .rank: return [.i32(indices)]
        }
    }

    /// Raw rows; rows of patterns grow with the position and are padded with zeros to the widest.
    private func rawValues(widest: Int) -> TensorValues {
        let isPattern = capture.site.kind == .attnPattern
        if capture.format == .f16 { return .f16(isPattern ? padded(halves, to: widest) : halves) }
        return .f32(isPattern ? padded(singles, to: widest) : singles)
    }

    private func padded<Element: BinaryFloatingPoint>(
        _ rows: [Element], to width: Int
    ) -> [Element] {
        var result: [Element] = []
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

extension Reduction {
    /// What each element is reduced to over positions; nil for reductions of single rows.
    fileprivate var ofColumns: ColumnReduction? {
        switch self {
        case .mean, .sum: .sum
        case .meanAbs: .magnitude
        case .rms, .l2: .square
        case .max: .largest
        case .countAbove(let threshold): .countAbove(threshold)
        case .topK, .norm, .dot, .logProbability, .rank, .entropy, .klDivergence: nil
        }
    }
}
