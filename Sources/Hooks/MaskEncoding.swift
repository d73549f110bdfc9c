/// A set of indices as few bytes: the smallest of ranges, index gaps, or a bitmap.
///
/// Layout: one byte of form (1 ranges, 2 gaps, 3 bitmap), a varint of the universe (every index
/// is smaller), then
/// - ranges: varint count, then for each the gap to the end of the one before and length − 1;
/// - gaps: varint count, then for each index the gap to one past the index before;
/// - bitmap: ⌈universe / 8⌉ bytes, index i is bit i mod 8 (1 = lowest) of byte i div 8.
///
/// Varints are those of protobuf: 7 bits a byte, low first. A decoder accepts each form whether
/// or not it is the smallest, and refuses varints with padding, ranges that touch, bits beyond
/// the universe, and bytes after the end.
public enum MaskEncoding {
    enum Form: UInt8 {
        case ranges = 1
        case gaps, bitmap
    }

    /// Encodes a set; the first of the smallest forms is taken.
    ///
    /// - Parameter universe: a bound above every index; the end of the last range by default.
    public static func encode(_ set: IndexRanges, below universe: Int? = nil) -> [UInt8] {
        let end = set.ranges.last?.upperBound ?? 0
        let bound = max(universe ?? end, end)
        precondition((set.ranges.first?.lowerBound ?? 0) >= 0, "a mask has no negative index")
        precondition(bound <= HookLimits.maskUniverse, "a mask's universe is within HookLimits")
        var best = rangeBytes(set, universe: bound)
        // A gap takes at least one byte, a bitmap exactly an eighth: neither is built in vain.
        if set.count < best.count {
            let gaps = gapBytes(set, universe: bound)
            if gaps.count < best.count { best = gaps }
        }
        if (bound + 7) / 8 < best.count {
            let bitmap = bitmapBytes(set, universe: bound)
            if bitmap.count < best.count { best = bitmap }
        }
        return best
    }

    private static func header(_ form: Form, universe: Int) -> [UInt8] {
        var bytes = [form.rawValue]
        append(universe, to: &bytes)
        return bytes
    }

    private static func rangeBytes(_ set: IndexRanges, universe: Int) -> [UInt8] {
        var bytes = header(.ranges, universe: universe)
        append(set.ranges.count, to: &bytes)
        var end = 0
        for range in set.ranges {
            append(range.lowerBound - end, to: &bytes)
            append(range.count - 1, to: &bytes)
            end = range.upperBound
        }
        return bytes
    }

    private static func gapBytes(_ set: IndexRanges, universe: Int) -> [UInt8] {
        var bytes = header(.gaps, universe: universe)
        append(set.count, to: &bytes)
        var next = 0
        for range in set.ranges {
            for index in range {
                append(index - next, to: &bytes)
                next = index + 1
            }
        }
        return bytes
    }

    private static func bitmapBytes(_ set: IndexRanges, universe: Int) -> [UInt8] {
        var bitmap = [UInt8](repeating: 0, count: (universe + 7) / 8)
        for range in set.ranges {
            for index in range { bitmap[index >> 3] |= 1 << UInt8(index & 7) }
        }
        return header(.bitmap, universe: universe) + bitmap
    }

    /// Appends a varint of a non-negative number.
    private static func append(_ value: Int, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
