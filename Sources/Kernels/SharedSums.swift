/// Numbers of double precision in places that threads fill side by side.
///
/// Different places may be written by different threads at once; a place that one thread writes
/// must not be read or written by another until both have been ordered.
public final class SharedSums: @unchecked Sendable {
    // Sendable: the address never changes; its elements follow the rule above.
    private let base: UnsafeMutablePointer<Double>
    private let memory: ZeroedMemory

    /// Places: 0..<count.
    public let count: Int

    /// Makes `count` zeros.
    public init(count: Int) {
        precondition(count >= 0, "a count is not negative")
        self.count = count
        memory = ZeroedMemory(byteCount: count * MemoryLayout<Double>.stride)
        base = memory.elements(of: Double.self)
    }

    /// The number at a place.
    public subscript(place: Int) -> Double {
        get { pointer(place).pointee }
        set { pointer(place).pointee = newValue }
    }

    private func pointer(_ place: Int) -> UnsafeMutablePointer<Double> {
        precondition(place >= 0 && place < count, "place lies outside the sums")
        return base + place
    }
}
