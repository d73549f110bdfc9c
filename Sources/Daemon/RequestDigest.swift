import Crypto

/// What makes two requests the same work: the method, the model and all fields but the options.
///
/// A client that tries again chooses a new request id and deadline.
enum RequestDigest {
    /// SHA-256 of a request.
    static func of(method: UInt16, model: String, payload: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        hasher.update(data: [UInt8(truncatingIfNeeded: method), UInt8(method >> 8)])
        hasher.update(data: Array(model.utf8) + [0])
        // Tag 10 is field 1 with a length.
        for part in RequestFields(payload) where part.first != 10 { hasher.update(data: part) }
        return Array(hasher.finalize())
    }
}

/// The top-level fields of a message as they are written, or one with everything that is no field.
struct RequestFields: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    init(_ payload: [UInt8]) { rest = payload[...] }

    mutating func next() -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let start = rest
        if !Self.takeField(&rest) { rest = [] }
        return start.prefix(start.count - rest.count)
    }

    /// Drops one field from the front.
    ///
    /// - Returns: whether there was a whole one.
    private static func takeField(_ bytes: inout ArraySlice<UInt8>) -> Bool {
        guard let tag = takeNumber(&bytes) else { return false }
        switch tag & 7 {
        case 0: return takeNumber(&bytes) != nil
        case 1: return take(8, &bytes)
        case 2: return takeNumber(&bytes).map { take($0, &bytes) } ?? false
        case 5: return take(4, &bytes)
        default: return false
        }
    }

    private static func take(_ count: UInt64, _ bytes: inout ArraySlice<UInt8>) -> Bool {
        guard count <= UInt64(bytes.count) else { return false }
        bytes = bytes.dropFirst(Int(count))
        return true
    }

    /// Takes a variable-length number.
    private static func takeNumber(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
