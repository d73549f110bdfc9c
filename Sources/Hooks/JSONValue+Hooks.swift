import StrictJSON

extension JSONValue {
    /// Reads a plan's or a file's text as one value.
    ///
    /// - Throws: `HookError.json` naming line and column, `.overLimit` for size and nesting.
    init(hook text: String) throws(HookError) {
        let bytes = Array(text.utf8)
        do throws(JSONError) {
            try self.init(parsing: bytes, limits: HookLimits.json)
        } catch {
            throw HookError(error, in: bytes)
        }
    }

    /// A 32-bit number; `null` where it is not finite, since JSON has no spelling for it.
    static func float(_ value: Float) -> JSONValue {
        JSONNumber(spelling: HookNumbers.text(value)).map { .number($0) } ?? .null
    }
}

extension HookError {
    /// Says where a text stops being JSON; sizes are errors of their own kind.
    fileprivate init(_ error: JSONError, in text: [UInt8]) {
        switch error.reason {
        case .tooLarge(let byteCount, let limit):
            self = .overLimit(what: "JSON text in bytes", count: byteCount, limit: limit)
        case .tooDeep(let limit):
            self = .overLimit(what: "nesting of the JSON text", count: limit + 1, limit: limit)
        default:
            let place = error.place(in: text)
            self = .json(line: place.line, column: place.column, reason: error.explanation)
        }
    }
}
