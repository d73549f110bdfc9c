internal import StrictJSON

/// The character classes that pre-tokenizer expressions tell apart.
enum ScalarClass: UInt8 {
    /// `\p{L}`
    case letter
    /// `\p{N}`
    case number
    /// `\r` or `\n`
    case lineEnd
    /// Any other `\s`
    case space
    case other

    /// Whether `\s` matches.
    var isWhiteSpace: Bool { self == .space || self == .lineEnd }

    /// Classifies a scalar.
    init(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            self = Self.ascii(UInt8(truncatingIfNeeded: scalar.value))
            return
        }
        let attributes = ScalarTable.attributes(of: scalar)
        let category = ScalarTable.categoryBit(attributes)
        if category & Self.letters != 0 {
            self = .letter
        } else if category & Self.numbers != 0 {
            self = .number
        } else {
            self = attributes & ScalarTable.whiteSpace != 0 ? .space : .other
        }
    }

    private static let letters = ScalarTable.categories(named: "L") ?? 0
    private static let numbers = ScalarTable.categories(named: "N") ?? 0

    private static func ascii(_ byte: UInt8) -> ScalarClass {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): .letter
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .number
        case 0x0A, 0x0D: .lineEnd
        case 0x09, 0x0B, 0x0C, 0x20: .space
        default: .other
        }
    }
}

extension Unicode.Scalar {
    /// Whether `\w` matches: letters, marks, decimal digits, connectors and joiners.
    var isWordCharacter: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
            true
        default:
            properties.isAlphabetic || properties.isJoinControl
        }
    }
}

/// The scalars of a part of a UTF-8 text: where each begins, and its class.
struct ClassifiedText {
    /// The byte offset of each scalar, and of the end.
    private(set) var offsets: [Int] = []
    private(set) var classes: [ScalarClass] = []

    /// Whether a run has reached the end since this was last set to false.
    var hasReachedEnd = false

    init() {}

    /// Classifies `text[range]`, which must be valid UTF-8.
    init(_ text: [UInt8], _ range: Range<Int>) { read(text, range) }

    /// Classifies another part in place of this one.
    mutating func read(_ text: [UInt8], _ range: Range<Int>) {
        offsets.removeAll(keepingCapacity: true)
        classes.removeAll(keepingCapacity: true)
        offsets.reserveCapacity(range.count + 1)
        classes.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let (scalar, byteCount) = UTF8Check.scalar(in: text, at: position)
            offsets.append(position)
            classes.append(ScalarClass(scalar))
            position += byteCount
        }
        offsets.append(range.upperBound)
    }

    var count: Int { classes.count }

    /// The end of the run that begins at `start` and holds only classes that `belongs` accepts.
    mutating func endOfRun(from start: Int, where belongs: (ScalarClass) -> Bool) -> Int {
        var index = start
        while index < classes.count, belongs(classes[index]) { index += 1 }
        if index == classes.count { hasReachedEnd = true }
        return index
    }

    /// The class at an index, or nil at the end.
    func classAt(_ index: Int) -> ScalarClass? { index < classes.count ? classes[index] : nil }
}
