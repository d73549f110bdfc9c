/// Byte strings, end to end in one buffer: no allocation per token, quick to write and read back.
public struct PieceTable: Equatable, Sendable {
    /// All strings, one after the other.
    private(set) var bytes: [UInt8] = []

    /// Where each string ends in `bytes`.
    private(set) var ends: [UInt32] = []

    /// A table without strings.
    public init() {}

    /// Takes the parts of a serialized table, or nil if the ends are not in order.
    init?(bytes: [UInt8], ends: [UInt32]) {
        var previous: UInt32 = 0
        for end in ends {
            guard end >= previous else { return nil }
            previous = end
        }
        guard Int(previous) == bytes.count else { return nil }
        self.bytes = bytes
        self.ends = ends
    }

    /// Bytes that all strings may have together, since their ends have 32 bits.
    public static let byteLimit = Int(UInt32.max)

    /// Appends a string.
    ///
    /// Callers keep the total at or below ``byteLimit``.
    public mutating func append(_ piece: some Sequence<UInt8>) {
        bytes.append(contentsOf: piece)
        ends.append(UInt32(bytes.count))
    }

    /// Where string `index` lies in `bytes`.
    func range(_ index: Int) -> Range<Int> {
        Int(index == 0 ? 0 : ends[index - 1])..<Int(ends[index])
    }

    /// String `index` as text for a person; invalid UTF-8 becomes U+FFFD.
    func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }

    /// The length in bytes of the longest string.
    var longest: Int {
        var longest = 0
        var start: UInt32 = 0
        for end in ends {
            longest = Swift.max(longest, Int(end - start))
            start = end
        }
        return longest
    }
}

extension PieceTable: ExpressibleByArrayLiteral {
    /// A table of some strings.
    public init(_ strings: some Sequence<some Sequence<UInt8>>) {
        for string in strings { append(string) }
    }

    /// A table of some strings.
    public init(arrayLiteral strings: [UInt8]...) {
        self.init(strings)
    }
}

extension PieceTable: RandomAccessCollection, MutableCollection, RangeReplaceableCollection {
    /// 0.
    public var startIndex: Int { 0 }

    /// How many strings there are.
    public var endIndex: Int { ends.count }

    /// String `index`; setting one moves all that follow.
    public subscript(index: Int) -> ArraySlice<UInt8> {
        get { bytes[range(index)] }
        set { replaceSubrange(index..<(index + 1), with: CollectionOfOne(newValue)) }
    }

    /// Appends a string; what collections do otherwise is to replace the part behind the last.
    public mutating func append(_ piece: ArraySlice<UInt8>) {
        bytes.append(contentsOf: piece)
        ends.append(UInt32(bytes.count))
    }

    /// Puts other strings in place of some, and moves all that follow.
    public mutating func replaceSubrange(
        _ subrange: Range<Int>, with strings: some Collection<ArraySlice<UInt8>>
    ) {
        var result = PieceTable()
        for index in 0..<subrange.lowerBound { result.append(self[index]) }
        for string in strings { result.append(string) }
        for index in subrange.upperBound..<count { result.append(self[index]) }
        self = result
    }
}

/// A hash table from bytes to token id, over a `PieceTable`.
///
/// Open addressing with linear probing; a slot holds the upper half of the hash beside the id, so
/// that a probe seldom touches the bytes of another token.
struct PieceIndex: Sendable {
    private let table: PieceTable
    private var slots: [UInt64]
    private let mask: Int

    /// The longest piece in the index; anything longer is not looked up.
    private(set) var longest = 0

    private static let emptySlot = UInt64.max

    /// Indexes the non-empty pieces whose position `isIncluded`; of equal ones, the last counts.
    init(_ table: PieceTable, where isIncluded: (Int) -> Bool = { _ in true }) {
        self.table = table
        var capacity = 16
        while capacity < table.count * 2 { capacity *= 2 }
        mask = capacity - 1
        slots = [UInt64](repeating: Self.emptySlot, count: capacity)
        for index in 0..<table.count where isIncluded(index) {
            let range = table.range(index)
            if !range.isEmpty { insert(index, range) }
        }
    }

    private mutating func insert(_ index: Int, _ range: Range<Int>) {
        longest = max(longest, range.count)
        let hash = Self.hash(table.bytes, range)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != Self.emptySlot {
            if matches(slots[slot], hash, table.bytes, range) { break }
            slot = (slot + 1) & mask
        }
        slots[slot] = (hash >> 32) << 32 | UInt64(index)
    }

    /// The token spelled by `bytes[range]`, or nil.
    func find(_ bytes: [UInt8], _ range: Range<Int>) -> Int32? {
        guard range.count <= longest, !range.isEmpty else { return nil }
        let hash = Self.hash(bytes, range)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != Self.emptySlot {
            if matches(slots[slot], hash, bytes, range) {
                return Int32(truncatingIfNeeded: slots[slot])
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// The token spelled by these bytes, or nil.
    func find(_ bytes: [UInt8]) -> Int32? { find(bytes, 0..<bytes.count) }

    private func matches(
        _ entry: UInt64, _ hash: UInt64, _ bytes: [UInt8], _ range: Range<Int>
    ) -> Bool {
        guard entry >> 32 == hash >> 32 else { return false }
        let own = table.range(Int(UInt32(truncatingIfNeeded: entry)))
        guard own.count == range.count else { return false }
        for offset in 0..<range.count
        where table.bytes[own.lowerBound + offset] != bytes[range.lowerBound + offset] {
            return false
        }
        return true
    }

    /// FNV-1a with a final mix (from SplitMix64), since the low bits of FNV alone cluster.
    private static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range {
            hash = (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01B3
        }
        return hash.mixed
    }
}

extension UInt64 {
    /// The finalizer of SplitMix64: every input bit reaches every output bit.
    var mixed: UInt64 {
        var value = self
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
