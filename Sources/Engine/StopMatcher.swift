/// Releases generated text except what may be the beginning of a stop string.
struct StopMatcher {
    private let stops: [(text: String, bytes: [UInt8])]
    private var held: [UInt8] = []

    init(_ stops: [String]) {
        self.stops = stops.map { ($0, Array($0.utf8)) }
    }

    /// Takes more text.
    ///
    /// - Returns: text to release, and the stop string if one is complete; text before it is
    ///   released, it and what follows are not.
    mutating func append(_ text: String) -> (text: String, stop: String?) {
        guard !stops.isEmpty else { return (text, nil) }
        held += Array(text.utf8)
        if let match = firstMatch() {
            let released = String(decoding: held[..<match.start], as: UTF8.self)
            held = []
            return (released, match.stop)
        }
        let keep = longestBeginning()
        let released = String(decoding: held[..<(held.count - keep)], as: UTF8.self)
        held.removeFirst(held.count - keep)
        return (released, nil)
    }

    /// What is still held back when the generation ends for another reason.
    mutating func finish() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }

    /// The earliest complete stop string; of several at one place the first listed.
    private func firstMatch() -> (start: Int, stop: String)? {
        for start in held.indices {
            for stop in stops where held[start...].starts(with: stop.bytes) {
                return (start, stop.text)
            }
        }
        return nil
    }

    /// Length of the longest suffix of the held text that begins a stop string.
    private func longestBeginning() -> Int {
        var longest = 0
        for stop in stops {
            for length in stride(from: min(stop.bytes.count - 1, held.count), to: longest, by: -1)
            where held[(held.count - length)...].elementsEqual(stop.bytes[..<length]) {
                longest = length
                break
            }
        }
        return longest
    }
}
