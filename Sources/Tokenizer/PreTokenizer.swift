/// A text cut into pieces that cover it without gaps.
struct PieceList {
    /// The text, as changed by the steps so far.
    private(set) var text: [UInt8]

    /// Where each piece ends; ascending, the last at the end of the text.
    private(set) var ends: [Int]

    /// Whether the pieces are to be spelled in the byte alphabet.
    private(set) var isByteLevel = false

    /// A text as one piece, or none if it is empty.
    init(_ text: [UInt8]) {
        self.text = text
        ends = text.isEmpty ? [] : [text.count]
    }

    /// Applies a step; `isAtStart` says whether the text begins the whole input.
    mutating func apply(_ step: PreTokenizerStep, isAtStart: Bool) {
        switch step {
        case .split(let pattern):
            cut { text, range, ends in pattern.appendEnds(of: text, range, to: &ends) }
        case .digits(let individually):
            cut { text, range, ends in
                Self.appendDigitEnds(of: text, range, individually, to: &ends)
            }
        case .metaspace(let replacement, let scheme, let splits):
            applyMetaspace(replacement, scheme, splits, isAtStart: isAtStart)
        case .byteLevel(let addsPrefixSpace, let splits):
            isByteLevel = true
            if addsPrefixSpace { prepend([UInt8(ascii: " ")]) { _ in true } }
            if splits { apply(.split(.gpt2), isAtStart: isAtStart) }
        }
    }

    /// Cuts every piece further.
    private mutating func cut(_ appendEnds: ([UInt8], Range<Int>, inout [Int]) -> Void) {
        var result: [Int] = []
        result.reserveCapacity(max(ends.count, text.count / 4))
        var start = 0
        for end in ends {
            appendEnds(text, start..<end, &result)
            start = end
        }
        ends = result
    }

    private static func appendDigitEnds(
        of text: [UInt8], _ range: Range<Int>, _ individually: Bool, to ends: inout [Int]
    ) {
        var scalars = ClassifiedText(text, range)
        var index = 0
        while index < scalars.count {
            let isNumber = scalars.classes[index] == .number
            index =
                isNumber && individually
                ? index + 1
                : scalars.endOfRun(from: index) { ($0 == .number) == isNumber }
            ends.append(scalars.offsets[index])
        }
    }

    /// Puts a literal before each piece that does not begin with it and `isWanted` by position.
    private mutating func prepend(_ literal: [UInt8], where isWanted: (Int) -> Bool) {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + literal.count)
        var start = 0
        for (position, end) in ends.enumerated() {
            if isWanted(position), !text[start..<end].starts(with: literal) {
                result += literal
            }
            result += text[start..<end]
            ends[position] = result.count
            start = end
        }
        text = result
    }

    private mutating func applyMetaspace(
        _ replacement: [UInt8], _ scheme: PrependScheme, _ splits: Bool, isAtStart: Bool
    ) {
        replaceSpaces(with: replacement)
        switch scheme {
        case .always: prepend(replacement) { _ in true }
        case .first: if isAtStart { prepend(replacement) { $0 == 0 } }
        case .never: break
        }
        guard splits, !replacement.isEmpty else { return }
        cut { text, range, ends in
            for index in range.dropFirst() where text[index] == replacement[0] {
                if text[index..<range.upperBound].starts(with: replacement) { ends.append(index) }
            }
            ends.append(range.upperBound)
        }
    }

    private mutating func replaceSpaces(with replacement: [UInt8]) {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var start = 0
        for (position, end) in ends.enumerated() {
            for byte in text[start..<end] {
                if byte == UInt8(ascii: " ") { result += replacement } else { result.append(byte) }
            }
            ends[position] = result.count
            start = end
        }
        text = result
    }
}
