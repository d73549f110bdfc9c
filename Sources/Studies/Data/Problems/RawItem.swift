internal import StrictJSON

/// One object of a data set before it is a problem, with the place it stands at.
///
/// Fields are read by name; an error says which file, which item and which field.
struct RawItem {
    let object: JSONObject
    let source: String
    let place: String
    /// Where the item stands in its set, from 0.
    let index: Int

    func error(_ message: String) -> DataError { DataError(source, place: place, message) }

    func has(_ names: String...) -> Bool { names.allSatisfy { object[$0] != nil } }

    /// A field that must be a string which is not blank.
    func text(_ name: String) throws(DataError) -> String {
        guard let text = try optionalText(name) else {
            throw error("the field \"\(name)\" is missing")
        }
        guard !text.allSatisfy(\.isWhitespace) else {
            throw error("the field \"\(name)\" is blank")
        }
        return text
    }

    /// A field that may be missing or null, or is a string.
    func optionalText(_ name: String) throws(DataError) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw error("the field \"\(name)\" is \(value.kind); a string is expected")
        }
        return try bounded(text, name)
    }

    /// A number, or the spelling of one, as it was written.
    func number(_ value: JSONValue?, _ name: String) throws(DataError) -> String {
        guard let value else { throw error("the field \"\(name)\" is missing") }
        let spelling = value.numberValue?.spelling ?? value.stringValue?.string
        guard let spelling, let number = Rational(decimal: spelling) else {
            throw error("the field \"\(name)\" is \(value.kind); a number is expected")
        }
        return number.description
    }

    /// A field that must be an array.
    func array(_ name: String) throws(DataError) -> [JSONValue] {
        guard let value = object[name] else { throw error("the field \"\(name)\" is missing") }
        guard let array = value.arrayValue else {
            throw error("the field \"\(name)\" is \(value.kind); an array is expected")
        }
        return array
    }

    /// Strings of an array.
    func texts(_ values: [JSONValue], _ name: String) throws(DataError) -> [String] {
        var texts: [String] = []
        for value in values {
            guard let text = value.stringValue else {
                throw error("the field \"\(name)\" holds \(value.kind); strings are expected")
            }
            texts.append(try bounded(text, name))
        }
        return texts
    }

    /// A field that must be an object.
    func inner(_ name: String) throws(DataError) -> RawItem {
        guard let value = object[name] else { throw error("the field \"\(name)\" is missing") }
        guard let inner = value.objectValue else {
            throw error("the field \"\(name)\" is \(value.kind); an object is expected")
        }
        return RawItem(object: inner, source: source, place: place, index: index)
    }

    private func bounded(_ text: JSONString, _ name: String) throws(DataError) -> String {
        guard text.bytes.count <= DataLimits.fieldByteCount else {
            throw error(
                "the field \"\(name)\" has \(text.bytes.count) bytes; at most "
                    + "\(DataLimits.fieldByteCount) are accepted")
        }
        return text.string
    }
}
