/// A JSON value that keeps what was written: exact numbers, byte-exact strings, ordered members.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(JSONString)
    case array([JSONValue])
    case object(JSONObject)

    /// Parses one strict JSON text (RFC 8259, UTF-8, no byte order mark).
    ///
    /// - Parameters:
    ///   - bytes: The whole text; white space around the value is accepted.
    ///   - limits: How large, deep and populous the text may be.
    /// - Throws: `JSONError`, with the byte offset. Duplicate keys are an error.
    public init(parsing bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        var reader = JSONReader(bytes, limits: limits)
        self = try reader.readDocument()
    }

    /// An integer.
    public static func integer(_ value: some BinaryInteger) -> JSONValue {
        .number(JSONNumber(value))
    }

    /// A string.
    public static func text(_ value: String) -> JSONValue { .string(JSONString(value)) }
}

extension JSONValue {
    /// Whether this is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The truth value, or nil if this is none.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number, or nil if this is none.
    public var numberValue: JSONNumber? {
        if case .number(let value) = self { value } else { nil }
    }

    /// The integer, or nil if this is not an integer of 64 bits with a sign.
    public var integerValue: Int64? { numberValue?.int64 }

    /// The number as floating point, or nil if this is no number.
    public var doubleValue: Double? { numberValue?.double }

    /// The string, or nil if this is none.
    public var stringValue: JSONString? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The elements, or nil if this is no array.
    public var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The object, or nil if this is none.
    public var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The value under `key` if this is an object that has the key.
    public subscript(key: String) -> JSONValue? { objectValue?[key] }

    /// What kind of value this is, for error messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number(let number): number.isIntegral ? "an integer" : "a fractional number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
