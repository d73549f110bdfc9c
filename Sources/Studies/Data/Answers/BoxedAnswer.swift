/// The answer in LaTeX's `\boxed{}`.
package enum BoxedAnswer {
    /// What the last complete `\boxed{…}` or `\fbox{…}` of a text holds, braces within counted.
    ///
    /// `\boxed 5` without braces holds what follows up to the end of the formula or line.
    package static func last(in text: String) -> String? {
        let bytes = Array(text.utf8)
        for name in starts(in: bytes).reversed() {
            if let content = content(of: bytes, from: name) { return content.trimmed }
        }
        return nil
    }

    /// Where the names of the commands end.
    private static func starts(in bytes: [UInt8]) -> [Int] {
        let names = [Array("\\boxed".utf8), Array("\\fbox".utf8)]
        return bytes.indices.compactMap { index in
            guard bytes[index] == UInt8(ascii: "\\"),
                let name = names.first(where: { bytes[index...].starts(with: $0) })
            else { return nil }
            return index + name.count
        }
    }

    private static func content(of bytes: [UInt8], from start: Int) -> String? {
        guard let open = bytes[start...].firstIndex(where: { $0 != UInt8(ascii: " ") }) else {
            return nil
        }
        guard bytes[open] == UInt8(ascii: "{") else {
            guard open > start else { return nil }
            let rest = bytes[open...].prefix { $0 != UInt8(ascii: "$") && $0 != 0x0A }
            return String(decoding: rest, as: UTF8.self)
        }
        guard let close = closing(bytes, open) else { return nil }
        return String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
    }

    /// The brace that closes the one at `open`; an escaped brace, `\{`, is none.
    private static func closing(_ bytes: [UInt8], _ open: Int) -> Int? {
        var depth = 0
        var index = open
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return index }
            default: break
            }
            index += 1
        }
        return nil
    }
}
