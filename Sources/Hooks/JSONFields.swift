import StrictJSON

/// Members of one JSON object, taken one by one; what is left at the end is unknown and refused.
struct JSONFields {
    private let place: String
    private var members: [JSONObject.Member]
    private var accepted: [String] = []

    /// - Throws: `HookError.badValue` when `value` is not an object.
    init(_ value: JSONValue, place: String, expected: String) throws(HookError) {
        guard case .object(let object) = value else {
            throw .badValue(what: place, value: value.compact, expected: expected)
        }
        self.place = place
        members = object.members
    }

    /// Keys that have not been taken.
    var keys: [String] { members.map(\.key.string) }

    /// Takes a member that may be absent; `null` counts as absent.
    mutating func take(_ key: String) -> JSONValue? {
        accepted.append(key)
        let name = JSONString(key)
        guard let index = members.firstIndex(where: { $0.key == name }) else { return nil }
        let value = members.remove(at: index).value
        return value.isNull ? nil : value
    }

    mutating func require(_ key: String) throws(HookError) -> JSONValue {
        guard let value = take(key) else {
            throw .syntax(found: place, expected: "a field \(quoted(key))")
        }
        return value
    }

    /// Refuses what was not taken, by name.
    func finish() throws(HookError) {
        guard let unknown = members.first else { return }
        throw .unknownName(
            .field, name: unknown.key.string,
            suggestion: Suggestion.nearest(to: unknown.key.string, in: accepted),
            accepted: "\(accepted.joined(separator: ", ")) in \(place)")
    }
}

extension JSONValue {
    func number(what: String) throws(HookError) -> Float {
        guard let number = numberValue else {
            throw .badValue(what: what, value: compact, expected: "a number, not \(kind)")
        }
        return try HookNumbers.float(number.spelling, what: what)
    }

    /// The spelling of an integer; the caller reads it with the limits of its place.
    func integer(what: String) throws(HookError) -> String {
        guard let number = numberValue else {
            throw .badValue(what: what, value: compact, expected: "an integer, not \(kind)")
        }
        return number.spelling
    }

    func string(what: String) throws(HookError) -> String {
        guard let value = stringValue else {
            throw .badValue(what: what, value: compact, expected: "a string, not \(kind)")
        }
        return value.string
    }

    func flag(what: String) throws(HookError) -> Bool {
        guard let value = boolValue else {
            throw .badValue(what: what, value: compact, expected: "true or false, not \(kind)")
        }
        return value
    }

    func list(what: String, expected: String) throws(HookError) -> [JSONValue] {
        guard let values = arrayValue else {
            throw .badValue(what: what, value: compact, expected: expected)
        }
        return values
    }

    /// An array of token ids.
    func tokens(what: String) throws(HookError) -> [Int32] {
        var ids: [Int32] = []
        for value in try list(what: what, expected: "an array of token ids") {
            let spelling = try value.integer(what: "a token id")
            ids.append(Int32(try HookNumbers.index(spelling, what: "token id")))
        }
        return ids
    }
}
