/// A set of 0-based indices as sorted, disjoint, non-adjacent half-open ranges.
public struct IndexRanges: Sendable, Hashable {
    /// The indices as ascending ranges, with a gap between any two and none of them empty.
    public private(set) var ranges: [Range<Int>]

    /// Normalizes: sorts, merges overlapping and adjacent ranges, drops empty ones.
    public init(_ ranges: some Sequence<Range<Int>>) {
        var merged: [Range<Int>] = []
        for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                let upper = max(last.upperBound, range.upperBound)
                merged[merged.count - 1] = last.lowerBound..<upper
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// Collects single indices, in any order and with repetitions.
    public init(indices: some Sequence<Int>) {
        self.init(indices.map { $0..<($0 + 1) })
    }

    /// How many indices the set holds.
    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Whether the set holds no index.
    public var isEmpty: Bool { ranges.isEmpty }

    /// All indices, ascending.
    public var indices: [Int] { ranges.flatMap { Array($0) } }

    /// Whether the index is in the set; the time grows with the number of ranges.
    public func contains(_ index: Int) -> Bool {
        ranges.contains { $0.contains(index) }
    }

    /// Indices of `0..<limit` that are not in the set.
    public func complement(below limit: Int) -> IndexRanges {
        var gaps: [Range<Int>] = []
        var next = 0
        for range in ranges where range.lowerBound < limit {
            gaps.append(next..<max(next, range.lowerBound))
            next = max(next, range.upperBound)
        }
        if next < limit { gaps.append(next..<limit) }
        return IndexRanges(gaps)
    }

    /// Indices that are in this set, in the other, or in both.
    public func union(_ other: IndexRanges) -> IndexRanges {
        IndexRanges(ranges + other.ranges)
    }
}

/// Which layers, or which units of a site, are meant.
public enum IndexSelector: Sendable, Hashable {
    /// Every index that the model has.
    case all
    /// These indices; resolution refuses those that the model does not have.
    case ranges(IndexRanges)
}

/// Units of one kind of site in some layers, for example `L3N10-20` or `mlp.act.3[10-20]`.
public struct Selection: Sendable, Hashable {
    /// The kind of site, which also decides what a unit is.
    public var site: SiteKind
    /// `.all` for sites that exist once.
    public var layers: IndexSelector
    /// 0-based units of the site, the same in each layer.
    public var units: IndexSelector

    /// Selects every unit in every layer unless told otherwise.
    public init(site: SiteKind, layers: IndexSelector = .all, units: IndexSelector = .all) {
        self.site = site
        self.layers = layers
        self.units = units
    }
}

/// What an action is done to: the union of selections and of stored neuron sets.
public struct Target: Sendable, Hashable {
    /// Units named in the hook itself; may be empty if there are sets.
    public var selections: [Selection]
    /// Neuron sets by content hash (`PutObject`); their units are sites `mlp.act` and `attn.z`.
    public var sets: [ContentHash]

    /// Joins selections and sets; `validate` refuses a target with neither.
    public init(selections: [Selection], sets: [ContentHash] = []) {
        self.selections = selections
        self.sets = sets
    }
}

/// The SHA-256 of an object's bytes, by which requests name it.
public struct ContentHash: Sendable, Hashable {
    /// 64 lower-case hexadecimal digits.
    public let hex: String

    /// Takes the digits in either case and keeps them in lower case.
    ///
    /// - Returns: nil unless `hex` is 64 hexadecimal digits.
    public init?(hex: String) {
        let lower = hex.lowercased()
        guard lower.utf8.count == 64, lower.allSatisfy({ $0.isHexDigit && $0.isASCII }) else {
            return nil
        }
        self.hex = lower
    }

    /// For digits that are known to be right.
    init(validated hex: String) {
        self.hex = hex
    }
}
