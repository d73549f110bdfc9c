/// Reads and writes the numbers of both spellings.
enum HookNumbers {
    /// Reads a decimal number that is finite as a `Float`.
    static func float(_ text: some StringProtocol, what: String) throws(HookError) -> Float {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard isPlain, let value = Float(String(text)), value.isFinite else {
            throw .badValue(
                what: what, value: abbreviated(text),
                expected: "a finite decimal number such as 1.5 or -2e-3")
        }
        return value
    }

    /// Reads a non-negative integer up to `limit`, digits only.
    static func index(
        _ text: some StringProtocol, what: String, limit: Int = HookLimits.largestIndex
    ) throws(HookError) -> Int {
        guard isDigits(text) else {
            throw .badValue(
                what: what, value: abbreviated(text), expected: "a 0-based index such as 17")
        }
        guard let value = Int(String(text)), value <= limit else {
            throw .outOfRange(
                what: "\(what) \(abbreviated(text))", limit: "no index is larger than \(limit)")
        }
        return value
    }

    /// Reads an integer with an optional minus sign.
    static func position(_ text: some StringProtocol) throws(HookError) -> Int {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let digits = String(isNegative ? String(text.dropFirst()) : String(text))
        guard isDigits(digits) else {
            throw .badValue(
                what: "a position", value: abbreviated(text),
                expected: "an integer such as 4, or -1 for the prompt's last token")
        }
        let value = try index(digits, what: "position")
        return isNegative ? -value : value
    }

    /// Reads a 64-bit seed.
    static func seed(_ text: some StringProtocol) throws(HookError) -> UInt64 {
        guard isDigits(text), let value = UInt64(String(text)) else {
            throw .badValue(
                what: "a seed", value: abbreviated(text),
                expected: "an integer from 0 to 18446744073709551615")
        }
        return value
    }

    static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The shortest decimal that reads back as the same `Float`; whole numbers without a point.
    static func text(_ value: Float) -> String {
        guard value == value.rounded(), value.magnitude < 0x1p24 else { return "\(value)" }
        return value == 0 && value.sign == .minus ? "-0" : "\(Int(value))"
    }
}

extension IndexRanges {
    /// Reads `7`, `10-20` (inclusive) or a comma-separated list of both.
    ///
    /// - Parameter what: singular noun for messages: "layer", "neuron".
    init(
        text: some StringProtocol, what: String, limit: Int = HookLimits.largestUnit
    ) throws(HookError) {
        var ranges: [Range<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = ends.first, let last = ends.last, !part.isEmpty else {
                throw .syntax(
                    found: abbreviated(text), expected: "a list of \(what)s such as 1,5,10-20")
            }
            let lower = try HookNumbers.index(first, what: what, limit: limit)
            let upper = try HookNumbers.index(last, what: what, limit: limit)
            guard lower <= upper else {
                throw .selectsNothing(
                    what: "range \(quoted(part)) of \(what)s",
                    remedy: "a dash range is inclusive and ascending; write \(upper)-\(lower)")
            }
            ranges.append(lower..<(upper + 1))
        }
        self.init(ranges)
    }

    /// Reads layers as the language writes them: `7`, `10-20` (inclusive), `0,3-5`.
    public init(layers text: String) throws(HookError) {
        try self.init(text: text, what: "layer", limit: HookLimits.largestLayer)
    }

    /// The set as the language writes it: `1,5,10-20`, dashes inclusive.
    public var text: String {
        ranges.map { range in
            range.count == 1
                ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound - 1)"
        }.joined(separator: ",")
    }
}

extension IndexSelector {
    /// Reads `*` or a list of ranges.
    init(
        text: some StringProtocol, what: String, limit: Int = HookLimits.largestUnit
    ) throws(HookError) {
        self = text == "*" ? .all : .ranges(try IndexRanges(text: text, what: what, limit: limit))
    }

    /// `*`, or the ranges as the language writes them.
    public var text: String {
        switch self {
        case .all: "*"
        case .ranges(let ranges): ranges.text
        }
    }
}
