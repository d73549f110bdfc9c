/// Sums whose value does not depend on the order or the grouping of what is added.
///
/// Each is a 128-bit integer in units of 2^-64. What is added is rounded to that unit first, to
/// nearest even, and integers add up exactly.
public struct FixedPointSums: Sendable, Equatable {
    /// One for each element.
    public private(set) var values: [Int128]

    /// What of an element's sum s over n rows is added.
    public enum Reading: Sendable {
        /// s, s / n, √(s / n), √s / n and √s.
        case sum, mean, rootOfMean, rootOverCount, root
    }

    /// Makes `count` zeros.
    public init(count: Int) {
        values = Array(repeating: 0, count: count)
    }

    /// Adds a reading of some sums, one to each value.
    ///
    /// - Parameters:
    ///   - first: Place of the first value's sum.
    ///   - count: The n of the reading.
    /// - Returns: False if a reading or a total is beyond ±2^63 or not a number: the values are of
    ///   no use then.
    public mutating func add(
        _ reading: Reading, of sums: SharedSums, first: Int, count: Int
    ) -> Bool {
        let n = Double(count)
        // Safety: `sums` lives beyond the last use of the buffer, and nobody writes to it now.
        return withExtendedLifetime(sums) {
            let source = UnsafeBufferPointer(
                start: sums.pointer(first..<first + values.count), count: values.count)
            return switch reading {
            case .sum: add(source) { $0 }
            case .mean: add(source) { $0 / n }
            case .rootOfMean: add(source) { ($0 / n).squareRoot() }
            case .rootOverCount: add(source) { $0.squareRoot() / n }
            case .root: add(source) { $0.squareRoot() }
            }
        }
    }

    @inline(__always)
    private mutating func add(
        _ source: UnsafeBufferPointer<Double>, _ read: (Double) -> Double
    ) -> Bool {
        for index in source.indices {
            guard let term = Self.fixedPoint(read(source[index])) else { return false }
            let (total, overflow) = values[index].addingReportingOverflow(term)
            guard !overflow else { return false }
            values[index] = total
        }
        return true
    }

    /// A number in units of 2^-64, rounded to nearest even; nil beyond ±2^63 and for NaN.
    @inline(__always)
    static func fixedPoint(_ value: Double) -> Int128? {
        let magnitude = value.magnitude
        guard magnitude < 0x1p63 else { return nil }
        let whole = UInt64(magnitude)
        // Exact. Below 2^64 even when rounded: a fraction that is nearly 1 has no bits below 2^-53.
        let fraction = (magnitude - Double(whole)) * 0x1p64
        let low = UInt64(fraction.rounded(.toNearestOrEven))
        let units = Int128(truncatingIfNeeded: UInt128(whole) << 64 | UInt128(low))
        return value < 0 ? -units : units
    }

    /// Each value as a number, rounded to nearest even.
    public var rounded: [Double] { values.map { Double($0) * 0x1p-64 } }
}
