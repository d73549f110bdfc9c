/// Random numbers as a function of a key and a counter (Steele, Lea, Flood 2014, "Fast splittable
/// pseudorandom number generators"): any part of a stream can be made alone.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    /// A stream of its own for each key, however little two keys differ.
    init(key: UInt64) {
        state = Self.mixed(key &+ Self.step)
    }

    mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mixed(state)
    }

    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
