/// Checks that bytes are UTF-8.
package enum UTF8Check {
    /// The offset of the first byte that is not part of valid UTF-8, or nil if all is well.
    package static func firstInvalidOffset(in bytes: [UInt8]) -> Int? {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }
}

extension [UInt8] {
    /// Appends the UTF-8 encoding of a scalar.
    package mutating func append(utf8Of scalar: Unicode.Scalar) {
        for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            append(unit)
        }
    }
}
