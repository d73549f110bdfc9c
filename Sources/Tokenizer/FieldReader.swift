internal import StrictJSON

/// Reads fields of a JSON object, with errors that say where the field is.
struct FieldReader {
    /// The object that is read.
    let object: JSONObject

    /// Where the object is, for example `tokenizer.json: model`.
    let path: String

    /// Parses a file whose value must be an object.
    init(parsing bytes: [UInt8], file: String) throws(TokenizerError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes, limits: TokenizerLimits.json)
        } catch {
            throw .json(file: file, error)
        }
        try self.init(value, path: file)
    }

    /// Wraps a value that must be an object.
    init(_ value: JSONValue, path: String) throws(TokenizerError) {
        guard let object = value.objectValue else {
            throw .wrongType(field: path, found: value.kind, expected: "an object")
        }
        self.object = object
        self.path = path
    }

    /// The path of a field.
    func path(_ field: String) -> String {
        path.hasSuffix(".json") ? "\(path): \(field)" : "\(path).\(field)"
    }

    /// The value of a field; nil if it is absent or null.
    func value(_ field: String) -> JSONValue? {
        guard let value = object[field], !value.isNull else { return nil }
        return value
    }

    func object(_ field: String) throws(TokenizerError) -> FieldReader {
        try FieldReader(try required(field, "an object"), path: path(field))
    }

    func optionalObject(_ field: String) throws(TokenizerError) -> FieldReader? {
        guard let value = value(field) else { return nil }
        return try FieldReader(value, path: path(field))
    }

    /// The members of a field that must be an object.
    func members(_ field: String) throws(TokenizerError) -> [JSONObject.Member] {
        try object(field).object.members
    }

    func array(_ field: String) throws(TokenizerError) -> [JSONValue] {
        let value = try required(field, "an array")
        guard let array = value.arrayValue else { throw mismatch(field, value, "an array") }
        return array
    }

    /// The objects of a field that must be an array of objects.
    func objects(_ field: String) throws(TokenizerError) -> [FieldReader] {
        var readers: [FieldReader] = []
        for (index, value) in try array(field).enumerated() {
            readers.append(try FieldReader(value, path: "\(path(field))[\(index)]"))
        }
        return readers
    }

    func string(_ field: String) throws(TokenizerError) -> String {
        String(decoding: try bytes(field), as: UTF8.self)
    }

    func optionalString(_ field: String) throws(TokenizerError) -> String? {
        guard value(field) != nil else { return nil }
        return try string(field)
    }

    /// The bytes of a string field.
    func bytes(_ field: String) throws(TokenizerError) -> [UInt8] {
        let value = try required(field, "a string")
        guard let string = value.stringValue else { throw mismatch(field, value, "a string") }
        return string.bytes
    }

    /// The bytes of a string field that a component works with.
    func literal(_ field: String) throws(TokenizerError) -> [UInt8] {
        let bytes = try bytes(field)
        try TokenizerSpecification.check(
            bytes.count, "the length of \(path(field))", TokenizerLimits.literalByteCount)
        return bytes
    }

    func optionalBool(_ field: String) throws(TokenizerError) -> Bool? {
        guard let value = value(field) else { return nil }
        guard let bool = value.boolValue else { throw mismatch(field, value, "true or false") }
        return bool
    }

    func integer(_ field: String) throws(TokenizerError) -> Int64 {
        let expected = "an integer of 64 bits"
        let value = try required(field, expected)
        guard let integer = value.integerValue else { throw mismatch(field, value, expected) }
        return integer
    }

    private func required(
        _ field: String, _ expected: String
    ) throws(TokenizerError) -> JSONValue {
        guard let value = value(field) else {
            throw .missingField(path(field), expected: expected)
        }
        return value
    }

    private func mismatch(
        _ field: String, _ value: JSONValue, _ expected: String
    ) -> TokenizerError {
        .wrongType(field: path(field), found: value.kind, expected: expected)
    }
}
