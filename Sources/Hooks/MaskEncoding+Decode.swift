extension MaskEncoding {
    /// Decodes a set.
    ///
    /// - Parameter limit: the largest universe accepted.
    /// - Throws: `HookError.encoding` for bytes that are not the encoding of a set, `.overLimit`
    ///   for a universe beyond the limit.
    public static func decode(
        _ bytes: [UInt8], limit: Int = HookLimits.maskUniverse
    ) throws(HookError) -> IndexRanges {
        var reader = MaskReader(bytes: bytes)
        let tag = try reader.byte("the form")
        guard let form = Form(rawValue: tag) else {
            throw .encoding(
                what: "a mask", reason: "form \(tag) is not 1 (ranges), 2 (gaps) or 3 (bitmap)")
        }
        let universe = try reader.varint("the universe")
        guard universe <= min(limit, HookLimits.maskUniverse) else {
            throw .overLimit(
                what: "a mask's universe", count: universe,
                limit: min(limit, HookLimits.maskUniverse))
        }
        let ranges =
            switch form {
            case .ranges: try reader.ranges(below: universe)
            case .gaps: try reader.gaps(below: universe)
            case .bitmap: try reader.bitmap(below: universe)
            }
        try reader.finish()
        return IndexRanges(ranges)
    }
}

/// Reads a mask's bytes; every read checks what is left.
private struct MaskReader {
    let bytes: [UInt8]
    private var index = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var left: Int { bytes.count - index }

    private func malformed(_ reason: String) -> HookError {
        .encoding(what: "a mask", reason: "\(reason) (at byte \(index))")
    }

    mutating func byte(_ what: String) throws(HookError) -> UInt8 {
        guard index < bytes.count else { throw malformed("it ends before \(what)") }
        defer { index += 1 }
        return bytes[index]
    }

    /// A varint of at most 28 bits, enough for any universe.
    mutating func varint(_ what: String) throws(HookError) -> Int {
        var value = 0
        for shift in stride(from: 0, to: 28, by: 7) {
            let byte = try byte(what)
            value |= Int(byte & 0x7F) << shift
            guard byte & 0x80 == 0 else { continue }
            guard byte != 0 || shift == 0 else { throw malformed("\(what) is a padded varint") }
            return value
        }
        throw malformed("\(what) is a varint of more than 28 bits")
    }

    func finish() throws(HookError) {
        guard left == 0 else { throw malformed("\(left) bytes follow its end") }
    }

    mutating func ranges(below universe: Int) throws(HookError) -> [Range<Int>] {
        let count = try varint("the number of ranges")
        guard count <= left / 2 else {
            throw malformed("\(count) ranges need \(2 * count) bytes, \(left) are left")
        }
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(count)
        var end = 0
        for position in 0..<count {
            let gap = try varint("a range's start")
            let length = try varint("a range's length") + 1
            guard gap > 0 || position == 0 else { throw malformed("two ranges touch") }
            guard gap <= universe - end, length <= universe - end - gap else {
                throw malformed("a range ends beyond the universe \(universe)")
            }
            ranges.append((end + gap)..<(end + gap + length))
            end += gap + length
        }
        return ranges
    }

    mutating func gaps(below universe: Int) throws(HookError) -> [Range<Int>] {
        let count = try varint("the number of indices")
        guard count <= left else {
            throw malformed("\(count) indices need as many bytes, \(left) are left")
        }
        var ranges: [Range<Int>] = []
        var next = 0
        for _ in 0..<count {
            let gap = try varint("an index")
            guard gap < universe - next else {
                throw malformed("an index is beyond the universe \(universe)")
            }
            Self.extend(&ranges, with: next + gap)
            next += gap + 1
        }
        return ranges
    }

    mutating func bitmap(below universe: Int) throws(HookError) -> [Range<Int>] {
        let count = (universe + 7) / 8
        guard count == left else {
            throw malformed("a bitmap of \(universe) bits has \(count) bytes, \(left) are left")
        }
        var ranges: [Range<Int>] = []
        for position in 0..<count {
            let bits = try byte("the bitmap")
            guard bits != 0 else { continue }
            for bit in 0..<8 where bits & (1 << UInt8(bit)) != 0 {
                guard position * 8 + bit < universe else {
                    throw malformed("a bit is set beyond the universe \(universe)")
                }
                Self.extend(&ranges, with: position * 8 + bit)
            }
        }
        return ranges
    }

    /// Adds an index above all others, to the last range where it touches it.
    private static func extend(_ ranges: inout [Range<Int>], with index: Int) {
        if let last = ranges.last, last.upperBound == index {
            ranges[ranges.count - 1] = last.lowerBound..<(index + 1)
        } else {
            ranges.append(index..<(index + 1))
        }
    }
}
