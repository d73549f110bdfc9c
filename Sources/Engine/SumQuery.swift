public import Hooks
public import Kernels

/// What a job adds up over some of its rows, for every element of a site in some layers.
public struct SumQuery: Sendable, Equatable {
    /// What of an element's values is added up: all readings of `ElementSum` follow from these.
    public enum Accumulation: Sendable, CaseIterable {
        /// Σ |a|, Σ a² and Σ a.
        case magnitudes, squares, values
        /// How many a are above 0.
        case positives
        /// The largest |a|.
        case largest
    }

    /// The site that is read, after its actions.
    public let site: SiteKind
    /// Layers that are read, ascending.
    public let layers: [Int]
    /// What is added up; only this is computed.
    public let accumulations: [Accumulation]
    /// Positions that are counted: ascending, none of them empty, inside the job's tokens.
    public let counted: [Range<Int>]

    /// Takes what was checked before.
    public init(
        site: SiteKind, layers: [Int], accumulations: [Accumulation], counted: [Range<Int>]
    ) {
        precondition(site.isLayered && site != .attnPattern, "rows of the site are alike")
        precondition(!counted.isEmpty, "a job counts some rows")
        self.site = site
        self.layers = layers
        self.accumulations = accumulations
        self.counted = counted
    }

    /// How many positions are counted.
    public var rowCount: Int { counted.reduce(0) { $0 + $1.count } }

    /// Elements of a row of the site.
    public func elementCount(_ shape: ModelShape) -> Int {
        shape.unitCount(of: site) * (shape.elementsPerUnit(of: site) ?? 1)
    }

    /// Bytes of the sums, in double precision.
    public func byteCount(_ shape: ModelShape) -> Int {
        accumulations.count * layers.count * elementCount(shape) * MemoryLayout<Double>.size
    }
}

extension ElementSum {
    /// What has to be added up for this.
    public var accumulation: SumQuery.Accumulation {
        switch self {
        case .sumAbs, .meanAbs: .magnitudes
        case .sumSquares, .rms, .l2OverN, .l2: .squares
        case .sum: .values
        case .positive: .positives
        case .maxAbs: .largest
        }
    }
}

/// What a job has added up.
public struct RowSums: Sendable {
    /// What was asked.
    public let query: SumQuery
    /// For each accumulation of the query, layer after layer, one sum for each element.
    public let sums: SharedSums
    /// Sums of one accumulation: layers × elements.
    public let count: Int

    /// Place of the first sum of an accumulation that the query names.
    public func first(_ accumulation: SumQuery.Accumulation) -> Int {
        guard let index = query.accumulations.firstIndex(of: accumulation) else {
            preconditionFailure("\(accumulation) were not added up")
        }
        return index * count
    }
}
