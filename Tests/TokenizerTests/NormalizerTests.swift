import Foundation
import Testing

@testable import Tokenizer

/// Stretches of a text are normalized as the whole text is.
@Suite("Normalization forms") struct NormalizerTests {
    /// Letters, marks that combine in several orders, parts of syllables, compatibility forms.
    static let scalars: [Unicode.Scalar] =
        Array(
            ("aAeé ıfi0-\u{0301}\u{0327}\u{0323}\u{0338}=\u{1100}\u{1161}\u{11A8}\u{AC00}"
                + "ﬁﾊﾟ½㎏\u{212B}漢—\u{0344}\u{FB1D}\u{1D15E}").unicodeScalars)

    private static func whole(_ text: String, _ form: UnicodeForm) -> String {
        switch form {
        case .nfc: text.precomposedStringWithCanonicalMapping
        case .nfd: text.decomposedStringWithCanonicalMapping
        case .nfkc: text.precomposedStringWithCompatibilityMapping
        case .nfkd: text.decomposedStringWithCompatibilityMapping
        }
    }

    @Test(arguments: [UnicodeForm.nfc, .nfd, .nfkc, .nfkd])
    func mixedTextsAreNormalizedAsOne(form: UnicodeForm) {
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<2000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<next(12) { text.append(Self.scalars[next(Self.scalars.count)]) }
            let string = String(text)
            #expect(
                NormalizerStep.normalize(form).apply(to: Array(string.utf8))
                    == Array(Self.whole(string, form).utf8))
        }
    }
}
