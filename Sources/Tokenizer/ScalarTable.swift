/// What the Unicode database says of scalars, as one byte each.
///
/// The byte holds the general category in its lower bits and whether `\s` matches in its highest.
/// The basic plane is looked up once, when it is first needed; asking the database for each scalar
/// of a text would cost more than everything else that is done with it.
enum ScalarTable {
    /// The bit that is set for white space.
    static let whiteSpace: UInt8 = 0x80

    private static let categories: UInt8 = 0x1F

    /// The attributes of the scalars below U+10000; surrogates count as `other`.
    private static let basicPlane: [UInt8] = (UInt32(0)..<0x1_0000).map { value in
        Unicode.Scalar(value).map(lookedUp) ?? 0
    }

    /// The attributes of a scalar.
    static func attributes(of scalar: Unicode.Scalar) -> UInt8 {
        scalar.value < 0x1_0000 ? basicPlane[Int(scalar.value)] : lookedUp(scalar)
    }

    /// The category in a scalar's attributes, as one bit.
    static func categoryBit(_ attributes: UInt8) -> UInt32 { 1 << UInt32(attributes & categories) }

    /// The bit of a category in a set of categories.
    static func bit(_ category: Unicode.GeneralCategory) -> UInt32 { 1 << UInt32(index(category)) }

    private static func lookedUp(_ scalar: Unicode.Scalar) -> UInt8 {
        index(scalar.properties.generalCategory)
            | (scalar.properties.isWhitespace ? whiteSpace : 0)
    }

    private static func index(_ category: Unicode.GeneralCategory) -> UInt8 {
        switch category {
        case .uppercaseLetter: 1
        case .lowercaseLetter: 2
        case .titlecaseLetter: 3
        case .modifierLetter: 4
        case .otherLetter: 5
        case .nonspacingMark: 6
        case .spacingMark: 7
        case .enclosingMark: 8
        case .decimalNumber: 9
        case .letterNumber: 10
        case .otherNumber: 11
        case .connectorPunctuation: 12
        case .dashPunctuation: 13
        case .openPunctuation: 14
        case .closePunctuation: 15
        case .initialPunctuation: 16
        case .finalPunctuation: 17
        case .otherPunctuation: 18
        case .mathSymbol: 19
        case .currencySymbol: 20
        case .modifierSymbol: 21
        case .otherSymbol: 22
        default: 0
        }
    }

    /// The categories that `\p{…}` with this name stands for, or nil for a name that is not used.
    static func categories(named name: String) -> UInt32? {
        let bits: ClosedRange<UInt32>
        switch name {
        case "L": bits = 1...5
        case "Lu": bits = 1...1
        case "Ll": bits = 2...2
        case "Lt": bits = 3...3
        case "Lm": bits = 4...4
        case "Lo": bits = 5...5
        case "M": bits = 6...8
        case "N": bits = 9...11
        case "P": bits = 12...18
        case "S": bits = 19...22
        default: return nil
        }
        return bits.reduce(0) { $0 | 1 << $1 }
    }
}

/// A set of scalars as an expression spells it: `[^\s\p{L}]`, `\p{N}`, or one literal.
struct ScalarSet: Sendable {
    var isNegated = false
    var categories: UInt32 = 0
    var hasWhiteSpace = false
    var ranges: [ClosedRange<UInt32>] = []

    /// Whether the set holds a scalar with these attributes.
    func contains(_ value: UInt32, _ attributes: UInt8) -> Bool {
        let isIn =
            categories & ScalarTable.categoryBit(attributes) != 0
            || hasWhiteSpace && attributes & ScalarTable.whiteSpace != 0
            || isInRanges(value)
        return isIn != isNegated
    }

    private func isInRanges(_ value: UInt32) -> Bool {
        for range in ranges where range.contains(value) { return true }
        return false
    }
}
