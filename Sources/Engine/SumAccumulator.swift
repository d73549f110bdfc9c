import Hooks
import Kernels

/// Adds up rows of one sequence as they pass, in order of position.
///
/// Sums are in double precision and each is one chain in order of position, whatever the prompt
/// chunking, so they have the same bits always. No row is kept.
struct SumAccumulator: Sendable {
    let query: SumQuery
    /// All elements of the site.
    let columns: ColumnRuns
    private let sums: SharedSums

    init(_ query: SumQuery, shape: ModelShape) {
        self.query = query
        columns = ColumnRuns(CollectionOfOne(0..<query.elementCount(shape)))
        sums = SharedSums(
            count: query.accumulations.count * query.layers.count * columns.count)
    }

    /// What is to be added of some rows of a site; nil for nothing.
    ///
    /// - Parameters:
    ///   - rows: of the site's buffer, consecutive positions of the sequence.
    ///   - position: of the first of them.
    func work(_ rows: Range<Int>, from position: Int, at site: Site) -> SummedRows? {
        guard site.kind == query.site, let place = query.layers.firstIndex(of: site.layer)
        else { return nil }
        let last = position + rows.count
        let counted = query.counted.flatMap { range in
            range.clamped(to: position..<last).map { rows.lowerBound + $0 - position }
        }
        guard !counted.isEmpty else { return nil }
        let parts = query.accumulations.enumerated().map { index, accumulation in
            SummedRows.Part(
                accumulation.reduction,
                first: (index * query.layers.count + place) * columns.count)
        }
        return SummedRows(rows: counted, sums: sums, parts: parts)
    }

    /// What the rows came to.
    var result: RowSums {
        RowSums(query: query, sums: sums, count: query.layers.count * columns.count)
    }
}

extension SumQuery.Accumulation {
    fileprivate var reduction: ColumnReduction {
        switch self {
        case .magnitudes: .magnitude
        case .squares: .square
        case .values: .sum
        case .positives: .countAbove(0)
        case .largest: .largestMagnitude
        }
    }
}
