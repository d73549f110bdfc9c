internal import Tokenizer

extension GGUFContainer {
    /// The bits of a 32-bit id that mean "there is none".
    private static let absentID: UInt64 = 0xFFFF_FFFF

    /// A whole number of any integer type, or nil if the key is absent.
    ///
    /// - Throws: `malformed` if the value is no integer or negative.
    func integer(_ key: String) throws(ModelFileError) -> Int? {
        guard let value = values[key] else { return nil }
        let number: Int? =
            switch value {
            case .unsigned(let number): Int(exactly: number)
            case .signed(let number): Int(exactly: number)
            default: nil
            }
        guard let number else { throw wrongType(key, value, accepted: "an integer") }
        guard let size = CheckedSize(number)?.value else {
            throw bytes.malformed(key, "it is \(number)", accepted: "a number not below 0")
        }
        return size
    }

    /// A whole number that must be there.
    func requiredInteger(_ key: String) throws(ModelFileError) -> Int {
        guard let number = try integer(key) else { throw missing(key) }
        return number
    }

    /// A floating-point number, or nil if the key is absent.
    func float(_ key: String) throws(ModelFileError) -> Double? {
        guard let value = values[key] else { return nil }
        guard case .float(let number) = value else {
            throw wrongType(key, value, accepted: "a floating-point number")
        }
        return number
    }

    /// A truth value, or nil if the key is absent.
    func bool(_ key: String) throws(ModelFileError) -> Bool? {
        guard let value = values[key] else { return nil }
        guard case .bool(let flag) = value else {
            throw wrongType(key, value, accepted: "a truth value")
        }
        return flag
    }

    /// A string of UTF-8, or nil if the key is absent.
    func string(_ key: String) throws(ModelFileError) -> String? {
        guard let value = values[key] else { return nil }
        guard case .string(let range) = value else {
            throw wrongType(key, value, accepted: "a string")
        }
        guard let text = String(validating: bytes.copy(range), as: UTF8.self) else {
            throw bytes.malformed(key, "it is not UTF-8", accepted: "UTF-8 text")
        }
        return text
    }

    /// A token id, or nil if the key is absent or holds the number that means "none".
    ///
    /// - Throws: `malformed` if the id is not below `vocabularyCount`.
    func tokenID(_ key: String, vocabularyCount: Int) throws(ModelFileError) -> Int? {
        if case .unsigned(Self.absentID)? = values[key] { return nil }
        if case .signed(-1)? = values[key] { return nil }
        guard let id = try integer(key) else { return nil }
        guard id < vocabularyCount else {
            throw bytes.malformed(
                key, "the token id \(id) is outside the vocabulary of \(vocabularyCount)",
                accepted: "an id below the vocabulary's size, or 4294967295 for none")
        }
        return id
    }

    /// An array of byte strings, or nil if the key is absent.
    func strings(_ key: String, limit: Int) throws(ModelFileError) -> PieceTable? {
        guard let array = try array(key, of: .string, limit: limit) else { return nil }
        guard array.range.count <= PieceTable.byteLimit else {
            throw bytes.malformed(
                key, "it has \(array.range.count) bytes",
                accepted: "\(PieceTable.byteLimit) at most")
        }
        var result = PieceTable()
        var cursor = ByteCursor(bytes, at: array.range.lowerBound)
        for index in 0..<array.count {
            let place = try cursor.skipString("element \(index) of \(quoted(key))")
            bytes.withBytes(in: place) { result.append($0) }
        }
        return result
    }

    /// An array of 32-bit floats, or nil if the key is absent.
    func floats(_ key: String, limit: Int) throws(ModelFileError) -> [Float]? {
        guard let array = try array(key, of: .float32, limit: limit) else { return nil }
        return (0..<array.count).map { index in
            Float(bitPattern: bytes.element(UInt32.self, index, in: array.range))
        }
    }

    /// An array of 32-bit integers, signed or not, or nil if the key is absent.
    func integers(_ key: String, limit: Int) throws(ModelFileError) -> [Int32]? {
        if case .array(let array)? = values[key], array.elementType == .uint32 {
            return try integers(key, of: .uint32, limit: limit)
        }
        return try integers(key, of: .int32, limit: limit)
    }

    private func integers(
        _ key: String, of type: GGUFValueType, limit: Int
    ) throws(ModelFileError) -> [Int32]? {
        guard let array = try array(key, of: type, limit: limit) else { return nil }
        return (0..<array.count).map { index in
            bytes.element(Int32.self, index, in: array.range)
        }
    }

    private func array(
        _ key: String, of type: GGUFValueType, limit: Int
    ) throws(ModelFileError) -> GGUFArray? {
        guard let value = values[key] else { return nil }
        guard case .array(let array) = value, array.elementType == type else {
            throw wrongType(key, value, accepted: "an array of \(type)")
        }
        guard array.count <= limit else {
            throw bytes.malformed(
                key, "it has \(array.count) elements", accepted: "at most \(limit)")
        }
        return array
    }

    /// An error for a key that must be there.
    func missing(_ key: String) -> ModelFileError {
        bytes.malformed(key, "the key is missing", accepted: "a value")
    }

    private func wrongType(
        _ key: String, _ value: GGUFValue, accepted: String
    ) -> ModelFileError {
        bytes.malformed(key, "it is \(value.kind)", accepted: accepted)
    }
}
