import StrictJSON

/// A JSON text in the making; members keep the order in which they were written.
enum JSON: Sendable {
    case object([(String, JSON)])
    case array([JSON])
    case string(String)
    case integer(Int64)
    case number(Double)
    case bool(Bool)
    case null

    /// The text on one line.
    var text: String {
        switch self {
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.0)): \($0.1.text)" }.joined(separator: ", ") + "}"
        case .array(let elements): "[" + elements.map(\.text).joined(separator: ", ") + "]"
        case .string(let text): Self.quoted(text)
        case .integer(let value): "\(value)"
        // JSON has no spelling for infinity and NaN; null is what readers expect in their place.
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .bool(let value): value ? "true" : "false"
        case .null: "null"
        }
    }

    /// A count; beyond 63 bits, the largest integer.
    static func count(_ value: some BinaryInteger) -> JSON { .integer(Int64(clamping: value)) }

    static func integers(_ values: some Sequence<some BinaryInteger>) -> JSON {
        .array(values.map { .integer(Int64($0)) })
    }

    private static func quoted(_ text: String) -> String { JSONValue.text(text).compact }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByStringLiteral {
    init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements) }
    init(stringLiteral value: String) { self = .string(value) }
}
