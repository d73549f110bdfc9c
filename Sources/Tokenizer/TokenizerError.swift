public import StrictJSON

/// Why a vocabulary, a tokenizer file, a text or an id was refused.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file is no strict JSON.
    case json(file: String, JSONError)
    /// A field that is needed is absent.
    case missingField(String, expected: String)
    /// A field has the wrong type.
    case wrongType(field: String, found: String, expected: String)
    /// A field has a value that makes no sense.
    case badValue(field: String, reason: String)
    /// A component, regular expression or model that is not implemented.
    case unsupported(component: String, name: String, supported: String)
    /// There is not a single token.
    case emptyVocabulary
    /// Something is larger than `TokenizerLimits` permits.
    case limitExceeded(what: String, value: Int, limit: Int)
    /// An id lies outside of the vocabulary.
    case idOutOfRange(what: String, id: Int, vocabularyCount: Int)
    /// Two tables that belong together differ in length.
    case countMismatch(field: String, count: Int, expected: Int)
    /// Two tokens claim one id.
    case duplicateID(id: Int, first: String, second: String)
    /// A byte token is not spelled `<0x00>` to `<0xFF>`.
    case badByteToken(id: Int, spelling: String)
    /// A merge rule cannot be applied.
    case badMerge(index: Int, text: String, reason: String)
    /// A text to encode is not UTF-8.
    case invalidUTF8(offset: Int)
    /// A serialized specification is damaged or of another version.
    case badSerializedForm(offset: Int, reason: String)

    /// One sentence: what, on what, why, and what would be accepted.
    public var description: String {
        switch self {
        case .json(let file, let error):
            "\(file): \(error)"
        case .missingField(let field, let expected):
            "\(field) is missing; expected \(expected)"
        case .wrongType(let field, let found, let expected):
            "\(field) is \(found); expected \(expected)"
        case .badValue(let field, let reason):
            "\(field): \(reason)"
        case .unsupported(let component, let name, let supported):
            "\(component) \"\(name)\" is not supported; supported: \(supported)"
        case .emptyVocabulary:
            "the vocabulary is empty; at least one token is needed"
        case .limitExceeded(let what, let value, let limit):
            "\(what) is \(value); at most \(limit) is accepted"
        case .idOutOfRange(let what, let id, let count):
            "\(what) is \(id), but the vocabulary has the ids 0 to \(count - 1)"
        case .countMismatch(let field, let count, let expected):
            "\(field) has \(count) entries; expected \(expected), one per token"
        case .duplicateID(let id, let first, let second):
            "token id \(id) is claimed by both \"\(first)\" and \"\(second)\""
        case .badByteToken(let id, let spelling):
            "token \(id) \"\(spelling)\" should be a byte token; expected <0x00> to <0xFF>"
        case .badMerge(let index, let text, let reason):
            "merge \(index) \"\(text)\": \(reason)"
        case .invalidUTF8(let offset):
            "the text is not valid UTF-8 at byte \(offset)"
        case .badSerializedForm(let offset, let reason):
            "serialized tokenizer, byte \(offset): \(reason)"
        }
    }
}
