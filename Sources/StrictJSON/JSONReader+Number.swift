extension JSONReader {
    /// Integers with at most this many digits are finite as a `Double`, whose limit is 1.8e308.
    private static let finiteDigitCount = 308

    /// Reads `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?` and keeps the spelling.
    mutating func readNumber() throws(JSONError) -> JSONNumber {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let leading = position
        guard skipDigits() > 0, bytes[leading] != UInt8(ascii: "0") || position == leading + 1
        else { throw JSONError(.badNumber, at: start) }
        let integral = try !skipFraction(of: start)
        let plain = try !skipExponent(of: start) && integral
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if !plain || position - leading > Self.finiteDigitCount {
            guard let value = Double(text) else { throw JSONError(.badNumber, at: start) }
            guard value.isFinite else { throw JSONError(.numberOutOfRange, at: start) }
        }
        return JSONNumber(validated: text)
    }

    private mutating func skipFraction(of start: Int) throws(JSONError) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else { return false }
        position += 1
        guard skipDigits() > 0 else { throw JSONError(.badNumber, at: start) }
        return true
    }

    private mutating func skipExponent(of start: Int) throws(JSONError) -> Bool {
        guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else {
            return false
        }
        position += 1
        if position < bytes.count,
            bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
        {
            position += 1
        }
        guard skipDigits() > 0 else { throw JSONError(.badNumber, at: start) }
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            position += 1
        }
        return position - start
    }
}
