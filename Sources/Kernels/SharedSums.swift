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
        pointer(place..<place + 1)
    }

    /// The first of some places, all of which exist.
    func pointer(_ places: Range<Int>) -> UnsafeMutablePointer<Double> {
        precondition(
            places.lowerBound >= 0 && places.upperBound <= count, "place lies outside the sums")
        return base + places.lowerBound
    }
}

extension SharedSums {
    /// Adds counts, which double precision holds exactly, to integers.
    public func addCounts(from first: Int, to counts: inout [Int64]) {
        let source = pointer(first..<first + counts.count)
        for index in counts.indices { counts[index] += Int64(source[index]) }
    }

    /// Raises each value to a number that single precision holds exactly.
    ///
    /// - Returns: False if a number is 2^63 or more, or none.
    public func takeLargest(from first: Int, to values: inout [Float]) -> Bool {
        let source = pointer(first..<first + values.count)
        for index in values.indices {
            guard source[index] < 0x1p63 else { return false }
            values[index] = max(values[index], Float(source[index]))
        }
        return true
    }
}
