/// Why a hook is refused.
///
/// Every case names what was asked, why not, and what would be accepted.
public enum HookError: Error, Hashable, Sendable {
    /// The spelling does not follow the grammar.
    case syntax(found: String, expected: String)
    /// A text that is no strict JSON, and where: counted from 1, the column in bytes.
    case json(line: Int, column: Int, reason: String)
    /// A name that the language does not have.
    case unknownName(NameKind, name: String, suggestion: String?, accepted: String)
    /// A name of another library whose tensor hooks cannot reach, or that is ambiguous.
    case refusedSite(name: String, reason: String)
    /// A number or word that its place does not accept.
    case badValue(what: String, value: String, expected: String)
    /// A selection, position clause or complement that covers nothing.
    case selectsNothing(what: String, remedy: String)
    /// An index beyond what the model, the prompt or the request has.
    case outOfRange(what: String, limit: String)
    /// An action or reduction that its site cannot have.
    case combination(what: String, reason: String, accepted: String)
    /// A stored object or a file that is needed but not there.
    case object(name: String, reason: String)
    /// Bytes of a mask or of a file that do not decode.
    case encoding(what: String, reason: String)
    /// A size beyond `HookLimits`.
    case overLimit(what: String, count: Int, limit: Int)
    /// Another error, and where in the plan it is.
    indirect case within(String, HookError)

    /// What a name was meant to name.
    public enum NameKind: String, Hashable, Sendable {
        case site, action, reduction, field, position, option
    }
}

extension HookError {
    /// The error itself, without the places that `within` adds.
    public var cause: HookError {
        if case .within(_, let inner) = self { inner.cause } else { self }
    }

    /// A stable word for programs, for example `HOOK_UNKNOWN_SITE`.
    public var reason: String {
        switch self {
        case .syntax, .json: "HOOK_SYNTAX"
        case .unknownName(let kind, _, _, _): "HOOK_UNKNOWN_\(kind.rawValue.uppercased())"
        case .refusedSite: "HOOK_SITE_REFUSED"
        case .badValue: "HOOK_BAD_VALUE"
        case .selectsNothing: "HOOK_SELECTS_NOTHING"
        case .outOfRange: "HOOK_OUT_OF_RANGE"
        case .combination: "HOOK_COMBINATION"
        case .object: "HOOK_OBJECT"
        case .encoding: "HOOK_ENCODING"
        case .overLimit: "HOOK_OVER_LIMIT"
        case .within(_, let inner): inner.reason
        }
    }

    /// Whether the hook would be accepted with another index or size: `OUT_OF_RANGE` rather than
    /// `INVALID_ARGUMENT`.
    public var isOutOfRange: Bool {
        switch cause {
        case .outOfRange, .overLimit: true
        default: false
        }
    }
}

extension HookError: CustomStringConvertible {
    /// One sentence for people: where, what, why, and what would be accepted.
    public var description: String {
        switch self {
        case .syntax(let found, let expected):
            "cannot read \(quoted(found)): expected \(expected)"
        case .json(let line, let column, let reason):
            "JSON line \(line), column \(column): \(reason)"
        case .unknownName(let kind, let name, let suggestion, let accepted):
            "unknown \(kind.rawValue) \(quoted(name))"
                + (suggestion.map { "; did you mean \(quoted($0))?" } ?? ";")
                + " accepted: \(accepted)"
        case .refusedSite(let name, let reason):
            "site \(quoted(name)) is refused: \(reason)"
        case .badValue(let what, let value, let expected):
            "\(what) cannot be \(quoted(value)): expected \(expected)"
        case .selectsNothing(let what, let remedy):
            "\(what) selects nothing: \(remedy)"
        case .outOfRange(let what, let limit):
            "\(what) does not exist: \(limit)"
        case .combination(let what, let reason, let accepted):
            "\(what) is not possible: \(reason); accepted: \(accepted)"
        case .object(let name, let reason):
            "\(name) cannot be used: \(reason)"
        case .encoding(let what, let reason):
            "\(what) does not decode: \(reason)"
        case .overLimit(let what, let count, let limit):
            "\(what) is too large: \(count), the limit is \(limit)"
        case .within(let place, let inner):
            "\(place): \(inner)"
        }
    }
}

/// The text in single quotes, cut to a length that a message can carry.
func quoted(_ text: some StringProtocol) -> String {
    "'\(abbreviated(text))'"
}

/// The text, cut to a length that a message can carry.
func abbreviated(_ text: some StringProtocol) -> String {
    text.count <= HookLimits.quotedCount
        ? String(text) : "\(text.prefix(HookLimits.quotedCount))…"
}
